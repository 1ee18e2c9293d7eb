#include "base/cold.h"

#include "spill/key_sample.h"

#include <algorithm>

namespace millrace::spill {

void KeySample::add(const Vector* keys, uint32_t rows) {
  keys_.encode(keys, rows);
  for (uint32_t i = 0; i < rows; i++) sample_.push_back({std::string(keys_.key(i)), keys_.cut(i)});
}

std::unique_ptr<Partitioner> KeySample::make_parts(size_t parts) {
  std::sort(sample_.begin(), sample_.end());
  std::vector<std::string> splitters;
  for (size_t i = 1; i < parts; i++) {
    const size_t at = i * sample_.size() / parts;
    if (at == 0 || at >= sample_.size()) continue;
    const auto& [key, cut] = sample_[at];
    if (splitters.empty() || splitters.back() < key) {
      splitters.push_back(key);
    } else if (splitters.back() == key && !cut) {
      splitters.push_back(key + '\0');
    }
  }
  return make_range_parts(orders_, std::move(splitters));
}

}  // namespace millrace::spill
