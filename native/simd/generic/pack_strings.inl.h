// Short strings as integers, and a table of those, written once. The including file supplies, in its own namespace and
// target region:
//   extract_bits(word, mask)   the bits of `word` where `mask` has ones, side by side from the lowest on
//   has_key(group, key)        a bit for each of the eight words at `group` that is `key` above its lowest 24 bits

// Keeps the first n bytes of 16.
struct PrefixMasks {
  uint64_t low[17];
  uint64_t high[17];
  constexpr PrefixMasks() : low(), high() {
    for (unsigned size = 0; size < 17; size++) {
      for (unsigned byte = 0; byte < size; byte++) {
        (byte < 8 ? low[size] : high[size]) |= uint64_t{0xff} << (byte % 8 * 8);
      }
    }
  }
};
constexpr PrefixMasks kPrefix;

static void pack_strings(const StringRef* strings, size_t count, const StringPattern& pattern, uint64_t* out) {
  const int low_bits = __builtin_popcountll(pattern.mask_low);
  for (size_t i = 0; i < count; i++) {
    const uint64_t size = strings[i].size;
    const uint64_t class_of_size = size < 16 ? size : 16;
    uint64_t low;
    uint64_t high;
    __builtin_memcpy(&low, strings[i].data, sizeof(low));
    __builtin_memcpy(&high, strings[i].data + 8, sizeof(high));
    low &= kPrefix.low[class_of_size];
    high = (high & kPrefix.high[class_of_size]) | size << 56;
    const uint64_t others =
        ((low ^ pattern.base_low) & ~pattern.mask_low) | ((high ^ pattern.base_high) & ~pattern.mask_high);
    const uint64_t packed = extract_bits(low, pattern.mask_low) | extract_bits(high, pattern.mask_high) << low_bits;
    out[i] = others == 0 && size < 16 ? packed : kNotPacked;
  }
}

static uint32_t find_in_groups_behind(const PackedTable& table, size_t group, uint64_t key) {
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
static uint32_t find_packed(const PackedTable& table, const uint64_t* keys, size_t count, uint32_t* ids) {
  uint32_t missing = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t group = table.group_of(keys[i]);
    const uint64_t* entries = table.entries + group * PackedTable::kGroup;
    const uint32_t found = has_key(entries, keys[i]);
    if (found != 0) [[likely]] {
      ids[i] = static_cast<uint32_t>(entries[__builtin_ctz(found)]) & ((1u << PackedTable::kIdBits) - 1);
    } else {
      ids[i] = find_in_groups_behind(table, group, keys[i]);
      missing += ids[i] == ~uint32_t{0};
    }
  }
  return missing;
}
