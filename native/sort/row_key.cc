#include "sort/row_key.h"

#include <algorithm>

#include "column/visit_fixed.h"
#include "sort/order_word.h"

namespace millrace::sort {

namespace {

void append_word(std::string& out, uint64_t word) {
  char bytes[8];
  for (int i = 0; i < 8; i++) bytes[i] = static_cast<char>(word >> (56 - 8 * i));
  out.append(bytes, sizeof bytes);
}

}  // namespace

void RowKeys::encode(const Vector* keys, uint32_t rows) {
  for (size_t k = 0; k < orders_.size(); k++) {
    if (is_string(keys[k].type)) continue;
    words_[k].resize(rows);
    const uint64_t flip = orders_[k].descending ? ~uint64_t{0} : 0;
    visit_fixed(keys[k].type, [&](auto tag) {
      const auto* values = keys[k].as<decltype(tag)>();
      for (uint32_t i = 0; i < rows; i++) words_[k][i] = order_word(values[i]) ^ flip;
    });
  }
  bytes_.clear();
  cut_.assign(rows, false);
  starts_.assign(1, 0);
  for (uint32_t i = 0; i < rows; i++) {
    for (size_t k = 0; k < orders_.size() && !cut_[i]; k++) {
      if (!keys[k].is_valid(i)) {
        bytes_.push_back(orders_[k].nulls_first ? 0 : 2);
        continue;
      }
      bytes_.push_back(1);
      if (is_string(keys[k].type)) {
        cut_[i] = append_text(keys[k].as<StringRef>()[i], orders_[k].descending);
      } else {
        append_word(bytes_, words_[k][i]);
      }
    }
    starts_.push_back(bytes_.size());
  }
}

bool RowKeys::append_text(const StringRef& text, bool descending) {
  const size_t first = bytes_.size();
  const size_t size = std::min<size_t>(text.size, most_text_bytes_);
  for (size_t i = 0; i < size; i++) {
    bytes_.push_back(text.data[i]);
    if (text.data[i] == 0) bytes_.push_back(static_cast<char>(255));
  }
  const bool cut = text.size > most_text_bytes_;
  // Behind every text that ends here.
  bytes_.append(2, static_cast<char>(cut ? 255 : 0));
  if (descending) {
    for (size_t i = first; i < bytes_.size(); i++) bytes_[i] = static_cast<char>(~bytes_[i]);
  }
  return cut;
}

}  // namespace millrace::sort
