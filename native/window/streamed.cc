#include "window/streamed.h"

#include <algorithm>
#include <cstring>

#include "column/visit_fixed.h"
#include "sort/order_word.h"
#include "window/running.h"

namespace millrace::window {

namespace {

// One value of any type that outlives the piece it is from.
class Kept {
 public:
  bool valid() const { return valid_; }
  void set(const Column& from, int64_t row) {
    valid_ = true;
    if (is_string(from.type)) {
      const StringRef text = from.string(row);
      text_.reserve(text.size + kStringPadding);
      text_.assign(text.data, text.size);
    } else {
      const size_t width = type_width(from.type);
      std::memcpy(fixed_, from.data.data() + static_cast<size_t>(row) * width, width);
    }
  }
  std::string_view text() const { return text_; }
  const uint8_t* fixed() const { return fixed_; }

 private:
  bool valid_ = false;
  std::string text_;
  uint8_t fixed_[8] = {};
};

// Results on their way to the writer, a vector of them at a time.
class Results {
 public:
  Results(TypeId type, WriteResults write) : type_(type), write_(std::move(write)) {
    std::fill_n(validity_, kValidityWords, 0);
  }

  Status push_nulls(int64_t count) {
    for (int64_t i = 0; i < count; i++) MILLRACE_TRY(end_row(false));
    return {};
  }
  template <class T>
  Status push(T value, bool valid = true) {
    std::memcpy(data_ + rows_ * sizeof(T), &value, sizeof(T));
    return end_row(valid);
  }
  // The value of a row, which may be null. Until flush() strings stay where they are.
  Status push_row(const Column& from, int64_t row) {
    if (!from.is_valid(row)) return end_row(false);
    if (is_string(type_)) return push(from.string(row));
    const size_t width = type_width(type_);
    std::memcpy(data_ + rows_ * width, from.data.data() + static_cast<size_t>(row) * width, width);
    return end_row(true);
  }
  Status push_kept(const Kept& kept) {
    if (!kept.valid()) return end_row(false);
    if (is_string(type_)) return push(StringRef{kept.text().data(), kept.text().size()});
    std::memcpy(data_ + rows_ * type_width(type_), kept.fixed(), type_width(type_));
    return end_row(true);
  }
  Status flush() {
    if (rows_ == 0) return {};
    const uint32_t rows = std::exchange(rows_, 0);
    Status status = write_({type_, data_, validity_}, rows);
    std::fill_n(validity_, kValidityWords, 0);
    return status;
  }

 private:
  Status end_row(bool valid) {
    if (valid) {
      validity_[rows_ / 64] |= uint64_t{1} << (rows_ % 64);
    } else if (is_string(type_)) {
      reinterpret_cast<StringRef*>(data_)[rows_] = {kNoText, 0};
    }
    return ++rows_ == kVectorRows ? flush() : Status();
  }

  static constexpr char kNoText[kStringPadding] = {};
  const TypeId type_;
  const WriteResults write_;
  alignas(StringRef) uint8_t data_[kVectorRows * sizeof(StringRef)] = {};
  uint64_t validity_[kValidityWords];
  uint32_t rows_ = 0;
};

class WithResults : public Streamed {
 public:
  WithResults(TypeId type, WriteResults write) : out_(type, std::move(write)) {}
  Status finish() override { return out_.flush(); }

 protected:
  Results out_;
};

class RowNumbers final : public WithResults {
 public:
  using WithResults::WithResults;
  Status consume(const Column*, int64_t rows) override {
    for (int64_t i = 0; i < rows; i++) MILLRACE_TRY(out_.push(++count_));
    return {};
  }

 private:
  int64_t count_ = 0;
};

class Counts final : public WithResults {
 public:
  using WithResults::WithResults;
  Status consume(const Column* argument, int64_t rows) override {
    for (int64_t i = 0; i < rows; i++) MILLRACE_TRY(out_.push(count_ += argument->is_valid(i) ? 1 : 0));
    return {};
  }

