// Bit loops for levels without better instructions: see structural.inl.h for the contract.

static inline uint64_t prefix_xor_shifts(uint64_t mask) {
  mask ^= mask << 1;
  mask ^= mask << 2;
  mask ^= mask << 4;
  mask ^= mask << 8;
  mask ^= mask << 16;
  mask ^= mask << 32;
  return mask;
}

// Four positions a step, whether set or not: the branch on the count mispredicts far less than one on each bit.
static inline void flatten_loop(uint64_t mask, uint32_t base, uint32_t* out) {
  const int count = __builtin_popcountll(mask);
  for (int done = 0; done < count; done += 4) {
    for (int i = 0; i < 4; i++) {
      out[done + i] = base + static_cast<uint32_t>(__builtin_ctzll(mask | (uint64_t{1} << 63)));
      mask &= mask - 1;
    }
  }
}
