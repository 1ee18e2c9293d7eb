#include "agg/string_keys.h"

#include <algorithm>

#include "column/dictionary.h"

namespace millrace::agg {

namespace {

constexpr uint64_t kShortBytes = 16;
// The low byte of a tag: the size of a short string, or one of these.
constexpr uint32_t kLongClass = 0xfe;
constexpr uint32_t kEmptyTag = 0xff;
constexpr size_t kFirstCapacity = 64;
constexpr uint64_t kNull[1] = {0};  // the validity of one row that has no value

uint32_t tag_of(uint64_t hash, uint32_t size_class) { return static_cast<uint32_t>(hash >> 32) << 8 | size_class; }

}  // namespace

StringKeys::StringKeys(TypeId type, const KeyOptions& options)
    : type_(type),
      seed_(hash_seed()),
      hash_mask_(options.hash_mask),
      words_(options.budget),
      classes_(options.budget),
      packed_(options.budget, options.hash_mask),
      entries_(options.budget),
      hashes_(options.budget),
      arena_(options.budget),
      ids_by_code_(options.budget) {
  if (!PackedStrings::are_fast()) packed_.give_up();
}

inline StringKeys::Probe StringKeys::probe_of(const StringRef& string) const {
  if (string.size <= kShortBytes) [[likely]] {
    const StringWords words = first_words(string.data, string.size);
    const uint64_t hash = hash_short(words.low, words.high, seed_) & hash_mask_;
    return {words, hash, tag_of(hash, static_cast<uint32_t>(string.size))};
  }
  const uint64_t hash = hash_long(string.data, string.size, seed_) & hash_mask_;
  return {{reinterpret_cast<uintptr_t>(string.data), string.size}, hash, tag_of(hash, kLongClass)};
}

// Precondition: equal tags, so both are short strings of one size, or both are long.
inline bool StringKeys::matches(const StringWords& stored, const Probe& probe) const {
  if ((probe.tag & 0xff) != kLongClass) [[likely]] {
    return stored.low == probe.words.low && stored.high == probe.words.high;
  }
  return stored.high == probe.words.high &&
         std::memcmp(reinterpret_cast<const char*>(stored.low), reinterpret_cast<const char*>(probe.words.low),
                     probe.words.high) == 0;
}

inline uint32_t StringKeys::find(const Probe& probe) const {
  for (uint64_t slot = probe.hash & slot_mask_;; slot = (slot + 1) & slot_mask_) {
    const Entry entry = entries_[slot];
    if (entry.tag == probe.tag) {
      if (matches(words_[entry.id], probe)) return entry.id;
    } else if (entry.tag == kEmptyTag) {
      return kNoId;
    }
  }
}

Status StringKeys::encode(const Vector& column, uint32_t rows, uint32_t* ids) {
  if (!packed_.in_use() && entries_.empty()) MILLRACE_TRY(hash_all());
  if (column.codes) return encode_codes(column, rows, ids);
  return encode_strings(column.as<StringRef>(), column.validity, rows, ids);
}

Status StringKeys::encode_codes(const Vector& column, uint32_t rows, uint32_t* ids) {
  const PodVector<StringRef>& strings = column.dictionary->refs;
  if (dictionary_ != column.dictionary) {
    ids_by_code_.clear();
    MILLRACE_TRY(ids_by_code_.resize_fill(strings.size(), kNoId));
    dictionary_ = column.dictionary;
  }
  uint32_t missing = 0;
  for (uint32_t i = 0; i < rows; i++) {
    ids[i] = ids_by_code_[column.codes[i]];
    missing += ids[i] == kNoId;
  }
  // In the order of the rows: ids say which value came first, null among them.
  const bool wants_null = column.validity && null_id_ == kNoId;
  for (uint32_t i = 0; (missing || wants_null) && i < rows; i++) {
    const uint32_t code = column.codes[i];
    if (!column.is_valid(i)) {
      if (null_id_ == kNoId) MILLRACE_TRY(insert_missing(&strings[code], kNull, 1, &ids[i]));
      continue;
    }
    if (ids_by_code_[code] == kNoId) MILLRACE_TRY(encode_strings(&strings[code], nullptr, 1, &ids_by_code_[code]));
    ids[i] = ids_by_code_[code];
  }
  if (column.validity) mark_nulls(column.validity, rows, ids);
  return {};
}

Status StringKeys::encode_strings(const StringRef* all, const uint64_t* nulls, uint32_t rows, uint32_t* ids) {
  for (uint32_t begin = 0; begin < rows; begin += kLookupBlock) {
    const uint32_t count = std::min(kLookupBlock, rows - begin);
    const StringRef* strings = all + begin;
    const uint64_t* validity = nulls ? nulls + begin / 64 : nullptr;
    uint32_t* block_ids = ids + begin;
    const uint32_t missing = lookup(strings, count, block_ids);
    if (missing || (validity && null_id_ == kNoId)) {
      MILLRACE_TRY(insert_missing(strings, validity, count, block_ids));
    }
    if (validity) mark_nulls(validity, count, block_ids);
  }
  return {};
}

uint32_t StringKeys::lookup(const StringRef* strings, uint32_t count, uint32_t* ids) const {
  if (packed_.in_use()) return packed_.lookup(strings, count, ids);
  const size_t table_bytes = entries_.size() * sizeof(Entry) + words_.size() * sizeof(StringWords);
  if (table_bytes >= kPrefetchBytes / 2) return lookup_prefetched(strings, count, ids);  // as fast: 3,000 keys
  uint32_t missing = 0;
  for (uint32_t i = 0; i < count; i++) {
    ids[i] = find(probe_of(strings[i]));
    missing += ids[i] == kNoId;
  }
  return missing;
}

// The entry that has the tag, which is hardly ever that of another key, or the empty one before which it would be.
inline StringKeys::Entry StringKeys::candidate(const Probe& probe) const {
  for (uint64_t slot = probe.hash & slot_mask_;; slot = (slot + 1) & slot_mask_) {
    const Entry entry = entries_[slot];
    if (entry.tag == probe.tag || entry.tag == kEmptyTag) return entry;
  }
}

// Three passes, each of which starts the loads of the next.
uint32_t StringKeys::lookup_prefetched(const StringRef* strings, uint32_t count, uint32_t* ids) const {
  Probe probes[kLookupBlock];
  for (uint32_t i = 0; i < count; i++) {
    probes[i] = probe_of(strings[i]);
    prefetch(entries_.data() + (probes[i].hash & slot_mask_));
  }
  for (uint32_t i = 0; i < count; i++) {
    ids[i] = candidate(probes[i]).id;
    if (ids[i] != kNoId) prefetch(words_.data() + ids[i]);
  }
  uint32_t missing = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (ids[i] != kNoId && !matches(words_[ids[i]], probes[i])) [[unlikely]]
      ids[i] = find(probes[i]);
    missing += ids[i] == kNoId;
  }
  return missing;
}

