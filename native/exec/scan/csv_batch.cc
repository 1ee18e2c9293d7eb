#include "exec/scan/csv_batch.h"

#include <algorithm>

#include "column/text.h"

namespace millrace::exec {

using csv::OnError;

namespace {

[[gnu::cold]] std::string complaint(csv::Reason reason, const std::string& text, const Field& field) {
  const std::string what = "\"" + text + "\"";
  const std::string where = " (column \"" + field.name + "\")";
  switch (reason) {
    case csv::Reason::BadQuote: return what + " has text behind its closing quote" + where;
    case csv::Reason::BadUtf8: return what + " is not valid UTF-8" + where;
    case csv::Reason::OutOfRange: return what + " is out of range for " + type_name(field.type) + where;
    default: return what + " is no " + type_name(field.type) + where;
  }
}

Code code_of(csv::Reason reason) {
  if (reason == csv::Reason::BadQuote) return Code::CsvQuote;
  return reason == csv::Reason::BadUtf8 ? Code::CsvEncoding : Code::CsvType;
}

[[gnu::cold]] std::string hint_for(csv::Reason reason, const Field& field) {
  if (reason == csv::Reason::BadQuote) {
    return "double the quotes inside a quoted field, pass `quote: null` if quotes are plain text, or `onError`";
  }
  if (reason == csv::Reason::BadUtf8) return "pass `encoding: 'latin1'`, or convert the file to UTF-8";
  return "read the column as text with `schema: { " + field.name +
         ": 'utf8' }`, name the token in `nullValues`, or pass "
         "`onError: 'null'` or `onError: 'skip'`";
}

}  // namespace

CsvBatchReader::CsvBatchReader(const CsvScanPlan& plan, MemoryBudget* budget) : plan_(plan) {
  converted_.reserve(plan.columns.size());
  gathered_.reserve(plan.columns.size());
  for (size_t i = 0; i < plan.columns.size(); i++) {
    converted_.emplace_back(budget);
    gathered_.emplace_back(budget);
  }
  if (plan.filter) evaluator_ = std::make_unique<expr::Evaluator>(*plan.filter, budget);
  filter_batch_.columns.resize(plan.columns.size());
}

Status CsvBatchReader::read(const csv::RowBatch& rows, const char* window, const std::vector<uint32_t>& position_of,
                            uint32_t fields, Batch& out) {
  rows_ = rows;
  window_ = window;
  position_of_ = &position_of;
  fields_ = fields;
  dropped_ = false;
  selected_count_ = rows.rows;
  widen_column_ = -1;
  while (true) {
    nulled_by_attempt_ = 0;
    auto outcome = attempt(out);
    MILLRACE_TRY(outcome);
    if (outcome.value() == Outcome::Done) break;
  }
  cells_nulled_ += nulled_by_attempt_;
  return {};
}

Result<CsvBatchReader::Outcome> CsvBatchReader::attempt(Batch& out) {
  const uint32_t* selection = dropped_ ? selected_ : nullptr;
  uint32_t count = selected_count_;
  if (plan_.filter) {
    filter_batch_.rows = count;
    for (const uint32_t column : plan_.filter_columns) {
      auto outcome = convert(column, selection, count, filter_batch_);
      if (!outcome.ok() || outcome.value() == Outcome::Retry) return outcome;
    }
    Vector mask;
    Status judged = evaluator_->evaluate(filter_batch_, {&mask, 1});
    if (!judged.ok()) return placed(std::move(judged), selection);
    const uint32_t passed = expr::select_true(mask, count, survivors_);
    const bool all = passed == count;
    for (const uint32_t column : plan_.kept_columns) {
      out.columns[column] = filter_batch_.columns[column];
      if (all) continue;
      auto gathered = gathered_[column].gather(filter_batch_.columns[column], survivors_, passed);
      MILLRACE_TRY(gathered);
      out.columns[column] = gathered.value();
    }
    if (!all) {
      if (selection) {
        for (uint32_t i = 0; i < passed; i++) survivors_[i] = selected_[survivors_[i]];
      }
      selection = survivors_;
      count = passed;
    }
  }
  out.rows = count;
  delivered_ = selection;
  if (count == 0) return Outcome::Done;
  for (const uint32_t column : plan_.late_columns) {
    auto outcome = convert(column, selection, count, out);
    if (!outcome.ok() || outcome.value() == Outcome::Retry) return outcome;
  }
  return Outcome::Done;
}

csv::FieldSource CsvBatchReader::source_of(uint32_t column) const {
  const uint32_t position = (*position_of_)[column];
  csv::FieldSource source;
  source.chunk = window_;
  source.ends = rows_.ends + position;
  source.stride = rows_.stride;
  source.quoted = rows_.quoted;
  source.trim_return = position + 1 == fields_;
  source.quote = plan_.dialect.quote;
  source.escape = plan_.dialect.escape;
  source.ascii = rows_.ascii;
  return source;
}

Result<CsvBatchReader::Outcome> CsvBatchReader::convert(uint32_t column, const uint32_t* selection, uint32_t count,
                                                        Batch& out) {
  const Field& field = plan_.columns[column];
  const csv::FieldSource source = source_of(column);
  csv::ConvertOptions options;
  options.type = field.type;
  options.null_tokens = &plan_.null_tokens;
  options.nullify_bad = plan_.on_error == OnError::Null;
  options.latin1 = plan_.dialect.encoding == csv::Dialect::Encoding::Latin1;
  csv::ConvertFailure failure;
  MILLRACE_TRY(converted_[column].convert(source, options, selection, count, failure));
  if (failure.reason != csv::Reason::None) return refuse(column, source, failure);
  const Vector& vector = converted_[column].vector();
  nulled_by_attempt_ += converted_[column].nullified();
  if (!field.nullable && vector.validity) {
    for (uint32_t i = 0; i < count; i++) {
      if (vector.is_valid(i)) continue;
      const uint32_t row = selection ? selection[i] : i;
      if (plan_.on_error != OnError::Skip) return null_error(column, source, row);
      drop_row(row);
      return Outcome::Retry;
    }
  }
  out.columns[column] = vector;
  return Outcome::Done;
}

[[gnu::cold]] Result<CsvBatchReader::Outcome> CsvBatchReader::refuse(uint32_t column, const csv::FieldSource& source,
                                                                     const csv::ConvertFailure& failure) {
  const Field& field = plan_.columns[column];
  const std::string text = csv::field_text(source, failure.row);
  double number = 0;
  if (plan_.inferred[column] && field.type == TypeId::Int64 && parse_float64(text, number) == ParseResult::Ok) {
    widen_column_ = static_cast<int>(column);
  } else if (plan_.on_error == OnError::Skip) {
    drop_row(failure.row);
    return Outcome::Retry;
  }
  ErrorFacts facts;
  facts.column = field.name;
  facts.text = text;
  facts.offset = source.begin(failure.row);
  facts.hint = hint_for(failure.reason, field);
  return Status(code_of(failure.reason), complaint(failure.reason, text, field), std::move(facts));
}

[[gnu::cold]] Status CsvBatchReader::null_error(uint32_t column, const csv::FieldSource& source, uint32_t row) const {
  const Field& field = plan_.columns[column];
  ErrorFacts facts;
  facts.column = field.name;
  facts.text = csv::field_text(source, row);
  facts.offset = source.begin(row);
  facts.hint = std::string("declare the column as '") + type_name(field.type) + "?' to allow nulls";
  return Status(
      Code::NullInNonNullable,
      "column \"" + field.name + "\" is declared as " + type_name(field.type) + " without nulls, but holds one",
      std::move(facts));
}

Status CsvBatchReader::placed(Status status, const uint32_t* selection) const {
  ErrorFacts& facts = status.mutable_facts();
  if (facts.row < 0) return status;
  const int64_t row = selection ? selection[facts.row] : facts.row;
  facts.offset = rows_.ends[row * rows_.stride - 1] + 1;
  facts.row = -1;
  return status;
}

void CsvBatchReader::drop_row(uint32_t row) {
  if (!dropped_) {
    for (uint32_t i = 0; i < rows_.rows; i++) selected_[i] = i;
    selected_count_ = rows_.rows;
    dropped_ = true;
  }
  uint32_t* end = std::remove(selected_, selected_ + selected_count_, row);
  selected_count_ = static_cast<uint32_t>(end - selected_);
  rows_skipped_++;
}

}  // namespace millrace::exec
