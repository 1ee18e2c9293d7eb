#include "csv/row_indexer.h"

#include <algorithm>

namespace millrace::csv {

namespace {

constexpr size_t kSmallestStretch = 4096;
constexpr size_t kLargestStretch = 256 << 10;

std::string plural(size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

RowIndexer::RowIndexer(const RowIndexerOptions& options, MemoryBudget* budget)
    : options_(options), index_(options.dialect), positions_(budget), walked_(budget) {}

void RowIndexer::start(Buffer* window, size_t begin, size_t end, size_t limit, bool final) {
  window_ = window;
  at_ = consumed_ = begin;
  end_ = end;
  limit_ = limit;
  final_ = final;
  exhausted_ = false;
  repaired_end_ = end + kBufferPadding;
  head_ = count_ = newlines_ = verified_ = 0;
  longest_row_ = 0;
  if (final) window_->data()[end] = 0;
  index_.start_row();
  const char quote = options_.dialect.quote;
  quotes_absent_ = quote == 0 || end == begin || std::memchr(data() + begin, quote, end - begin) == nullptr;
  ascii_ = options_.texts && quotes_absent_ && simd::kernels().is_ascii(data() + begin, end - begin);
}

bool RowIndexer::is_row_end(uint32_t position) const {
  const char byte = data()[position];
  return byte == '\n' || (byte == '\r' && options_.dialect.newline == Dialect::Newline::Any);
}

Status RowIndexer::next(RowBatch& batch) {
  batch = {};
  while (!at_limit()) {
    while (newlines_ < options_.batch_rows && !exhausted_) MILLRACE_TRY(index_more());
    if (newlines_ == 0) return check_unfinished_row();
    const auto rows = static_cast<uint32_t>(std::min<size_t>(newlines_, options_.batch_rows));
    if (is_regular(rows)) {
      if (longest_row_ > options_.max_field_bytes) {
        MILLRACE_TRY(check_field_lengths(&positions_[head_], rows * size_t{options_.columns}));
      }
      return deliver_regular(rows, batch);
    }
    MILLRACE_TRY(walk(batch));
    if (batch.rows) return {};
  }
  return {};
}

// Indexes about as many bytes as the batch still needs, not far past the strip's limit.
Status RowIndexer::index_more() {
  if (count_ == 0) {
    MILLRACE_TRY(positions_.reserve(1));
    positions_[0] = static_cast<uint32_t>(at_) - 1;
    count_ = 1;
  } else if (head_ > 0) {
    std::memmove(positions_.data(), positions_.data() + head_, (count_ - head_) * sizeof(uint32_t));
    count_ -= head_;
    head_ = 0;
  }
  const auto wanted = static_cast<size_t>(static_cast<double>(options_.batch_rows - newlines_) * row_bytes_);
  size_t stretch = std::clamp(wanted + 64, kSmallestStretch, kLargestStretch);
  if (at_ < limit_) {
    stretch = std::min(stretch, limit_ - at_);
  } else {
    stretch = kSmallestStretch;
    if (newlines_ && last_row_end() + 1 >= limit_) {
      exhausted_ = true;
      return {};
    }
  }
  const size_t begin = at_;
  const size_t end = std::min(end_, begin + stretch);
  MILLRACE_TRY(positions_.resize(count_));
  MILLRACE_TRY(positions_.reserve(count_ + (end - begin) + 64 + 1));
  const bool next_known = end < end_ || final_;
  const simd::IndexProgress done =
      index_.index(data(), begin, end, quotes_absent_, next_known, positions_.data() + count_);
  at_ = done.end;
  count_ += done.positions;
  newlines_ += done.newlines;
  if (done.newlines) {
    row_bytes_ = 0.5 * row_bytes_ + 0.5 * static_cast<double>(at_ - begin) / static_cast<double>(done.newlines);
  }
  if (end == end_) {
    exhausted_ = true;
    if (final_) MILLRACE_TRY(finish_last_row());
  }
  return {};
}

// Precondition: newlines_ > 0.
size_t RowIndexer::last_row_end() const {
  size_t last = count_ - 1;
  while (!is_row_end(positions_[last])) last--;
  return positions_[last];
}

// The file may end without a line end: the last row gets one, in the padding.
Status RowIndexer::finish_last_row() {
  const uint32_t last = positions_[count_ - 1];
  if (index_.inside_quotes()) {
    ErrorFacts facts;
    facts.offset = int64_t{last} + 1;
    facts.hint = "close the quote, or pass `quote: null` if quotes are plain text in this file";
    return Status(Code::CsvQuote, "a quote is opened and never closed before the end of the data", std::move(facts));
  }
  const bool behind_row_end = count_ - 1 == head_ || is_row_end(last);
  if (last + 1 == static_cast<uint32_t>(end_) && behind_row_end) return {};
  window_->data()[end_] = '\n';
  positions_[count_++] = static_cast<uint32_t>(end_);
  newlines_++;
  return {};
}

// Whether each of these rows ends at every `columns`-th entry; their greatest length goes to longest_row_.
bool RowIndexer::row_ends_in_place(size_t from_row, size_t to_row) {
  const size_t columns = options_.columns;
  if (head_ + to_row * columns >= count_) return false;
  const uint32_t* ends = &positions_[head_ + from_row * columns];
  const char* bytes = data();
  const char row_end = is_row_end(ends[columns]) ? bytes[ends[columns]] : '\n';
  unsigned wrong = 0;
  uint32_t longest = longest_row_;
  for (size_t row = from_row; row < to_row; row++) {
    const uint32_t end = ends[columns];
    wrong |= static_cast<unsigned>(bytes[end] ^ row_end);
    const uint32_t length = end - ends[0];
    longest = length > longest ? length : longest;
    ends += columns;
  }
  longest_row_ = longest;
  return wrong == 0;
}

// When all known row ends stand in place there is none between them, since their number is known; so one look at each
// row end proves every row regular.
bool RowIndexer::is_regular(uint32_t rows) {
  if (options_.columns == 1 && options_.dialect.comment) return false;  // a comment looks like a row
  if (verified_ >= rows) return true;
  if (row_ends_in_place(verified_, newlines_)) {
    verified_ = newlines_;
    return true;
  }
  verified_ = 0;
  if (!row_ends_in_place(0, rows)) return false;
  const size_t columns = options_.columns;
  for (size_t row = 0; row < rows; row++) {
    const uint32_t* fields = &positions_[head_ + row * columns];
    for (size_t c = 1; c < columns; c++) {
      if (is_row_end(fields[c])) return false;
    }
  }
  return true;
}

Status RowIndexer::deliver_regular(uint32_t rows, RowBatch& batch) {
  const size_t columns = options_.columns;
  // Rows that begin at or behind the limit belong to the next strip.
  if (end_ > limit_) {
    while (rows > 0 && positions_[head_ + (rows - 1) * columns] + 1 >= limit_ && rows > 1) rows--;
  }
  batch.ends = &positions_[head_ + 1];
  batch.stride = options_.columns;
  batch.rows = rows;
  batch.quoted = !quotes_absent_;
  batch.ascii = ascii_;
  head_ += rows * columns;
  newlines_ -= rows;
  verified_ -= std::min<size_t>(verified_, rows);
  counts_.rows += rows;
  consumed_ = row_begin();
  return {};
}

Status RowIndexer::walk(RowBatch& batch) {
  walked_.clear();
  verified_ = 0;
  repaired_end_ = end_ + kBufferPadding;
  uint32_t rows = 0;
  const size_t columns = options_.columns;
  while (newlines_ > 0 && rows < options_.batch_rows && row_begin() < limit_) {
    const uint32_t begin = row_begin();
    size_t last = head_ + 1;
    while (!is_row_end(positions_[last])) last++;
    const size_t fields = last - head_;
    const size_t before = walked_.size();
    MILLRACE_TRY(walk_row(head_ + 1, fields, begin));
    rows += walked_.size() > before;
    head_ = last;
    newlines_--;
  }
  consumed_ = row_begin();
  batch.ends = rows ? walked_.data() + 1 : nullptr;
  batch.stride = static_cast<uint32_t>(columns + 1);
  batch.rows = rows;
  batch.quoted = !quotes_absent_;
  batch.ascii = ascii_;
  counts_.rows += rows;
  return {};
}

// One row of `fields` ends starting at positions_[first]: appended to walked_, skipped, or an error.
Status RowIndexer::walk_row(size_t first, size_t fields, uint32_t begin) {
  const uint32_t end = positions_[first + fields - 1];
  const size_t columns = options_.columns;
  if (end - begin > options_.max_field_bytes) MILLRACE_TRY(check_field_lengths(&positions_[first - 1], fields));
  if (fields == 1) {
    const bool blank = end == begin || (end == begin + 1 && data()[begin] == '\r');
    if (blank && columns > 1) return {};
    if (options_.dialect.comment && data()[begin] == options_.dialect.comment) return {};
  }
  if (fields != columns) {
    if (options_.on_error == OnError::Error) return ragged(begin, fields);
    if (options_.on_error == OnError::Skip) {
      counts_.skipped++;
      return {};
    }
    counts_.repaired++;
    if (fields < columns) return append_padded_row(first, fields, begin);
  }
  MILLRACE_TRY(walked_.reserve_more(columns + 1));
  walked_.push_unchecked(begin - 1);
  for (size_t c = 0; c < columns; c++) walked_.push_unchecked(positions_[first + c]);
  return {};
}

// Field addresses are differences of neighbouring ends, so a missing field needs a byte of its own: the row is copied
// behind the window and given the delimiters that it lacks.
Status RowIndexer::append_padded_row(size_t first, size_t fields, uint32_t begin) {
  const size_t columns = options_.columns;
  const uint32_t end = positions_[first + fields - 1];
  const bool has_return = end > begin && data()[end - 1] == '\r';
  const size_t length = end - begin - (has_return ? 1 : 0);
  const size_t to = repaired_end_;
  MILLRACE_TRY(window_->resize(to + length + columns + 1 + kBufferPadding));
  uint8_t* bytes = window_->data();
  std::memcpy(bytes + to, bytes + begin, length);
  MILLRACE_TRY(walked_.reserve_more(columns + 1));
  walked_.push_unchecked(static_cast<uint32_t>(to) - 1);
  for (size_t c = 0; c + 1 < fields; c++) {
    walked_.push_unchecked(static_cast<uint32_t>(to + (positions_[first + c] - begin)));
  }
  for (size_t c = fields - 1; c < columns; c++) {
    const size_t at = to + length + (c - (fields - 1));
    bytes[at] = static_cast<uint8_t>(c + 1 == columns ? '\n' : options_.dialect.delimiter);
    walked_.push_unchecked(static_cast<uint32_t>(at));
  }
  repaired_end_ = to + length + columns + 1;
  return {};
}

// Called when no complete row is left: an unfinished one must not grow for ever.
[[gnu::cold]] Status RowIndexer::check_unfinished_row() {
  if (count_ == 0) return {};
  const size_t fields = count_ - head_ - 1;
  MILLRACE_TRY(check_field_lengths(&positions_[head_], fields));
  const size_t field_begin = positions_[count_ - 1] + 1;
  if (at_ > field_begin && at_ - field_begin > options_.max_field_bytes) return field_too_large(field_begin);
  if (fields >= options_.columns && options_.on_error == OnError::Error) {
    const bool comment = options_.dialect.comment && data()[row_begin()] == options_.dialect.comment;
    if (!comment) return ragged(row_begin(), fields + 1);
  }
  if (fields >= options_.max_columns) {
    ErrorFacts facts;
    facts.offset = row_begin();
    facts.hint = "check the delimiter, or raise `maxColumns`";
    return Status(Code::CsvTooManyColumns, "a row has more than " + plural(options_.max_columns, "field"),
                  std::move(facts));
  }
  return {};
}

// `ends[0]` is the position before the first field.
Status RowIndexer::check_field_lengths(const uint32_t* ends, size_t count) const {
  for (size_t i = 0; i < count; i++) {
    if (ends[i + 1] - ends[i] - 1 > options_.max_field_bytes) return field_too_large(ends[i] + 1);
  }
  return {};
}

[[gnu::cold]] Status RowIndexer::field_too_large(size_t begin) const {
  ErrorFacts facts;
  facts.offset = static_cast<int64_t>(begin);
  const char quote = options_.dialect.quote;
  if (quote != 0 && data()[begin] == quote) {
    facts.hint =
        "a quote is opened here: close it, pass `quote: null` if quotes are plain text, or raise `maxFieldBytes`";
    return Status(Code::CsvQuote,
                  "a quoted field is longer than " + std::to_string(options_.max_field_bytes) + " bytes",
                  std::move(facts));
  }
  facts.hint = "check the delimiter, or raise `maxFieldBytes`";
  return Status(Code::CsvFieldTooLarge, "a field is longer than " + std::to_string(options_.max_field_bytes) + " bytes",
                std::move(facts));
}

[[gnu::cold]] Status RowIndexer::ragged(uint32_t begin, size_t fields) const {
  ErrorFacts facts;
  facts.offset = begin;
  const size_t shown = std::min<size_t>(200, end_ - begin);
  const char* text = data() + begin;
  const void* newline = std::memchr(text, '\n', shown);
  facts.text.assign(text, newline ? static_cast<size_t>(static_cast<const char*>(newline) - text) : shown);
  facts.hint =
      "mend the row, or pass `onError: 'null'` (short rows are filled with nulls, long ones cut) or "
      "`onError: 'skip'` (the row is dropped and counted)";
  return Status(Code::CsvRagged,
                "a row has " + plural(fields, "field") + " where " + std::to_string(options_.columns) + " are expected",
                std::move(facts));
}

}  // namespace millrace::csv