Status StringKeys::insert_missing(const StringRef* strings, const uint64_t* validity, uint32_t count, uint32_t* ids) {
  MILLRACE_TRY(reserve_ids(count));
  MILLRACE_TRY(words_.reserve_more(count));
  MILLRACE_TRY(classes_.reserve_more(count));
  for (uint32_t i = 0; i < count; i++) {
    if (validity && !(validity[i / 64] >> (i % 64) & 1)) {
      if (null_id_ != kNoId) continue;
      if (!packed_.in_use()) MILLRACE_TRY(hashes_.push(0));
      words_.push_unchecked({0, 0});
      classes_.push_unchecked(0);
      null_id_ = size_++;
    } else if (ids[i] == kNoId) {
      const Probe probe = probe_of(strings[i]);
      if (packed_.in_use()) {
        packed_.lookup(&strings[i], 1, &ids[i]);
      } else {
        ids[i] = find(probe);
      }
      if (ids[i] != kNoId) continue;
      ids[i] = size_;
      MILLRACE_TRY(insert(probe));
    }
  }
  return {};
}

Status StringKeys::insert(const Probe& probe) {
  StringWords words = probe.words;
  if ((probe.tag & 0xff) == kLongClass) {
    const char* copy = arena_.copy(reinterpret_cast<const char*>(words.low), words.high);
    if (!copy) return memory_limit_error(words_.budget(), words.high);
    words.low = reinterpret_cast<uintptr_t>(copy);
  }
  words_.push_unchecked(words);
  classes_.push_unchecked(static_cast<uint8_t>(probe.tag));
  size_++;
  Status status = packed_.in_use() ? pack_newest() : hash_newest(probe.hash);
  if (!status.ok()) [[unlikely]] {
    size_--;
    (void)words_.resize(size_).ok();
    (void)classes_.resize(size_).ok();
  }
  return status;
}

