// The value of a rank and the one after it, beside a sort.
#include "agg/select_rank.h"

#include <algorithm>
#include <limits>
#include <random>

#include "check.h"

using namespace millrace;

namespace {

using Random = std::mt19937_64;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Values of one shape: what pivots are good at, and what they are not.
std::vector<double> values_of(Random& random, size_t count, int shape) {
  std::vector<double> out(count);
  for (size_t i = 0; i < count; i++) {
    const auto place = static_cast<double>(i);
    switch (shape) {
      case 0: out[i] = static_cast<double>(random() % (1u << 30)) - 5e8; break;
      case 1: out[i] = static_cast<double>(random() % 3); break;
      case 2: out[i] = 7; break;
      case 3: out[i] = place; break;
      case 4: out[i] = -place; break;
      case 5: out[i] = std::min(place, static_cast<double>(count - i)); break;
      case 6: out[i] = random() % 4 ? place : random() % 2 ? kInfinity : -kInfinity; break;
      // Nothing but the least value nine times out of ten, and pivots that are it.
      default: out[i] = random() % 10 ? -1 : place; break;
    }
  }
  return out;
}

}  // namespace

TEST("the value of a rank and the next one are those of a sort") {
  Random random(20261127);
  for (const size_t count : {1, 2, 3, 9, 24, 25, 26, 40, 100, 333, 1000, 4099}) {
    for (int shape = 0; shape < 8; shape++) {
      const std::vector<double> values = values_of(random, count, shape);
      std::vector<double> sorted = values;
      std::sort(sorted.begin(), sorted.end());
      std::vector<size_t> ranks = {0, count / 2, (count - 1) / 2, count - 1};
      for (int i = 0; i < 8; i++) ranks.push_back(random() % count);
      for (const size_t rank : ranks) {
        std::vector<double> scratch(count);
        std::vector<double> copy = values;
        const agg::RankPair found = agg::select_rank(copy.data(), scratch.data(), count, rank);
        CHECK_EQ(found.value, sorted[rank]);
        CHECK_EQ(found.next, sorted[std::min(rank + 1, count - 1)]);
      }
    }
  }
}
