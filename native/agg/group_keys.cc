#include "agg/group_keys.h"

#include <cstring>

namespace millrace::agg {

GroupKeys::GroupKeys(const std::vector<Field>& keys, const KeyOptions& options, std::optional<DomainKeys> domain)
    : domain_(std::move(domain)) {
  if (domain_) return;
  for (const Field& key : keys) {
    if (!encoders_.empty()) pairs_.emplace_back(options);
    encoders_.push_back(KeyEncoder::make(key.type, options));
  }
}

uint32_t GroupKeys::size() const {
  if (domain_) return domain_->places();
  if (encoders_.empty()) return 1;
  return pairs_.empty() ? encoders_.front()->size() : pairs_.back().size();
}

Status GroupKeys::encode(const Vector* keys, uint32_t rows, uint32_t* groups) {
  if (domain_) {
    domain_->encode(keys, rows, groups);
    return {};
  }
  if (encoders_.empty()) {
    std::memset(groups, 0, rows * sizeof(uint32_t));
    return {};
  }
  MILLRACE_TRY(encoders_[0]->encode(keys[0], rows, groups));
  uint32_t left_size = encoders_[0]->size();
  for (size_t k = 1; k < encoders_.size(); k++) {
    uint32_t ids[kVectorRows];
    MILLRACE_TRY(encoders_[k]->encode(keys[k], rows, ids));
    MILLRACE_TRY(pairs_[k - 1].encode(groups, left_size, ids, encoders_[k]->size(), rows, groups));
    left_size = pairs_[k - 1].size();
  }
  return {};
}

Result<std::vector<Column>> GroupKeys::gather(const uint32_t* groups, int64_t count, MemoryBudget* budget) const {
  if (domain_) return domain_->gather(groups, count, budget);
  std::vector<Column> columns(encoders_.size());
  if (encoders_.empty()) return columns;
  PodVector<uint32_t> left(budget);
  PodVector<uint32_t> right(budget);
  const auto rows = static_cast<size_t>(count);
  MILLRACE_TRY(left.append(groups, rows));
  MILLRACE_TRY(right.resize(rows));
  for (size_t k = encoders_.size() - 1; k > 0; k--) {
    const PairKeys& pairs = pairs_[k - 1];
    for (size_t i = 0; i < rows; i++) {
      right[i] = pairs.right(left[i]);
      left[i] = pairs.left(left[i]);
    }
    Result<Column> column = encoders_[k]->gather(right.data(), count, budget);
    if (!column.ok()) return column.take_status();
    columns[k] = column.take();
  }
  Result<Column> column = encoders_[0]->gather(left.data(), count, budget);
  if (!column.ok()) return column.take_status();
  columns[0] = column.take();
  return columns;
}

}  // namespace millrace::agg
