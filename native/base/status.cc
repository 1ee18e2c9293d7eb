#include "base/cold.h"

#include "base/status.h"

namespace millrace {

const char* code_name(Code code) {
  switch (code) {
    case Code::Ok: return "OK";
    case Code::InvalidArgument: return "ERR_INVALID_ARGUMENT";
    case Code::Plan: return "ERR_PLAN";
    case Code::ColumnNotFound: return "ERR_COLUMN_NOT_FOUND";
    case Code::DuplicateColumn: return "ERR_DUPLICATE_COLUMN";
    case Code::Type: return "ERR_TYPE";
    case Code::Cast: return "ERR_CAST";
    case Code::Overflow: return "ERR_OVERFLOW";
    case Code::NullInNonNullable: return "ERR_NULL_IN_NON_NULLABLE";
    case Code::DepthLimit: return "ERR_DEPTH_LIMIT";
    case Code::FileNotFound: return "ERR_FILE_NOT_FOUND";
    case Code::FileAccess: return "ERR_FILE_ACCESS";
    case Code::FileIsDirectory: return "ERR_FILE_IS_DIRECTORY";
    case Code::FileEmpty: return "ERR_FILE_EMPTY";
    case Code::FileChanged: return "ERR_FILE_CHANGED";
    case Code::SourceConsumed: return "ERR_SOURCE_CONSUMED";
    case Code::Io: return "ERR_IO";
    case Code::SchemaMismatch: return "ERR_SCHEMA_MISMATCH";
    case Code::CsvType: return "ERR_CSV_TYPE";
    case Code::CsvQuote: return "ERR_CSV_QUOTE";
    case Code::CsvRagged: return "ERR_CSV_RAGGED";
    case Code::CsvFieldTooLarge: return "ERR_CSV_FIELD_TOO_LARGE";
    case Code::CsvTooManyColumns: return "ERR_CSV_TOO_MANY_COLUMNS";
    case Code::CsvEncoding: return "ERR_CSV_ENCODING";
    case Code::JoinCardinality: return "ERR_JOIN_CARDINALITY";
    case Code::MemoryLimit: return "ERR_MEMORY_LIMIT";
    case Code::SpillLimit: return "ERR_SPILL_LIMIT";
    case Code::Aborted: return "ERR_ABORTED";
    case Code::Internal:
    case Code::kCount: return "ERR_INTERNAL";
  }
  return "ERR_INTERNAL";
}

ErrorFacts::ErrorFacts() = default;
ErrorFacts::ErrorFacts(const ErrorFacts& other) = default;
ErrorFacts::ErrorFacts(ErrorFacts&& other) noexcept = default;
ErrorFacts& ErrorFacts::operator=(const ErrorFacts& other) = default;
ErrorFacts& ErrorFacts::operator=(ErrorFacts&& other) noexcept = default;
ErrorFacts::~ErrorFacts() = default;

struct Status::State {
  Code code;
  std::string message;
  ErrorFacts facts;
};

Status::Status(Code code, std::string message) : Status(code, std::move(message), ErrorFacts()) {}

Status::Status(Code code, std::string message, ErrorFacts facts)
    : state_(new State{code, std::move(message), std::move(facts)}) {}

Status::State* Status::copy_of(const State& state) { return new State(state); }

void Status::free(State* state) { delete state; }

Code Status::code() const { return state_ ? state_->code : Code::Ok; }

ErrorFacts& Status::mutable_facts() { return state_->facts; }

void Status::set_message(std::string message) { state_->message = std::move(message); }

const std::string& Status::message() const {
  static const std::string empty;
  return state_ ? state_->message : empty;
}

const ErrorFacts& Status::facts() const {
  static const ErrorFacts none;
  return state_ ? state_->facts : none;
}

}  // namespace millrace