 private:
  int64_t count_ = 0;
};

template <class State>
class Running final : public WithResults {
 public:
  Running(TypeId type, WriteResults write) : WithResults(type, std::move(write)), type_(type) {}
  Status consume(const Column* argument, int64_t rows) override {
    using T = decltype(state_.value());
    return visit_fixed(argument->type, [&](auto tag) -> Status {
      const auto* values = argument->values<decltype(tag)>();
      for (int64_t i = 0; i < rows; i++) {
        const bool valid = argument->is_valid(i);
        if (valid && !state_.add(static_cast<T>(values[i]))) return cumulative_overflow(State::kWhat, type_);
        MILLRACE_TRY(out_.push(state_.value(), valid));
      }
      return {};
    });
  }

 private:
  const TypeId type_;
  State state_;
};

// The best value so far; the first of equals stays, and NaN is the worst of all for either.
class Extremes final : public WithResults {
 public:
  Extremes(TypeId type, bool largest, WriteResults write) : WithResults(type, std::move(write)), largest_(largest) {}
  Status consume(const Column* argument, int64_t rows) override {
    for (int64_t i = 0; i < rows; i++) {
      if (!argument->is_valid(i)) {
        MILLRACE_TRY(out_.push_nulls(1));
        continue;
      }
      if (is_better(*argument, i)) {
        // What points to the value that it replaces goes first.
        if (is_string(argument->type)) MILLRACE_TRY(out_.flush());
        best_.set(*argument, i);
        if (!is_string(argument->type)) best_word_ = word_of(*argument, i);
      }
      MILLRACE_TRY(out_.push_kept(best_));
    }
    return {};
  }

 private:
  uint64_t word_of(const Column& column, int64_t row) const {
    return visit_fixed(column.type, [&](auto tag) -> uint64_t {
      const auto value = column.values<decltype(tag)>()[row];
      return largest_ && value != value ? 0 : sort::order_word(value);
    });
  }
  bool is_better(const Column& column, int64_t row) const {
    if (!best_.valid()) return true;
    if (is_string(column.type)) {
      const int order = column.string(row).view().compare(best_.text());
      return largest_ ? order > 0 : order < 0;
    }
    const uint64_t word = word_of(column, row);
    return largest_ ? word > best_word_ : word < best_word_;
  }

  const bool largest_;
  Kept best_;
  uint64_t best_word_ = 0;
};

class ForwardFill final : public WithResults {
 public:
  ForwardFill(TypeId type, int64_t limit, WriteResults write) : WithResults(type, std::move(write)), limit_(limit) {}
  Status consume(const Column* argument, int64_t rows) override {
    int64_t last = -1;  // in this piece
    for (int64_t i = 0; i < rows; i++) {
      const bool valid = argument->is_valid(i);
      gap_ = valid ? 0 : gap_ + 1;
      if (valid) last = i;
      if (gap_ > limit_) {
        MILLRACE_TRY(out_.push_nulls(1));
      } else {
        MILLRACE_TRY(last >= 0 ? out_.push_row(*argument, last) : out_.push_kept(last_));
      }
    }
    MILLRACE_TRY(out_.flush());
    if (last >= 0) last_.set(*argument, last);
    return {};
  }

 private:
  const int64_t limit_;
  Kept last_;  // before this piece
  int64_t gap_ = 0;
};

// Nulls wait, as a number, for the value behind them.
class BackwardFill final : public WithResults {
 public:
  BackwardFill(TypeId type, int64_t limit, WriteResults write) : WithResults(type, std::move(write)), limit_(limit) {}
  Status consume(const Column* argument, int64_t rows) override {
    for (int64_t i = 0; i < rows; i++) {
      if (!argument->is_valid(i)) {
        waiting_++;
        continue;
      }
      const int64_t filled = std::min(waiting_, limit_);
      MILLRACE_TRY(out_.push_nulls(waiting_ - filled));
      for (int64_t k = 0; k <= filled; k++) MILLRACE_TRY(out_.push_row(*argument, i));
      waiting_ = 0;
    }
    return out_.flush();
  }
  Status finish() override {
    MILLRACE_TRY(out_.push_nulls(waiting_));
    return out_.flush();
  }

