#include "csv/structural_index.h"

namespace millrace::csv {

namespace {

simd::QuoteState to_quote_state(FieldState state) {
  simd::QuoteState out;
  out.inside = state == FieldState::Quoted ? ~uint64_t{0} : 0;
  out.after_close = state == FieldState::AfterClose;
  out.opener_ok = state == FieldState::RowStart || state == FieldState::FieldStart || state == FieldState::AfterClose;
  return out;
}

FieldState to_field_state(const simd::QuoteState& state) {
  if (state.inside) return FieldState::Quoted;
  if (state.after_close) return FieldState::AfterClose;
  return state.opener_ok ? FieldState::FieldStart : FieldState::Unquoted;
}

// One byte outside comments. Returns whether it is structural, and moves `state`.
inline bool step(const Dialect& d, char byte, bool row_end, FieldState& state) {
  switch (state) {
    case FieldState::Quoted:
      if (byte == d.quote) {
        state = FieldState::AfterClose;
      } else if (byte == d.escape && d.escape != d.quote) {
        state = FieldState::Escaped;
      }
      return false;
    case FieldState::Escaped: state = FieldState::Quoted; return false;
    case FieldState::Comment:
      if (row_end) state = FieldState::RowStart;
      return row_end;
    default: break;
  }
  if (row_end) {
    state = FieldState::RowStart;
    return true;
  }
  if (byte == d.delimiter) {
    state = FieldState::FieldStart;
    return true;
  }
  if (byte == d.quote && d.quote != 0 && state != FieldState::Unquoted) {
    // Opens a field, or doubles the quote that seemed to close it.
    const bool reopens = state != FieldState::AfterClose || d.escape == d.quote;
    state = reopens ? FieldState::Quoted : FieldState::Unquoted;
    return false;
  }
  if (state == FieldState::RowStart && byte == d.comment && d.comment != 0) {
    state = FieldState::Comment;
    return false;
  }
  // The '\r' of "\r\n" behind a closing quote is the row end's, so the field stays well formed; index_scalar() looks
  // ahead for it.
  state = FieldState::Unquoted;
  return false;
}

}  // namespace

StructuralIndex::StructuralIndex(const Dialect& dialect)
    : dialect_(dialect),
      simd_capable_(dialect.comment == 0 && dialect.newline == Dialect::Newline::Lf &&
                    (dialect.quote == 0 || dialect.escape == dialect.quote)) {}

void StructuralIndex::restart(FieldState state) {
  state_ = state;
  quote_state_ = to_quote_state(state);
}

FieldState StructuralIndex::state() const { return simd_capable_ ? to_field_state(quote_state_) : state_; }

bool StructuralIndex::inside_quotes() const {
  const FieldState now = state();
  return now == FieldState::Quoted || now == FieldState::Escaped;
}

simd::IndexProgress StructuralIndex::index(const char* data, size_t begin, size_t end, bool quotes_absent,
                                           bool next_known, uint32_t* out) {
  if (!simd_capable_) return index_scalar(data, begin, end, next_known, out);
  if (dialect_.quote == 0 || (quotes_absent && !quote_state_.inside && !quote_state_.after_close)) {
    const simd::IndexProgress done = simd::kernels().index_plain(data, begin, end, dialect_.delimiter, out);
    if (end > begin) {
      const char last = data[end - 1];
      quote_state_.opener_ok = last == dialect_.delimiter || last == '\n';
    }
    return done;
  }
  return index_simd(data, begin, end, out);
}

simd::IndexProgress StructuralIndex::index_simd(const char* data, size_t begin, size_t end, uint32_t* out) {
  simd::IndexProgress total{0, 0, begin};
  while (total.end < end) {
    const simd::IndexProgress fast = simd::kernels().index_quoted(data, total.end, end, dialect_.delimiter,
                                                                  dialect_.quote, quote_state_, out + total.positions);
    total.positions += fast.positions;
    total.newlines += fast.newlines;
    total.end = fast.end;
    if (total.end >= end) break;
    const size_t block_end = end - total.end > 64 ? total.end + 64 : end;
    state_ = to_field_state(quote_state_);
    // Whatever byte stands at the end of the window, it only matters once the row is complete.
    const simd::IndexProgress slow = index_scalar(data, total.end, block_end, true, out + total.positions);
    quote_state_ = to_quote_state(state_);
    total.positions += slow.positions;
    total.newlines += slow.newlines;
    total.end = block_end;
  }
  return total;
}

simd::IndexProgress StructuralIndex::index_scalar(const char* data, size_t begin, size_t end, bool next_known,
                                                  uint32_t* out) {
  const bool any_newline = dialect_.newline == Dialect::Newline::Any;
  simd::IndexProgress done{0, 0, begin};
  for (size_t at = begin; at < end; at++) {
    const char byte = data[at];
    bool row_end = byte == '\n';
    if (byte == '\r') {
      if (at + 1 == end && !next_known) break;
      const bool before_newline = data[at + 1] == '\n';
      if (before_newline && state_ != FieldState::Quoted && state_ != FieldState::Escaped) {
        done.end = at + 1;
        if (state_ != FieldState::AfterClose && state_ != FieldState::Comment) state_ = FieldState::Unquoted;
        continue;
      }
      row_end = any_newline;
    }
    if (step(dialect_, byte, row_end, state_)) {
      out[done.positions++] = static_cast<uint32_t>(at);
      done.newlines += row_end;
    }
    done.end = at + 1;
  }
  return done;
}

}  // namespace millrace::csv
