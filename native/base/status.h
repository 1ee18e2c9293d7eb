// Errors as values. No exception of ours is ever thrown; `std::bad_alloc` from the standard library is
// turned into a Status at two points only (a worker's task, a call from JavaScript).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace millrace {

// The closed set of engine errors; code_name() gives the public spelling (`ERR_...`). Kept in step with
// `lib/core/errors.ts` by a test.
enum class Code : uint8_t {
  Ok,
  InvalidArgument,
  Plan,
  ColumnNotFound,
  DuplicateColumn,
  Type,
  Cast,
  Overflow,
  NullInNonNullable,
  DepthLimit,
  FileNotFound,
  FileAccess,
  FileIsDirectory,
  FileEmpty,
  FileChanged,
  SourceConsumed,
  Io,
  SchemaMismatch,
  CsvType,
  CsvQuote,
  CsvRagged,
  CsvFieldTooLarge,
  CsvTooManyColumns,
  CsvEncoding,
  JoinCardinality,
  MemoryLimit,
  SpillLimit,
  Aborted,
  Internal,
  kCount
};

const char* code_name(Code code);

// What an error knows about its place. Empty strings and negative numbers mean "does not apply". Its members, like
// those of Status that only errors meet, are compiled once: inlined where errors are made and passed on, they were 220
// of its 3,560 kB.
struct ErrorFacts {
  ErrorFacts();
  ErrorFacts(const ErrorFacts& other);
  ErrorFacts(ErrorFacts&& other) noexcept;
  ErrorFacts& operator=(const ErrorFacts& other);
  ErrorFacts& operator=(ErrorFacts&& other) noexcept;
  ~ErrorFacts();

  std::string hint;
  std::string column;
  std::string file;
  std::string text;     // the offending text, cut to 200 bytes
  int64_t line = -1;    // 1-based line of the file
  int64_t offset = -1;  // byte offset in the file
  // Of the batch that an expression was evaluated for; whoever passes the error on makes it the row of what the batch
  // was made of, and at last one of a frame in memory, from 0.
  int64_t row = -1;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message);
  Status(Code code, std::string message, ErrorFacts facts);
  Status(Status&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Status(const Status& other) : state_(other.state_ ? copy_of(*other.state_) : nullptr) {}
  Status& operator=(Status other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Status() {
    if (state_) [[unlikely]]
      free(state_);
  }

  bool ok() const { return state_ == nullptr; }
  Code code() const;
  const std::string& message() const;
  const ErrorFacts& facts() const;
  // Precondition of these: !ok().
  ErrorFacts& mutable_facts();
  void set_message(std::string message);

 private:
  struct State;
  static State* copy_of(const State& state);
  static void free(State* state);

  State* state_ = nullptr;  // null when ok: the happy path never allocates
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit by design; precondition: !status.ok()
  bool ok() const { return value_.has_value(); }
  // Precondition of value() and take(): ok().
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  T&& take() { return std::move(*value_); }
  const Status& status() const { return status_; }
  Status take_status() { return std::move(status_); }

 private:
  std::optional<T> value_;
  Status status_;
};

// Returns the Status (or a failed Result's Status) from the enclosing function; takes either by value or as a variable,
// which it empties then. The only control-flow macro.
#define MILLRACE_TRY(expr)                             \
  do {                                                 \
    if (auto&& try_ = (expr); !try_.ok()) [[unlikely]] \
      return ::millrace::detail::status_of(try_);      \
  } while (false)

namespace detail {
inline Status status_of(Status& status) { return std::move(status); }
template <class T>
Status status_of(Result<T>& result) {
  return result.take_status();
}
}  // namespace detail

}  // namespace millrace
