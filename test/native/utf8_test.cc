#include "column/utf8.h"

#include <cstdint>
#include <string>
#include <vector>

#include "check.h"

namespace millrace {

TEST("is_utf8 accepts exactly what table 3-7 of the Unicode standard does") {
  // Every sequence of up to three bytes out of the bytes where a rule changes, followed by a continuation byte or not.
  const uint8_t edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                           0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
  const auto decodes = [](const std::vector<uint8_t>& bytes) {
    for (size_t at = 0; at < bytes.size();) {
      const uint8_t lead = bytes[at];
      const size_t size = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
      if (size == 0 || at + size > bytes.size()) return false;
      uint32_t point = size == 1 ? lead : lead & (0x7fU >> size);
      for (size_t i = 1; i < size; i++) {
        if ((bytes[at + i] & 0xc0) != 0x80) return false;
        point = point << 6 | (bytes[at + i] & 0x3f);
      }
      constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
      if (point < kSmallest[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
      at += size;
    }
    return true;
  };
  for (const uint8_t a : edges) {
    for (const uint8_t b : edges) {
      for (const uint8_t c : edges) {
        for (const std::vector<uint8_t>& tail : {std::vector<uint8_t>{}, {0x80}, {0xbf, 0x41}}) {
          std::vector<uint8_t> bytes = {a, b, c};
          bytes.insert(bytes.end(), tail.begin(), tail.end());
          CHECK_EQ(is_utf8(reinterpret_cast<const char*>(bytes.data()), bytes.size()), decodes(bytes));
          std::vector<uint8_t> longer(21, 'x');
          longer.insert(longer.begin() + 17, bytes.begin(), bytes.end());
          CHECK_EQ(is_utf8(reinterpret_cast<const char*>(longer.data()), longer.size()), decodes(longer));
        }
      }
    }
  }
}

}  // namespace millrace
