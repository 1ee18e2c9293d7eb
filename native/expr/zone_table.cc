#include "expr/zone_table.h"

#include <algorithm>

#include "column/calendar.h"

namespace millrace::expr {

namespace {

constexpr int64_t kSecondsPerDay = 86'400;
// lib/plan/expression/time-zone.ts finds changes up to here. The 28 years before hold every calendar there is.
constexpr int64_t kKnownUntilYear = 2129;
constexpr int64_t kTableUntilYear = kKnownUntilYear + 400;
constexpr int64_t kCycleSeconds = int64_t{146'097} * kSecondsPerDay;
constexpr int kBucketBits = 23;  // 97 days, which hold one change as a rule
constexpr size_t kMostChanges = 2'000;

int64_t start_of(int64_t year) { return days_from_civil(year, 1, 1) * kSecondsPerDay; }
constexpr int64_t kTableUntil = days_from_civil(kTableUntilYear, 1, 1) * kSecondsPerDay;

bool same_calendar(int64_t a, int64_t b) {
  return is_leap_year(a) == is_leap_year(b) && (start_of(a) - start_of(b)) % (7 * kSecondsPerDay) == 0;
}

}  // namespace

Result<ZoneTable> ZoneTable::read(const Json& json) {
  constexpr int64_t kMissing = INT64_MIN;
  const Status malformed(Code::Plan, "the plan is malformed: a time zone is not [offset, time, offset, ...]");
  if (!json.is_array() || json.size() % 2 == 0 || json.size() > 2 * kMostChanges) return malformed;
  ZoneTable out;
  for (size_t i = 0; i < json.size(); i++) {
    const int64_t value = json[i].as_int(kMissing);
    const bool is_offset = i % 2 == 0;
    if (is_offset ? value <= -kSecondsPerDay || value >= kSecondsPerDay : value >= start_of(kKnownUntilYear))
      return malformed;
    if (is_offset) {
      out.offsets_.push_back(static_cast<int32_t>(value));
    } else {
      if (value == kMissing || value < start_of(1) || (!out.starts_.empty() && value <= out.starts_.back()))
        return malformed;
      out.starts_.push_back(value);
    }
  }
  out.repeat_rule();
  out.index_buckets();
  return out;
}

void ZoneTable::repeat_rule() {
  const size_t known = starts_.size();
  for (int64_t year = kKnownUntilYear; year < kTableUntilYear; year++) {
    int64_t model = kKnownUntilYear - 28;
    while (!same_calendar(model, year)) model++;
    const int64_t shift = start_of(year) - start_of(model);
    auto at = std::lower_bound(starts_.begin(), starts_.begin() + static_cast<ptrdiff_t>(known), start_of(model));
    for (auto i = static_cast<size_t>(at - starts_.begin()); i < known && starts_[i] < start_of(model + 1); i++) {
      starts_.push_back(starts_[i] + shift);
      offsets_.push_back(offsets_[i + 1]);
    }
  }
}

void ZoneTable::index_buckets() {
  if (starts_.empty()) return;
  const auto count = static_cast<size_t>((kTableUntil - starts_[0]) >> kBucketBits) + 1;
  size_t stretch = 1;
  for (size_t bucket = 0; bucket < count; bucket++) {
    const int64_t begin = starts_[0] + (static_cast<int64_t>(bucket) << kBucketBits);
    while (stretch < starts_.size() && starts_[stretch] <= begin) stretch++;
    buckets_.push_back(static_cast<uint16_t>(stretch));
  }
}

int64_t ZoneTable::cycles_past(int64_t seconds) {
  return seconds < kTableUntil ? 0 : (seconds - kTableUntil) / kCycleSeconds + 1;
}

ZoneTable::Stretch ZoneTable::stretch_at(int64_t seconds) const {
  if (starts_.empty()) return {INT64_MIN, INT64_MAX, offsets_[0]};
  if (seconds < starts_[0]) return {INT64_MIN, starts_[0], offsets_[0]};
  const int64_t moved = cycles_past(seconds) * kCycleSeconds;
  const int64_t at = seconds - moved;
  size_t i = buckets_[static_cast<size_t>((at - starts_[0]) >> kBucketBits)];
  while (i < starts_.size() && starts_[i] <= at) i++;
  const int64_t to = i < starts_.size() ? starts_[i] : kTableUntil;
  // A stretch that goes on in the next cycle comes in two parts.
  const int64_t from = moved == 0 ? starts_[i - 1] : std::max(starts_[i - 1], kTableUntil - kCycleSeconds);
  return {from + moved, to + moved, offsets_[i]};
}

ZoneTable::Instants ZoneTable::instants_of(int64_t local) const {
  Instants out;
  bool in_gap = false;
  int64_t gap_end = 0;
  // No offset reaches a day, so all instants in question lie within one on either side. Stretches come in ascending
  // order, and with them the instants.
  const int64_t end = local + kSecondsPerDay;
  for (int64_t at = local - kSecondsPerDay;;) {
    const Stretch stretch = stretch_at(at);
    const int64_t instant = local - stretch.offset;
    if (instant >= stretch.from && instant < stretch.to) {
      if (out.count++ == 0) out.first = instant;
      out.last = instant;
    } else if (instant < stretch.from && !in_gap) {
      in_gap = true;  // the stretch before had ended, and this one shows later times only
      gap_end = stretch.from;
    }
    if (stretch.to > end) break;
    at = stretch.to;
  }
  if (out.count == 0) out.first = gap_end;
  return out;
}

}  // namespace millrace::expr