StringWords StringKeys::packed_words(uint32_t id) const {
  return {words_[id].low, words_[id].high | uint64_t{classes_[id]} << 56};
}

Status StringKeys::pack_newest() {
  const uint32_t newest = size_ - 1;
  if (classes_[newest] > PackedStrings::kMostBytes) {
    packed_.give_up();
  } else if (const StringWords key = packed_words(newest); packed_.covers(key)) {
    packed_.add(key, newest);
  } else {
    packed_.cover(key, size_);
    for (uint32_t id = 0; id < size_ && packed_.in_use(); id++) {
      if (id != null_id_) packed_.add(packed_words(id), id);
    }
  }
  return packed_.in_use() ? Status() : hash_all();
}

Status StringKeys::hash_all() {
  MILLRACE_TRY(hashes_.resize(size_));
  for (uint32_t id = 0; id < size_; id++) hashes_[id] = id == null_id_ ? 0 : probe_of(string(id)).hash;
  size_t capacity = kFirstCapacity;
  while (is_full(size_, capacity, sizeof(Entry))) capacity *= 2;
  return grow_to(capacity);
}

Status StringKeys::hash_newest(uint64_t hash) {
  const uint32_t newest = size_ - 1;
  MILLRACE_TRY(hashes_.push(hash));
  Status status;
  if (is_full(newest, entries_.size(), sizeof(Entry))) {
    status = grow_to(entries_.size() * 2);
    if (!status.ok()) (void)hashes_.resize(newest).ok();
  } else {
    place(entries_, newest);
  }
  return status;
}

inline void StringKeys::place(PodVector<Entry>& entries, uint32_t id) {
  const uint64_t last = entries.size() - 1;
  uint64_t slot = hashes_[id] & last;
  while (entries[slot].tag != kEmptyTag) slot = (slot + 1) & last;
  entries[slot] = {tag_of(hashes_[id], classes_[id]), id};
}

Status StringKeys::grow_to(size_t capacity) {
  PodVector<Entry> larger(entries_.budget());
  MILLRACE_TRY(larger.resize_fill(capacity, Entry{kEmptyTag, kNoId}));
  for (uint32_t id = 0; id < size_; id++) {
    if (id != null_id_) place(larger, id);
  }
  slot_mask_ = capacity - 1;
  std::swap(entries_, larger);
  return {};
}

StringRef StringKeys::string(uint32_t id) const {
  const StringWords& words = words_[id];
  if (classes_[id] == kLongClass) return {reinterpret_cast<const char*>(words.low), words.high};
  return {reinterpret_cast<const char*>(&words), classes_[id]};
}

Result<Column> StringKeys::gather(const uint32_t* ids, int64_t count, MemoryBudget* budget) const {
  Column column;
  column.type = type_;
  column.rows = count;
  column.data = Buffer(budget);
  const auto rows = static_cast<size_t>(count);
  PodVector<uint64_t> offsets(budget);
  MILLRACE_TRY(offsets.resize(rows + 1));
  offsets[0] = 0;
  for (size_t i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + string(ids[i]).size;
  MILLRACE_TRY(column.data.resize(offsets[rows]));
  for (size_t i = 0; i < rows; i++) {
    uint8_t* to = column.data.data() + offsets[i];
    const StringRef from = string(ids[i]);
    // A short string is copied whole with its padding, which the next string or the buffer's own padding takes.
    if (from.size <= kShortBytes) {
      std::memcpy(to, &words_[ids[i]], sizeof(StringWords));
    } else {
      std::memcpy(to, from.data, from.size);
    }
  }
  column.offsets = offsets.take_buffer();
  MILLRACE_TRY(gather_validity(ids, count, budget, column));
  return column;
}

}  // namespace millrace::agg
