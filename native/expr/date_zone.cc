// Between instants and what a wall clock of a time zone shows. A wall clock's time is a timestamp as well, of which the
// calendar parts are those of the zone.
#include <string>

#include "column/format.h"
#include "expr/clock.h"
#include "expr/loops.h"
#include "expr/zone_table.h"

namespace millrace::expr {

namespace {

int64_t saturated_ticks(int64_t seconds, int64_t per_second) {
  int64_t ticks;
  return __builtin_mul_overflow(seconds, per_second, &ticks) ? (seconds < 0 ? INT64_MIN : INT64_MAX) : ticks;
}

// Neighbouring rows mostly share a stretch of one offset.
template <class Clock>
class Cursor {
 public:
  explicit Cursor(const ZoneTable& zone) : zone_(zone) {}
  // In ticks.
  int64_t offset_at(int64_t ticks) {
    if (ticks < from_ || ticks >= to_) [[unlikely]]
      move_to(ticks);
    return offset_;
  }

 private:
  void move_to(int64_t ticks) {
    const ZoneTable::Stretch stretch = zone_.stretch_at(floor_quotient(ticks, Clock::kPerSecond));
    from_ = saturated_ticks(stretch.from, Clock::kPerSecond);
    to_ = saturated_ticks(stretch.to, Clock::kPerSecond);
    offset_ = stretch.offset * Clock::kPerSecond;
  }

  const ZoneTable& zone_;
  int64_t from_ = 0, to_ = 0;  // empty at first
  int64_t offset_ = 0;
};

template <class Clock>
Status to_wall_clock(Call& call) {
  const auto* a = call.arguments[0].as<int64_t>();
  auto* out = call.out<int64_t>();
  Cursor<Clock> cursor(*call.parameters.zone);
  for (uint32_t row = 0; row < call.rows; row++) {
    if (__builtin_add_overflow(a[row], cursor.offset_at(a[row]), &out[row]) && call.is_valid(row)) [[unlikely]]
      return leaves_range(call, row, "the zone's time of", &a[row]);
  }
  return {};
}

[[gnu::cold]] Status unresolved(Call& call, uint32_t row, int64_t local, bool ambiguous) {
  call.bad_row = row;
  ErrorFacts facts;
  facts.text = format_value(call.parameters.from, &local);
  if (!facts.text.empty() && facts.text.back() == 'Z') facts.text.pop_back();  // the time of a wall clock is not UTC
  facts.hint = ambiguous ? "give toUtc the option ambiguous: 'earliest', 'latest' or 'null'"
                         : "give toUtc the option nonexistent: 'shiftForward', 'shiftBackward' or 'null'";
  std::string message = facts.text + (ambiguous ? " comes twice in " : " does not exist in ") +
                        std::string(call.parameters.text.view()) +
                        (ambiguous ? ", where clocks are set back" : ", where clocks are set forward");
  return Status(Code::Cast, std::move(message), std::move(facts));
}

// Ticks of the instant, or nothing where the row becomes null or an error.
template <class Clock>
Status resolve(Call& call, uint32_t row, int64_t local, int64_t& out) {
  const int64_t seconds = floor_quotient(local, Clock::kPerSecond);
  const auto instants = call.parameters.zone->instants_of(seconds);
  const auto at = [&](int64_t second) { return saturated_ticks(second, Clock::kPerSecond); };
  out = 0;
  if (instants.count == 0) {
    switch (static_cast<Nonexistent>(call.parameters.second)) {
      case Nonexistent::Raise: return unresolved(call, row, local, false);
      case Nonexistent::Null: set_null(call, row); return {};
      case Nonexistent::Forward: out = at(instants.first); return {};
      case Nonexistent::Backward: out = at(instants.first) - 1; return {};
    }
  }
  const auto how = static_cast<Ambiguous>(call.parameters.first);
  if (instants.count > 1 && how == Ambiguous::Raise) return unresolved(call, row, local, true);
  if (instants.count > 1 && how == Ambiguous::Null) {
    set_null(call, row);
    return {};
  }
  const int64_t second = how == Ambiguous::Latest ? instants.last : instants.first;
  // In 128 bits: within the first second of the range, its start is outside.
  const __int128 exact = static_cast<__int128>(second) * Clock::kPerSecond + floor_rest(local, Clock::kPerSecond);
  out = static_cast<int64_t>(exact);
  return exact == out ? Status() : leaves_range(call, row, "the instant of", &local);
}

// A time that is more than a day inside a stretch, by either clock, has one instant there.
template <class Clock>
Status from_wall_clock(Call& call) {
  const auto* a = call.arguments[0].as<int64_t>();
  auto* out = call.out<int64_t>();
  int64_t from = 0, to = 0, offset = 0;  // of local times that the stretch alone shows
  for (uint32_t row = 0; row < call.rows; row++) {
    if (a[row] >= from && a[row] < to) [[likely]] {
      out[row] = a[row] - offset;
      continue;
    }
    out[row] = 0;
    if (!call.is_valid(row)) continue;
    MILLRACE_TRY((resolve<Clock>(call, row, a[row], out[row])));
    const auto stretch = call.parameters.zone->stretch_at(floor_quotient(a[row], Clock::kPerSecond));
    const int64_t begin = saturated_ticks(stretch.from, Clock::kPerSecond);
    const int64_t end = saturated_ticks(stretch.to, Clock::kPerSecond);
    if (__builtin_add_overflow(begin, 2 * Clock::kPerDay, &from)) from = INT64_MAX;
    if (__builtin_sub_overflow(end, 2 * Clock::kPerDay, &to)) to = INT64_MIN;
    offset = stretch.offset * Clock::kPerSecond;
  }
  return {};
}

template <class Clock>
Status from_wall_clock_near(Call& call) {
  auto* out = call.out<int64_t>();
  Cursor<Clock> cursor(*call.parameters.zone), check(*call.parameters.zone);
  for (uint32_t row = 0; row < call.rows; row++) {
    out[row] = 0;
    if (!call.is_valid(row)) continue;
    const int64_t local = call.arguments[0].at<int64_t>(row);
    const int64_t offset = cursor.offset_at(call.arguments[1].at<int64_t>(row));
    int64_t near;
    if (!__builtin_sub_overflow(local, offset, &near) && check.offset_at(near) == offset) [[likely]] {
      out[row] = near;
    } else {
      MILLRACE_TRY((resolve<Clock>(call, row, local, out[row])));
    }
  }
  return {};
}

template <class Make>
Kernel for_timestamp(TypeId type, Make make) {
  switch (type) {
    case TypeId::TimestampMs: return make.template operator()<Milliseconds>();
    case TypeId::TimestampUs: return make.template operator()<Microseconds>();
    case TypeId::TimestampNs: return make.template operator()<Nanoseconds>();
    default: return nullptr;
  }
}

}  // namespace

Kernel to_wall_clock_kernel(TypeId type) {
  return for_timestamp(type, []<class Clock>() -> Kernel { return to_wall_clock<Clock>; });
}

Kernel from_wall_clock_kernel(TypeId type) {
  return for_timestamp(type, []<class Clock>() -> Kernel { return from_wall_clock<Clock>; });
}

Kernel from_wall_clock_near_kernel(TypeId type) {
  return for_timestamp(type, []<class Clock>() -> Kernel { return from_wall_clock_near<Clock>; });
}

}  // namespace millrace::expr
