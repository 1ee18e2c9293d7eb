#include "csv/tokenizer.h"

namespace millrace::csv {

int Tokenizer::newline_size(size_t at) const {
  if (bytes_[at] == '\n') return 1;
  if (bytes_[at] != '\r') return 0;
  if (at + 1 < bytes_.size()) return bytes_[at + 1] == '\n' ? 2 : dialect_.newline == Dialect::Newline::Any;
  if (!final_) return -1;
  return dialect_.newline == Dialect::Newline::Any;
}

bool Tokenizer::skip_comment(TokenizedRow& row) {
  for (size_t at = at_; at < bytes_.size(); at++) {
    const int newline = newline_size(at);
    if (newline < 0) return false;
    if (newline == 0) continue;
    row.end = at;
    at_ = at + static_cast<size_t>(newline);
    return true;
  }
  if (!final_) return false;
  row.end = at_ = bytes_.size();
  return true;
}

Tokenizer::State Tokenizer::step(State state, char byte) const {
  switch (state) {
    case State::FieldStart: return byte == dialect_.quote && dialect_.quote != 0 ? State::Quoted : State::Unquoted;
    case State::Unquoted: return State::Unquoted;
    case State::Quoted:
      if (byte == dialect_.quote) return State::AfterClose;
      return byte == dialect_.escape && dialect_.escape != dialect_.quote ? State::Escaped : State::Quoted;
    case State::Escaped: return State::Quoted;
    case State::AfterClose:
      return byte == dialect_.quote && dialect_.escape == dialect_.quote ? State::Quoted : State::Unquoted;
  }
  return state;
}

bool Tokenizer::next(TokenizedRow& row) {
  if (at_ >= bytes_.size()) return false;
  row.begin = row.end = at_;
  row.fields.clear();
  row.unterminated = false;
  row.comment = dialect_.comment != 0 && bytes_[at_] == dialect_.comment;
  if (row.comment) {
    if (!skip_comment(row)) return false;
    row.fields.push_back({row.begin, row.end});
    return true;
  }
  State state = State::FieldStart;
  size_t field = at_;
  for (size_t at = at_; at < bytes_.size(); at++) {
    const char byte = bytes_[at];
    const bool inside = state == State::Quoted || state == State::Escaped;
    if (!inside && byte == dialect_.delimiter) {
      row.fields.push_back({field, at});
      field = at + 1;
      state = State::FieldStart;
      continue;
    }
    const int newline = inside || (byte != '\n' && byte != '\r') ? 0 : newline_size(at);
    if (newline < 0) return false;
    if (newline > 0) {
      row.fields.push_back({field, at});
      row.end = at;
      at_ = at + static_cast<size_t>(newline);
      return true;
    }
    if (state != State::Unquoted) state = step(state, byte);
  }
  if (!final_) return false;
  row.unterminated = state == State::Quoted || state == State::Escaped;
  row.fields.push_back({field, bytes_.size()});
  row.end = at_ = bytes_.size();
  return true;
}

}  // namespace millrace::csv
