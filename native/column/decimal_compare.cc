#include <algorithm>
#include <vector>

#include "column/decimal.h"

namespace millrace {

namespace {

// Little-endian limbs without leading zeros. A few thousand bits at most.
class BigInteger {
 public:
  explicit BigInteger(uint64_t value) {
    for (; value; value >>= 32) limbs_.push_back(static_cast<uint32_t>(value));
  }

  // this = this * factor + term.
  void multiply_add(uint32_t factor, uint32_t term) {
    uint64_t carry = term;
    for (uint32_t& limb : limbs_) {
      carry += static_cast<uint64_t>(limb) * factor;
      limb = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry) limbs_.push_back(static_cast<uint32_t>(carry));
  }

  void multiply_by_power_of_five(int64_t power) {
    constexpr uint32_t kFiveTo13 = 1'220'703'125;
    for (; power >= 13; power -= 13) multiply_add(kFiveTo13, 0);
    for (; power > 0; power--) multiply_add(5, 0);
  }

  void shift_left(int64_t bits) {
    multiply_add(uint32_t{1} << (bits % 32), 0);
    limbs_.insert(limbs_.begin(), static_cast<size_t>(bits / 32), 0);
  }

  int compare(const BigInteger& other) const {
    if (limbs_.size() != other.limbs_.size()) return limbs_.size() < other.limbs_.size() ? -1 : 1;
    for (size_t i = limbs_.size(); i-- > 0;) {
      if (limbs_[i] != other.limbs_[i]) return limbs_[i] < other.limbs_[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  std::vector<uint32_t> limbs_;
};

// A point halfway between two doubles has at most 767 significant digits: of later digits only whether one is not zero
// matters, and a final 1 in their place says so.
constexpr int64_t kDigits = 800;

struct Digits {
  BigInteger value{0};
  int64_t count = 0;    // significant digits taken
  int64_t dropped = 0;  // digits after them
  bool rest = false;    // one of those is not zero

  void add(std::string_view digits) {
    for (const char c : digits) {
      if (count == kDigits) {
        dropped++;
        rest |= c != '0';
        continue;
      }
      value.multiply_add(10, static_cast<uint32_t>(c - '0'));
      count += count > 0 || c != '0';
    }
  }
};

}  // namespace

int compare(const Decimal& decimal, uint64_t mantissa, int exponent) {
  Digits digits;
  digits.add(decimal.integer);
  digits.add(decimal.fraction);
  int64_t power = decimal.text_exponent - static_cast<int64_t>(decimal.fraction.size()) + digits.dropped;
  if (digits.rest) {
    digits.value.multiply_add(10, 1);
    power--;
  }
  // digits * 5^power * 2^power against mantissa * 2^exponent, both sides made integers.
  BigInteger other(mantissa);
  (power >= 0 ? digits.value : other).multiply_by_power_of_five(power >= 0 ? power : -power);
  const int64_t shift = exponent - power;
  (shift >= 0 ? other : digits.value).shift_left(shift >= 0 ? shift : -shift);
  return digits.value.compare(other);
}

}  // namespace millrace
