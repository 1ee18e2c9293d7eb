// The least and the greatest of many values, in plain loops: whole vectors at a time where the including file's target
// region compares 64-bit integers.

static Int64Range range_of_integers(const int64_t* values, size_t count) {
  Int64Range out;
  for (size_t i = 0; i < count; i++) {
    out.min = values[i] < out.min ? values[i] : out.min;
    out.max = values[i] > out.max ? values[i] : out.max;
  }
  return out;
}

// Doubles in the order of their values as integers: those below zero with all bits but the sign turned. -0 is less
// than 0 there, and NaN, which is behind the infinities on either side, shows in the result.
static inline int64_t order_of_double(int64_t bits) { return bits < 0 ? bits ^ INT64_MAX : bits; }

static Int64Range range_of_doubles(const int64_t* bits, size_t count) {
  Int64Range out;
  for (size_t i = 0; i < count; i++) {
    const int64_t order = order_of_double(bits[i]);
    out.min = order < out.min ? order : out.min;
    out.max = order > out.max ? order : out.max;
  }
  return count ? Int64Range{order_of_double(out.min), order_of_double(out.max)} : out;
}
