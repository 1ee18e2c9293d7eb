// The CSV structural index, written once. The including file supplies, in its own namespace and target region:
//   Block64            64 bytes: static load(const char*), uint64_t eq(char) const, uint64_t high_bits() const
//   prefix_xor(m)      bit i = xor of bits 0..i
//   flatten(m, base, out)   base + index of each set bit of m, ascending; may write up to 64 entries past the count
// Nothing here may call a function with external linkage or a standard template: the linker could otherwise pick a copy
// compiled for a newer CPU on the baseline path.
//
// The quote rule (Langdale and Lemire, simdjson, 2019; the checks are ours): with q the quote bits, prefix_xor(q) is
// set from each opening quote up to before its closing one. That is right exactly when quotes follow the rules, so two
// checks guard it: an opening quote must follow a field end or a closing quote (a doubled quote), and what follows a
// closing quote must be a field end, another quote, or "\r\n". Blocks that fail go to the scalar state machine.

static inline uint64_t valid_bits(size_t remaining) {
  return remaining >= 64 ? ~uint64_t{0} : (uint64_t{1} << remaining) - 1;
}

static IndexProgress index_plain(const char* data, size_t begin, size_t end, char delimiter, uint32_t* out) {
  uint32_t* const first = out;
  size_t newlines = 0;
  for (size_t at = begin; at < end; at += 64) {
    const Block64 block = Block64::load(data + at);
    const uint64_t valid = valid_bits(end - at);
    const uint64_t newline = block.eq('\n') & valid;
    const uint64_t structural = (block.eq(delimiter) & valid) | newline;
    newlines += static_cast<size_t>(__builtin_popcountll(newline));
    flatten(structural, static_cast<uint32_t>(at), out);
    out += __builtin_popcountll(structural);
  }
  return {static_cast<size_t>(out - first), newlines, end};
}

static IndexProgress index_quoted(const char* data, size_t begin, size_t end, char delimiter, char quote,
                                  QuoteState& state, uint32_t* out) {
  uint32_t* const first = out;
  size_t newlines = 0;
  QuoteState s = state;
  size_t at = begin;
  for (; at < end; at += 64) {
    const Block64 block = Block64::load(data + at);
    const uint64_t valid = valid_bits(end - at);
    const size_t last = end - at >= 64 ? 63 : end - at - 1;
    const uint64_t quotes = block.eq(quote) & valid;
    uint64_t newline = block.eq('\n') & valid;
    uint64_t structural = (block.eq(delimiter) & valid) | newline;
    if ((quotes | s.inside | s.after_close) == 0) {
      s.opener_ok = structural >> last & 1;
    } else {
      const uint64_t inside = (prefix_xor(quotes) ^ s.inside) & valid;
      structural &= ~inside;
      newline &= ~inside;
      const uint64_t closing = quotes & ~inside;
      const uint64_t opener_ok = ((structural | closing) << 1) | s.opener_ok;
      const uint64_t follows_close = ((closing << 1) | s.after_close) & valid;
      const uint64_t return_newline = block.eq('\r') & (newline >> 1);
      const uint64_t bad = (quotes & inside & ~opener_ok) | (follows_close & ~(structural | quotes | return_newline));
      if (bad) break;
      s.inside = uint64_t{0} - (inside >> last & 1);
      s.opener_ok = (structural | closing) >> last & 1;
      s.after_close = closing >> last & 1;
    }
    newlines += static_cast<size_t>(__builtin_popcountll(newline));
    flatten(structural, static_cast<uint32_t>(at), out);
    out += __builtin_popcountll(structural);
  }
  state = s;
  return {static_cast<size_t>(out - first), newlines, at < end ? at : end};
}

static size_t count_byte(const char* data, size_t size, char byte) {
  size_t count = 0;
  size_t at = 0;
  for (; at + 64 <= size; at += 64) {
    count += static_cast<size_t>(__builtin_popcountll(Block64::load(data + at).eq(byte)));
  }
  for (; at < size; at++) count += data[at] == byte;
  return count;
}

static bool is_ascii(const char* data, size_t size) {
  size_t at = 0;
  for (; at + 64 <= size; at += 64) {
    if (Block64::load(data + at).high_bits()) return false;
  }
  for (; at < size; at++) {
    if (static_cast<signed char>(data[at]) < 0) return false;
  }
  return true;
}
