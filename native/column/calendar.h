// Proleptic Gregorian calendar arithmetic between day numbers (0 = 1970-01-01) and civil dates. Branch-light integer
// code that vectorises. The algorithms are Howard Hinnant's "chrono-compatible low-level date algorithms": years are
// counted from March, so that the leap day is the last of a year, in eras of 400 years (146,097 days).
#pragma once
#include <cstdint>

namespace millrace {

inline constexpr int64_t kMillisecondsPerDay = 86'400'000;

struct CivilDate {
  int64_t year;
  uint32_t month;  // 1..12
  uint32_t day;    // 1..31
};

inline constexpr bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Precondition: 1 <= month <= 12.
inline constexpr uint32_t days_in_month(int64_t year, uint32_t month) {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return 30 + ((month ^ (month >> 3)) & 1);
}

// Precondition: a valid civil date, |year| below about 2^53.
inline constexpr int64_t days_from_civil(int64_t year, uint32_t month, uint32_t day) {
  const int64_t y = year - (month <= 2);
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;                          // 0..399
  const int64_t march_month = month > 2 ? month - 3 : month + 9;      // 0..11
  const int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;  // 0..365
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// The days around 1970 that 32-bit steps can take: about 1.4 million years to either side.
inline constexpr int64_t kNearDays = 530'000'000;

// In 32-bit steps that compilers vectorise, by Neri and Schneider, "Euclidean affine functions and their
// application to calendar algorithms" (2022): the century, year and day are found by multiplying, not dividing.
// Precondition: |days| <= kNearDays.
inline constexpr CivilDate civil_from_near_days(int32_t days) {
  constexpr uint32_t kEras = 3670;  // moves the range to start at 0
  const uint32_t n1 = 4 * (static_cast<uint32_t>(days) + 719468 + 146097 * kEras) + 3;
  const uint32_t century = n1 / 146097;
  const uint32_t n2 = (n1 % 146097) | 3;
  const uint64_t product = uint64_t{2939745} * n2;
  const uint32_t year_of_century = static_cast<uint32_t>(product >> 32);
  const uint32_t day_of_year = static_cast<uint32_t>(product) / 2939745 / 4;  // from March 1
  const uint32_t n3 = 2141 * day_of_year + 197913;
  const uint32_t january = day_of_year >= 306;  // January and February belong to the next year
  const int32_t year =
      static_cast<int32_t>(100 * century + year_of_century + january) - static_cast<int32_t>(400 * kEras);
  return {year, (n3 >> 16) - 12 * january, (n3 & 0xFFFF) / 2141 + 1};
}

// Any day.
inline constexpr CivilDate civil_from_days(int64_t days) {
  if (days >= -kNearDays && days <= kNearDays) return civil_from_near_days(static_cast<int32_t>(days));
  const int64_t z = days + 719468;
  const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const uint32_t day_of_era = static_cast<uint32_t>(z - era * 146097);  // 0..146096
  const uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);  // from March 1
  const uint32_t march_month = (5 * day_of_year + 2) / 153;
  const uint32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const int64_t year = era * 400 + year_of_era + (month <= 2);
  return {year, month, day_of_year - (153 * march_month + 2) / 5 + 1};
}

// Monday = 1 .. Sunday = 7 (ISO 8601).
inline constexpr int32_t iso_weekday(int64_t days) {
  const int64_t since_monday = (days + 3) % 7;  // 1970-01-01 was a Thursday
  return static_cast<int32_t>(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

}  // namespace millrace
