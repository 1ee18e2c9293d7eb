#include "sort/radix_sort.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace::sort {

namespace {

constexpr size_t kDigits = 8;
constexpr size_t kBuckets = 256;
// Below this the histograms cost more than comparisons.
constexpr size_t kInsertionRecords = 24;

void insertion_sort(Record* records, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const Record record = records[i];
    size_t at = i;
    for (; at > 0 && records[at - 1].word > record.word; at--) records[at] = records[at - 1];
    records[at] = record;
  }
}

// Bottom-up merges over insertion-sorted pieces: for counts too small to fill 256 buckets.
void merge_sort(Record* records, Record* scratch, size_t count) {
  for (size_t begin = 0; begin < count; begin += kInsertionRecords) {
    insertion_sort(records + begin, std::min(kInsertionRecords, count - begin));
  }
  const auto less = [](const Record& a, const Record& b) { return a.word < b.word; };
  Record* from = records;
  Record* to = scratch;
  for (size_t width = kInsertionRecords; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += width * 2) {
      const size_t middle = std::min(begin + width, count);
      const size_t end = std::min(begin + width * 2, count);
      std::merge(from + begin, from + middle, from + middle, from + end, to + begin, less);
    }
    std::swap(from, to);
  }
  if (from != records) std::memcpy(records, from, count * sizeof(Record));
}

}  // namespace

void radix_sort(Record* records, Record* scratch, size_t count) {
  constexpr size_t kRadixRecords = 256;
  if (count < kRadixRecords) return merge_sort(records, scratch, count);
  size_t histograms[kDigits][kBuckets] = {};
  bool sorted = true;
  for (size_t i = 0; i < count; i++) {
    for (size_t digit = 0; digit < kDigits; digit++) histograms[digit][records[i].word >> (digit * 8) & 0xff]++;
    sorted &= i == 0 || records[i - 1].word <= records[i].word;
  }
  if (sorted) return;
  Record* from = records;
  Record* to = scratch;
  for (size_t digit = 0; digit < kDigits; digit++) {
    size_t* histogram = histograms[digit];
    const size_t shift = digit * 8;
    if (histogram[from[0].word >> shift & 0xff] == count) continue;
    size_t next = 0;
    for (size_t bucket = 0; bucket < kBuckets; bucket++) next += std::exchange(histogram[bucket], next);
    for (size_t i = 0; i < count; i++) to[histogram[from[i].word >> shift & 0xff]++] = from[i];
    std::swap(from, to);
  }
  if (from != records) std::memcpy(records, from, count * sizeof(Record));
}

}  // namespace millrace::sort
