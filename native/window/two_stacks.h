// The aggregate of a window whose ends only move on, without ever taking a value out of a sum.
//
// The window is a queue made of two stacks: the front holds, for each of its values, the aggregate from there to the
// front's end; behind it one running aggregate covers the rest. When the front is used up, the rest becomes the front.
// Each value is combined at most twice. What a window gives is the combination of its own values alone: the error of a
// sum of m values is that of adding m values once, (m - 1) * eps * sum|x|, however many windows were before, and NaN or
// an infinity leaves with its row. (Taking values out again, as running sums do, lets errors add up over the column and
// makes every window after a NaN NaN.)
#pragma once
#include "base/memory.h"

namespace millrace::window {

// State: default-constructed is empty; add(value); merge(State after this one). Value i is values[i], where valid[i].
template <class State, class Value>
class TwoStacks {
 public:
  TwoStacks(const Value* values, const uint8_t* valid, MemoryBudget* budget)
      : values_(values), valid_(valid), front_(budget) {}

  // The state of the values [begin, end). Neither end may be below that of the call before.
  Result<State> window(size_t begin, size_t end) {
    for (; end_ < end; end_++) {
      if (valid_[end_]) back_.add(values_[end_]);
    }
    if (begin >= front_end_) MILLRACE_TRY(turn(begin, end));
    if (begin >= front_end_) return back_;
    State out = front_[begin - front_begin_];
    out.merge(back_);
    return out;
  }

 private:
  // Makes [begin, end) the front. Most windows step on by one value, and then have as many steps until the next turn as
  // the window has values.
  Status turn(size_t begin, size_t end) {
    MILLRACE_TRY(front_.resize(end - begin));
    State suffix{};
    for (size_t i = end; i-- > begin;) {
      State one{};
      if (valid_[i]) one.add(values_[i]);
      one.merge(suffix);
      front_[i - begin] = suffix = one;
    }
    front_begin_ = begin;
    front_end_ = end;
    back_ = State{};
    return {};
  }

  const Value* values_;
  const uint8_t* valid_;
  PodVector<State> front_;
  size_t front_begin_ = 0;
  size_t front_end_ = 0;
  size_t end_ = 0;  // of what the back covers
  State back_{};
};

}  // namespace millrace::window
