// The vocabulary of integers.inl.h for NEON. Decimals stay with the parsers of column/text_fast.h here: in the pipeline
// models of Neoverse N1, V1, V2 and Apple M1 they are ahead of a kernel written this way by a tenth to a third, since
// three vector multiplications and two moves to general registers cost more than the instructions that they save.

struct Bytes16 {
  uint8x16_t bytes;
  static Bytes16 load(const char* from) { return {vld1q_u8(reinterpret_cast<const uint8_t*>(from))}; }
  Bytes16 digits() const { return {vsubq_u8(bytes, vdupq_n_u8('0'))}; }
  Bytes16 masked(const uint8_t* mask) const { return {vandq_u8(bytes, vld1q_u8(mask))}; }
};

// Four bits a byte by one narrowing shift, where one bit a byte takes four instructions.
static inline bool any_other(Bytes16 x) {
  const uint16x8_t others = vreinterpretq_u16_u8(vcgtq_u8(x.bytes, vdupq_n_u8(9)));
  return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(others, 4)), 0) != 0;
}

static inline uint64_t digit_pair(Bytes16 x) {
  const uint8x16_t tens = vreinterpretq_u8_u16(vdupq_n_u16(0x010a));
  const uint16x8_t hundreds = vreinterpretq_u16_u32(vdupq_n_u32(0x00010064));
  const uint32x4_t ten_thousands = vreinterpretq_u32_u64(vdupq_n_u64(0x0000000100002710));
  const uint16x8_t twos = vpaddlq_u8(vmulq_u8(x.bytes, tens));
  const uint32x4_t fours = vmulq_u32(vpaddlq_u16(vmulq_u16(twos, hundreds)), ten_thousands);
  return vgetq_lane_u64(vreinterpretq_u64_u32(vpaddq_u32(fours, fours)), 0);
}
