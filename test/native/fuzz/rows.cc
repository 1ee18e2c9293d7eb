// The structural index at every SIMD level and window size must give the rows of the state machine alone. The first
// bytes of the input choose the dialect, the number of columns and the window.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "csv/row_indexer.h"

using namespace millrace;
using csv::Dialect;

namespace {

constexpr size_t kLead = 64;

csv::RowIndexerOptions options_of(uint8_t dialect, uint8_t shape) {
  csv::RowIndexerOptions out;
  out.columns = 1 + shape % 5;
  out.batch_rows = shape & 0x80 ? 2 : 64;
  out.on_error = shape & 0x40 ? csv::OnError::Null : csv::OnError::Skip;
  if (dialect & 1) out.dialect.escape = '\\';
  if (dialect & 2) out.dialect.comment = '#';
  if (dialect & 4) out.dialect.newline = Dialect::Newline::Any;
  if (dialect & 8) out.dialect.quote = out.dialect.escape = 0;
  if (dialect & 16) out.dialect.delimiter = ';';
  return out;
}

// Fields end to end with separators that no field can hold, or the error's name.
std::string read_rows(const uint8_t* text, size_t size, const csv::RowIndexerOptions& options, size_t step) {
  csv::RowIndexer indexer(options, nullptr);
  std::string rows;
  Buffer window;
  size_t offset = 0, have = 0, growth = 1;
  while (true) {
    const size_t fresh = std::min(step * growth, size - offset - have);
    if (!window.resize(kLead + have + fresh + kBufferPadding).ok()) std::abort();
    std::copy(text + offset + have, text + offset + have + fresh, window.data() + kLead + have);
    have += fresh;
    const bool final = offset + have == size;
    indexer.start(&window, kLead, kLead + have, SIZE_MAX, final);
    csv::RowBatch batch;
    do {
      const Status status = indexer.next(batch);
      if (!status.ok()) return code_name(status.code());
      for (uint32_t r = 0; r < batch.rows; r++) {
        for (uint32_t c = 0; c < options.columns; c++) {
          csv::FieldSource source{};
          source.ends = batch.ends + c;
          source.stride = batch.stride;
          const uint32_t begin = source.begin(r);
          const uint32_t end = source.end(r);
          if (begin > end || end > window.size()) std::abort();
          rows.append(indexer.data() + begin, end - begin).push_back('\x1f');
        }
        rows.push_back('\x1e');
      }
    } while (batch.rows);
    if (final) return rows;
    const size_t used = indexer.consumed() - kLead;
    growth = used ? 1 : growth * 2;
    have -= used;
    std::copy(window.data() + kLead + used, window.data() + kLead + used + have, window.data() + kLead);
    offset += used;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  csv::RowIndexerOptions options = options_of(data[0], data[1]);
  const size_t step = 1 + data[2];
  data += 3;
  size -= 3;
  simd::select_level("scalar");
  const std::string expected = read_rows(data, size, options, size + 1);
  for (const char* const* level = simd::available_levels(); *level; level++) {
    simd::select_level(*level);
    if (read_rows(data, size, options, step) != expected) std::abort();
  }
  return 0;
}
