// When a time zone's offset from UTC changes. The plan brings the changes up to a year from which on the zone's rule is
// fixed; later ones are repeated from the years before with the same calendar, up to 400 years on, after which the
// whole calendar repeats.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include "base/json.h"

namespace millrace::expr {

class ZoneTable {
 public:
  // `[offset, time, offset, time, offset, ...]`: the first offset, then ascending times and the offsets from then on,
  // in seconds of UTC. Times lie before kKnownUntil. ERR_PLAN.
  static Result<ZoneTable> read(const Json& json);

  // The stretch of one offset that an instant lies in: from <= instant < to.
  struct Stretch {
    int64_t from;
    int64_t to;
    int32_t offset;
  };
  Stretch stretch_at(int64_t seconds) const;

  // The instants that a wall clock shows `local`: none in a gap, two where it was set back.
  struct Instants {
    uint32_t count = 0;
    int64_t first = 0;  // in a gap: where it ends
    int64_t last = 0;
  };
  Instants instants_of(int64_t local) const;

 private:
  void repeat_rule();
  void index_buckets();
  // Whole cycles of 400 years that bring an instant into the table.
  static int64_t cycles_past(int64_t seconds);

  std::vector<int64_t> starts_;    // of each stretch but the first
  std::vector<int32_t> offsets_;   // one more
  std::vector<uint16_t> buckets_;  // the stretch at the start of each bucket of time since starts_[0]
};

}  // namespace millrace::expr
