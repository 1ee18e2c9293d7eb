#include "agg/integer_keys.h"

#include <algorithm>

#include "agg/key_words.h"

namespace millrace::agg {

namespace {
constexpr uint32_t kFirstReconsideration = 512;
}

IntegerKeys::IntegerKeys(TypeId type, const KeyOptions& options)
    : type_(type),
      form_(is_float(type) ? Form::Hashed : Form::Direct),
      direct_(options.budget),
      hashed_(options.budget, options.hash_mask),
      words_(options.budget),
      reconsider_at_(is_float(type) ? kNoId : kFirstReconsideration),
      expected_(static_cast<size_t>(options.expected)) {}

Status IntegerKeys::encode(const Vector& column, uint32_t rows, uint32_t* ids) {
  uint64_t scratch[kLookupBlock];
  for (uint32_t begin = 0; begin < rows; begin += kLookupBlock) {
    const uint32_t count = std::min(kLookupBlock, rows - begin);
    const uint64_t* words = key_words(column, begin, count, scratch);
    const uint64_t* validity = column.validity ? column.validity + begin / 64 : nullptr;
    uint32_t* block_ids = ids + begin;
    const uint32_t missing =
        form_ == Form::Direct ? direct_.lookup(words, count, block_ids) : hashed_.lookup(words, count, block_ids);
    if (missing || (validity && null_id_ == kNoId)) {
      MILLRACE_TRY(insert_missing(words, validity, count, block_ids));
    }
    if (validity) mark_nulls(validity, count, block_ids);
  }
  return {};
}

Status IntegerKeys::insert_missing(const uint64_t* words, const uint64_t* validity, uint32_t count, uint32_t* ids) {
  MILLRACE_TRY(reserve_ids(count));
  MILLRACE_TRY(words_.reserve_more(count));
  for (uint32_t i = 0; i < count; i++) {
    if (validity && !(validity[i / 64] >> (i % 64) & 1)) {
      if (null_id_ != kNoId) continue;
      words_.push_unchecked(0);
      null_id_ = size_++;
    } else if (ids[i] == kNoId) {
      ids[i] = form_ == Form::Direct ? direct_.find(words[i]) : hashed_.find(words[i]);
      if (ids[i] != kNoId) continue;
      MILLRACE_TRY(insert(words[i], size_));
      words_.push_unchecked(words[i]);
      ids[i] = size_++;
    }
  }
  return {};
}

Status IntegerKeys::insert(uint64_t word, uint32_t id) {
  if (form_ == Form::Direct) {
    const uint64_t most_slots = direct_slots_for(size_);
    if (direct_.can_reach(word, most_slots)) return direct_.insert(word, id, most_slots);
    MILLRACE_TRY(to_hashed());
  } else if (size_ >= reconsider_at_) {
    MILLRACE_TRY(reconsider());
    if (form_ == Form::Direct) return insert(word, id);
  }
  return hashed_.insert(word, id);
}

Status IntegerKeys::to_hashed() {
  hashed_.reset();
  if (expected_ > size_) MILLRACE_TRY(hashed_.reserve(expected_));
  for (uint32_t id = 0; id < size_; id++) {
    if (id != null_id_) MILLRACE_TRY(hashed_.insert(words_[id], id));
  }
  form_ = Form::Hashed;
  direct_.reset();
  reconsider_at_ = std::max(kFirstReconsideration, size_ * 2);
  return {};
}

Status IntegerKeys::reconsider() {
  reconsider_at_ = size_ > kNoId / 2 ? kNoId : size_ * 2;
  int64_t lowest = INT64_MAX;
  int64_t highest = INT64_MIN;
  for (uint32_t id = 0; id < size_; id++) {
    if (id == null_id_) continue;
    lowest = std::min(lowest, static_cast<int64_t>(words_[id]));
    highest = std::max(highest, static_cast<int64_t>(words_[id]));
  }
  const uint64_t span = static_cast<uint64_t>(highest) - static_cast<uint64_t>(lowest);
  const uint64_t most_slots = direct_slots_for(size_);
  if (highest < lowest || span >= most_slots) return {};
  // A quarter more on each side leaves room for a key or two beyond.
  const uint64_t slack = std::min(span / 4, (most_slots - span - 1) / 2);
  MILLRACE_TRY(direct_.open(static_cast<uint64_t>(lowest) - slack, span + 1 + 2 * slack));
  for (uint32_t id = 0; id < size_; id++) {
    if (id != null_id_) MILLRACE_TRY(direct_.insert(words_[id], id, most_slots));
  }
  form_ = Form::Direct;
  hashed_.reset();
  return {};
}

Result<Column> IntegerKeys::gather(const uint32_t* ids, int64_t count, MemoryBudget* budget) const {
  Column column;
  column.type = type_;
  column.rows = count;
  column.data = Buffer(budget);
  MILLRACE_TRY(column.data.resize(static_cast<size_t>(count) * type_width(type_)));
  visit_fixed(type_, [&](auto tag) {
    using T = decltype(tag);
    T* values = reinterpret_cast<T*>(column.data.data());
    for (int64_t i = 0; i < count; i++) values[i] = value_of_word<T>(words_[ids[i]]);
  });
  MILLRACE_TRY(gather_validity(ids, count, budget, column));
  return column;
}

}  // namespace millrace::agg
