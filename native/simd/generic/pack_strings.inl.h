// Short strings as integers, and a table of those, written once. The including file supplies, in its own namespace and
// target region:
//   extract_bits(word, mask)   the bits of `word` where `mask` has ones, side by side from the lowest on
//   has_key(group, key)        a bit for each of the eight words at `group` that is `key` above its lowest 24 bits

static void pack_strings(const StringRef* strings, size_t count, const StringPattern& pattern, uint64_t* out) {
  const int low_bits = __builtin_popcountll(pattern.mask.low);
  for (size_t i = 0; i < count; i++) {
    const uint64_t size = strings[i].size;
    StringWords words = first_words(strings[i].data, size);
    words.high |= size << 56;
    const uint64_t others =
        ((words.low ^ pattern.base.low) & ~pattern.mask.low) | ((words.high ^ pattern.base.high) & ~pattern.mask.high);
    const uint64_t packed = extract_bits(words.low, pattern.mask.low) | extract_bits(words.high, pattern.mask.high)
                                                                            << low_bits;
    out[i] = others == 0 && size < 16 ? packed : kNotPacked;
  }
}

static uint32_t find_in_groups(const PackedTable& table, size_t group, uint64_t key) {
  for (;; group = (group + 1) & table.group_mask) {
    const uint64_t* entries = table.entries + group * PackedTable::kGroup;
    if (const uint32_t found = has_key(entries, key)) {
      return static_cast<uint32_t>(entries[__builtin_ctz(found)]) & ((1u << PackedTable::kIdBits) - 1);
    }
    for (size_t i = 0; i < PackedTable::kGroup; i++) {
      if (entries[i] == PackedTable::kEmpty) return ~uint32_t{0};
    }
  }
}

// The whole group at once: a search that ends where its key is mispredicts one end in four.
static uint32_t find_packed(const PackedTable& table, const uint64_t* keys, const uint32_t* groups, size_t count,
                            uint32_t* ids) {
  uint32_t missing = 0;
  for (size_t i = 0; i < count; i++) {
    const uint64_t* entries = table.entries + groups[i] * PackedTable::kGroup;
    const uint32_t found = has_key(entries, keys[i]);
    if (found != 0) [[likely]] {
      ids[i] = static_cast<uint32_t>(entries[__builtin_ctz(found)]) & ((1u << PackedTable::kIdBits) - 1);
    } else {
      ids[i] = find_in_groups(table, groups[i], keys[i]);
      missing += ids[i] == ~uint32_t{0};
    }
  }
  return missing;
}