 private:
  const int64_t limit_;
  int64_t waiting_ = 0;
};

class Interpolation final : public WithResults {
 public:
  using WithResults::WithResults;
  Status consume(const Column* argument, int64_t rows) override {
    return visit_fixed(argument->type, [&](auto tag) -> Status {
      const auto* values = argument->values<decltype(tag)>();
      for (int64_t i = 0; i < rows; i++) {
        if (argument->is_valid(i)) {
          MILLRACE_TRY(add(static_cast<double>(values[i])));
        } else {
          waiting_++;
        }
      }
      return {};
    });
  }
  Status finish() override {
    MILLRACE_TRY(out_.push_nulls(waiting_));
    return out_.flush();
  }

 private:
  Status add(double value) {
    if (!any_) MILLRACE_TRY(out_.push_nulls(waiting_));
    for (int64_t k = 1; any_ && k <= waiting_; k++) {
      const double share = static_cast<double>(k) / static_cast<double>(waiting_ + 1);
      MILLRACE_TRY(out_.push(last_ + (value - last_) * share));
    }
    waiting_ = 0;
    any_ = true;
    last_ = value;
    return out_.push(value);
  }

  bool any_ = false;
  double last_ = 0;
  int64_t waiting_ = 0;
};

// The column itself, with nulls in front and without its last rows, or the other way round.
class Shifted final : public WithResults {
 public:
  Shifted(TypeId type, int64_t offset, int64_t rows, WriteResults write)
      : WithResults(type, std::move(write)),
        rows_(rows),
        in_front_(std::clamp<int64_t>(offset, 0, rows)),
        left_out_(offset < 0 ? -std::max(offset, -rows) : 0) {}
  Status consume(const Column* argument, int64_t rows) override {
    if (in_front_ > written_) MILLRACE_TRY(push_nulls(in_front_ - written_));
    const int64_t first = std::min(left_out_, rows);
    left_out_ -= first;
    for (int64_t i = first; i < rows && written_ < rows_; i++, written_++) {
      MILLRACE_TRY(out_.push_row(*argument, i));
    }
    return out_.flush();
  }
  Status finish() override {
    MILLRACE_TRY(push_nulls(rows_ - written_));
    return out_.flush();
  }

 private:
  Status push_nulls(int64_t count) {
    written_ += count;
    return out_.push_nulls(count);
  }

  const int64_t rows_;
  const int64_t in_front_;
  int64_t left_out_;
  int64_t written_ = 0;
};

}  // namespace

Result<std::unique_ptr<Streamed>> make_streamed(const WindowFunction& function, TypeId argument, int64_t rows,
                                                WriteResults write) {
  using Out = std::unique_ptr<Streamed>;
  if (function.rolling) return Out();
  auto type = result_type(function, argument);
  MILLRACE_TRY(type);
  const Parameters& parameters = function.parameters;
  switch (function.function) {
    case Function::RowNumber: return Out(new RowNumbers(type.value(), std::move(write)));
    case Function::CumCount: return Out(new Counts(type.value(), std::move(write)));
    case Function::CumSum:
    case Function::CumProd:
      return visit_running(function.function == Function::CumSum, argument, [&](auto state, TypeId sum) {
        return Out(new Running<decltype(state)>(sum, std::move(write)));
      });
    case Function::CumMin:
    case Function::CumMax:
      return Out(new Extremes(type.value(), function.function == Function::CumMax, std::move(write)));
    case Function::FillForward: return Out(new ForwardFill(type.value(), parameters.limit, std::move(write)));
    case Function::FillBackward: return Out(new BackwardFill(type.value(), parameters.limit, std::move(write)));
    case Function::Interpolate: return Out(new Interpolation(type.value(), std::move(write)));
    case Function::Shift: return Out(new Shifted(type.value(), parameters.offset, rows, std::move(write)));
    default: return Out();
  }
}

}  // namespace millrace::window
