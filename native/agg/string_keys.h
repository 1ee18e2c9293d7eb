// Keys of strings. Strings of up to 16 bytes, the most in practice, are two zero-padded words that serve as hash input
// and as the equality check; longer ones are hashed over all bytes and compared with the copy in an arena. Table
// entries are eight bytes (a tag, an id), so that thousands of keys stay in the first-level cache; the words lie apart,
// by id, and are read only to verify, off the critical path. Where the keys differ in few bits, look-ups go by those.
#pragma once
#include "agg/key_encoder.h"
#include "agg/packed_strings.h"

namespace millrace::agg {

class StringKeys final : public KeyEncoder {
 public:
  StringKeys(TypeId type, const KeyOptions& options);
  Status encode(const Vector& column, uint32_t rows, uint32_t* ids) override;
  // Of an id that is not null's. Good until the next insert.
  StringRef string(uint32_t id) const;
  bool is_null(uint32_t id) const { return id == null_id_; }
  Result<Column> gather(const uint32_t* ids, int64_t count, MemoryBudget* budget) const override;

 private:
  struct Entry {
    uint32_t tag;
    uint32_t id;
  };
  struct Probe {
    StringWords
        words;  // a short string's bytes, or a long one's address and size: the size class in the tag says which
    uint64_t hash;
    uint32_t tag;
  };

  Probe probe_of(const StringRef& string) const;
  uint32_t find(const Probe& probe) const;
  Entry candidate(const Probe& probe) const;
  bool matches(const StringWords& stored, const Probe& probe) const;
  uint32_t lookup(const StringRef* strings, uint32_t count, uint32_t* ids) const;
  uint32_t lookup_prefetched(const StringRef* strings, uint32_t count, uint32_t* ids) const;
  Status insert_missing(const StringRef* strings, const uint64_t* validity, uint32_t count, uint32_t* ids);
  // Which is absent, and still is after an error.
  Status insert(const Probe& probe);
  StringWords packed_words(uint32_t id) const;
  // In packed_, or, where that gives up, in a table of all keys by their hashes.
  Status pack_newest();
  Status hash_all();
  Status hash_newest(uint64_t hash);
  void place(PodVector<Entry>& entries, uint32_t id);
  Status grow_to(size_t capacity);
  // By code, once each.
  Status encode_codes(const Vector& column, uint32_t rows, uint32_t* ids);
  Status encode_strings(const StringRef* strings, const uint64_t* validity, uint32_t rows, uint32_t* ids);

  const TypeId type_;
  const HashSeed seed_;
  const uint64_t hash_mask_;
  PodVector<StringWords> words_;  // by id, as in a Probe
  PodVector<uint8_t> classes_;    // by id: the size class
  PackedStrings packed_;
  // While packed_ is not in use:
  PodVector<Entry> entries_;
  uint64_t slot_mask_ = 0;
  PodVector<uint64_t> hashes_;  // by id; read when the table grows
  Arena arena_;
  const Dictionary* dictionary_ = nullptr;
  PodVector<uint32_t> ids_by_code_;  // of dictionary_
};

}  // namespace millrace::agg
