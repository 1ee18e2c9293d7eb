#include "join/asof_rows.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "column/visit_fixed.h"
#include "sort/order_rows.h"
#include "sort/order_word.h"

namespace millrace::join {

namespace {

constexpr size_t kBlockRows = size_t{1} << 15;

// Nulls last, as they are sorted.
int compare(const KeyPair& pair, int64_t left, int64_t right) {
  const bool left_valid = pair.probe->is_valid(left);
  const bool right_valid = pair.build->is_valid(right);
  if (!left_valid || !right_valid) return static_cast<int>(right_valid) - static_cast<int>(left_valid);
  if (is_string(pair.probe->type)) {
    const int order = pair.probe->string(left).view().compare(pair.build->string(right).view());
    return (order > 0) - (order < 0);
  }
  return visit_fixed(pair.probe->type, [&](auto tag) {
    using T = decltype(tag);
    const uint64_t a = sort::order_word(pair.probe->values<T>()[left]);
    const uint64_t b = sort::order_word(pair.build->values<T>()[right]);
    return (a > b) - (a < b);
  });
}

class AsofJoin {
 public:
  AsofJoin(const std::vector<KeyPair>& equal, const KeyPair& nearest, const AsofSpec& spec, MemoryBudget* budget)
      : equal_(equal), nearest_(nearest), spec_(spec), left_order_(budget), right_order_(budget) {}

  Status run(size_t left_rows, size_t right_rows, Workers& workers, PodVector<uint32_t>& partners) {
    MILLRACE_TRY(put_in_order(true, left_rows, workers, left_order_));
    MILLRACE_TRY(put_in_order(false, right_rows, workers, right_order_));
    MILLRACE_TRY(partners.resize(left_rows));
    return workers.run(pieces_of(left_rows, kBlockRows), [&](size_t block, uint32_t) -> Status {
      walk(block * kBlockRows, std::min(left_rows, (block + 1) * kBlockRows), partners);
      return {};
    });
  }

 private:
  Status put_in_order(bool left, size_t rows, Workers& workers, PodVector<uint32_t>& order) {
    std::vector<sort::SortKey> keys;
    for (const KeyPair& pair : equal_) keys.push_back({left ? pair.probe : pair.build});
    keys.push_back({left ? nearest_.probe : nearest_.build});
    return sort::order_rows(keys, rows, workers, order);
  }

  // Of the left row to the right one, by the equal keys and then the nearest one.
  int compare_all(uint32_t left, uint32_t right) const {
    for (const KeyPair& pair : equal_) {
      if (const int order = compare(pair, left, right)) return order;
    }
    return compare(nearest_, left, right);
  }

  // How many right rows come before the left one: those below it, and with `equal` also its equals.
  size_t rows_before(uint32_t left, bool equal, size_t from) const {
    size_t step = 1;
    const auto before = [&](size_t at) { return compare_all(left, right_order_[at]) > (equal ? -1 : 0); };
    // Gallops, as the next left row is seldom far; the first row of a block is.
    size_t low = from;
    while (low + step <= right_order_.size() && before(low + step - 1)) {
      low += step;
      step *= 2;
    }
    size_t high = std::min(low + step - 1, right_order_.size());
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (before(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void walk(size_t begin, size_t end, PodVector<uint32_t>& partners) const {
    size_t below = 0;
    size_t upto = 0;
    for (size_t i = begin; i < end; i++) {
      const uint32_t left = left_order_[i];
      below = rows_before(left, false, below);
      upto = rows_before(left, true, std::max(upto, below));
      const size_t back = spec_.allow_exact ? upto : below;
      const size_t ahead = spec_.allow_exact ? below : upto;
      const uint32_t earlier = back > 0 ? fitting(left, right_order_[back - 1]) : kNoRow;
      const uint32_t later = ahead < right_order_.size() ? fitting(left, right_order_[ahead]) : kNoRow;
      partners[left] = choose(left, earlier, later);
    }
  }

  // The right row, if it may be a partner at all.
  uint32_t fitting(uint32_t left, uint32_t right) const {
    if (!nearest_.probe->is_valid(left) || !nearest_.build->is_valid(right)) return kNoRow;
    for (const KeyPair& pair : equal_) {
      if (!pair.probe->is_valid(left) || compare(pair, left, right) != 0) return kNoRow;
    }
    return within_tolerance(left, right) ? right : kNoRow;
  }

  uint32_t choose(uint32_t left, uint32_t earlier, uint32_t later) const {
    if (spec_.direction == AsofSpec::Direction::Backward) return earlier;
    if (spec_.direction == AsofSpec::Direction::Forward) return later;
    if (earlier == kNoRow || later == kNoRow) return earlier == kNoRow ? later : earlier;
    return nearer(left, later, earlier) ? later : earlier;
  }

  // Whether the first of two right rows is the nearer one. Exact for whole numbers, however far apart they lie; texts
  // have an order, but no distance.
  bool nearer(uint32_t left, uint32_t first, uint32_t second) const {
    if (is_string(nearest_.probe->type)) return false;
    return visit_fixed(nearest_.probe->type, [&](auto tag) {
      using T = decltype(tag);
      return distance<T>(left, first) < distance<T>(left, second);
    });
  }

  bool within_tolerance(uint32_t left, uint32_t right) const {
    if (spec_.tolerance < 0) return true;
    return visit_fixed(nearest_.probe->type, [&](auto tag) {
      return static_cast<double>(distance<decltype(tag)>(left, right)) <= spec_.tolerance;
    });
  }

  // Equal keys, as NaN and NaN are, or an infinity and itself, are not apart.
  template <class T>
  using Distance = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

  template <class T>
  Distance<T> distance(uint32_t left, uint32_t right) const {
    const T a = nearest_.probe->values<T>()[left];
    const T b = nearest_.build->values<T>()[right];
    const uint64_t x = sort::order_word(a);
    const uint64_t y = sort::order_word(b);
    if constexpr (std::is_floating_point_v<T>) {
      return x == y ? 0 : std::abs(static_cast<double>(a) - static_cast<double>(b));
    } else {
      return x > y ? x - y : y - x;
    }
  }

  const std::vector<KeyPair>& equal_;
  const KeyPair& nearest_;
  const AsofSpec& spec_;
  PodVector<uint32_t> left_order_;
  PodVector<uint32_t> right_order_;
};

}  // namespace

Result<JoinedRows> asof_rows(const std::vector<KeyPair>& equal, const KeyPair& nearest, size_t left_rows,
                             size_t right_rows, const AsofSpec& spec, Workers& workers, MemoryBudget* budget) {
  JoinedRows out{PodVector<uint32_t>(budget), PodVector<uint32_t>(budget)};
  out.all_left_once = true;
  out.right_may_miss = true;
  MILLRACE_TRY(AsofJoin(equal, nearest, spec, budget).run(left_rows, right_rows, workers, out.right));
  return out;
}

}  // namespace millrace::join
