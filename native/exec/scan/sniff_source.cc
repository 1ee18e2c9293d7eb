#include "base/cold.h"

#include "exec/scan/sniff_source.h"

#include <algorithm>

#include "base/json_text.h"
#include "csv/sniff.h"
#include "exec/plan/plan.h"
#include "exec/scan/byte_source.h"
#include "exec/scan/scan.h"

namespace millrace::exec {

namespace {

constexpr size_t kHeadBytes = 256 << 10;
// A first row longer than this is an error: the sniffer runs on the caller's thread.
constexpr size_t kLargestHeadBytes = 4 << 20;
constexpr int kWindows = 8;
constexpr size_t kWindowBytes = 16 << 10;
// How long a pipe may let its reader wait for the first bytes.
constexpr int kPipePollMs = 100;
constexpr int kPipePolls = 100;

struct Samples {
  std::vector<uint8_t> head;
  std::vector<std::vector<uint8_t>> windows;
  bool head_is_all = false;
  int64_t total_bytes = -1;
};

std::optional<char> option_byte(const Json& json) {
  if (json.is_string() && json.as_string().size() == 1) return json.as_string()[0];
  return std::nullopt;
}

csv::SniffOptions read_options(const Json& json) {
  csv::SniffOptions out;
  out.delimiter = option_byte(json["delimiter"]);
  out.quote = option_byte(json["quote"]);
  if (json.has("quote") && json["quote"].is_null()) out.quote = '\0';
  out.escape = option_byte(json["escape"]);
  out.comment = option_byte(json["comment"]).value_or('\0');
  if (json["header"].is_bool()) out.header = json["header"].as_bool();
  out.infer = json["infer"].as_bool(true);
  out.dates = json["dates"].as_string() != "utf8";
  out.skip_rows = static_cast<int32_t>(json["skipRows"].as_int(0));
  out.max_columns = static_cast<size_t>(json["maxColumns"].as_int(100000));
  if (json["encoding"].as_string() == "latin1") out.encoding = csv::Dialect::Encoding::Latin1;
  if (json["nullValues"].is_array()) {
    out.null_values.clear();
    for (const Json& token : json["nullValues"].items()) out.null_values.push_back(token.as_string());
  }
  return out;
}

Status read_samples(ByteSource& source, size_t head_bytes, Samples& out) {
  const auto size = static_cast<size_t>(source.size());
  out.total_bytes = source.size();
  out.head.resize(std::min(head_bytes, size));
  out.head_is_all = out.head.size() == size;
  MILLRACE_TRY(source.read_at(0, out.head.data(), out.head.size()));
  out.windows.clear();
  const size_t rest = size - out.head.size();
  if (rest < kWindows * kWindowBytes) return {};
  for (int i = 0; i < kWindows; i++) {
    out.windows.emplace_back(kWindowBytes);
    const size_t at =
        i + 1 == kWindows ? size - kWindowBytes : out.head.size() + rest / kWindows * static_cast<size_t>(i);
    MILLRACE_TRY(source.read_at(static_cast<int64_t>(at), out.windows.back().data(), kWindowBytes));
  }
  return {};
}

Status read_pipe_head(const std::string& path, Samples& out) {
  auto reader = SequentialReader::open(path);
  MILLRACE_TRY(reader);
  ParkedPipe pipe;
  pipe.reader = reader.take();
  pipe.head.resize(64 << 10);
  size_t have = 0;
  for (int polls = 0; polls < kPipePolls && have < pipe.head.size();) {
    auto got = pipe.reader->read(pipe.head.data() + have, pipe.head.size() - have, kPipePollMs);
    MILLRACE_TRY(got);
    if (got.value() == 0) {
      out.head_is_all = true;
      break;
    }
    if (got.value() < 0) {
      // A whole line is enough; an empty pipe is waited for.
      if (have > 0 && std::find(pipe.head.begin(), pipe.head.begin() + static_cast<int64_t>(have), '\n') !=
                          pipe.head.begin() + static_cast<int64_t>(have))
        break;
      polls++;
      continue;
    }
    have += static_cast<size_t>(got.value());
  }
  pipe.head.resize(have);
  out.head = pipe.head;
  park_pipe(path, std::move(pipe));
  return {};
}

std::string_view view(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<csv::Sniffed> sniff_samples(const Samples& samples, const csv::SniffOptions& options) {
  csv::SampleInput input;
  input.head = view(samples.head);
  input.head_is_all = samples.head_is_all;
  for (const auto& window : samples.windows) input.windows.push_back(view(window));
  return csv::sniff(input, options);
}

Result<csv::Sniffed> sniff_random_access(ByteSource& source, const csv::SniffOptions& options, Samples& samples) {
  for (size_t head_bytes = kHeadBytes;; head_bytes *= 4) {
    MILLRACE_TRY(read_samples(source, head_bytes, samples));
    auto sniffed = sniff_samples(samples, options);
    const Code code = sniffed.status().code();
    const bool too_short = code == Code::CsvFieldTooLarge || code == Code::CsvQuote;
    if (!too_short || samples.head_is_all || head_bytes >= kLargestHeadBytes) return sniffed;
  }
}

std::string byte_json(char byte) { return byte ? json_string({&byte, 1}) : "null"; }

std::string dialect_json(const csv::Dialect& d) {
  return "{\"delimiter\":" + byte_json(d.delimiter) + ",\"quote\":" + byte_json(d.quote) +
         ",\"escape\":" + byte_json(d.quote ? d.escape : '\0') + ",\"comment\":" + byte_json(d.comment) +
         ",\"header\":" + (d.header ? "true" : "false") + ",\"skipRows\":" + std::to_string(d.skip_rows) +
         ",\"newline\":" + (d.newline == csv::Dialect::Newline::Any ? "\"any\"" : "\"lf\"") +
         ",\"encoding\":" + (d.encoding == csv::Dialect::Encoding::Latin1 ? "\"latin1\"" : "\"utf8\"") + "}";
}

std::string answer(const csv::Sniffed& sniffed, int64_t bytes) {
  std::string out = "{\"dialect\":" + dialect_json(sniffed.dialect) + ",\"columns\":[";
  for (size_t i = 0; i < sniffed.columns.size(); i++) {
    const Field& field = sniffed.columns[i];
    out += std::string(i ? "," : "") + "{\"name\":" + json_string(field.name) + ",\"type\":\"" + type_name(field.type) +
           "\",\"nullable\":" + (field.nullable ? "true" : "false") + "}";
  }
  out += "],\"renamed\":[";
  for (size_t i = 0; i < sniffed.renamed.size(); i++) {
    out += std::string(i ? "," : "") + "{\"from\":" + json_string(sniffed.renamed[i].from) +
           ",\"to\":" + json_string(sniffed.renamed[i].to) + "}";
  }
  return out + "],\"sampleRows\":" + std::to_string(sniffed.sample_rows) + ",\"bytes\":" + std::to_string(bytes) + "}";
}

}  // namespace

Result<std::string> sniff_source(std::string_view request, std::pair<const uint8_t*, int64_t> bytes) {
  auto json = Json::parse(request);
  MILLRACE_TRY(json);
  const csv::SniffOptions options = read_options(json.value()["options"]);
  const std::string path = json.value()["files"][0].as_string();
  Samples samples;
  std::unique_ptr<ByteSource> source;
  if (path.empty()) {
    source = open_bytes(bytes.first, bytes.second);
  } else {
    auto stamp = stat_file(path);
    MILLRACE_TRY(stamp);
    if (stamp.value().regular) {
      auto file = open_file(path, stamp.value());
      MILLRACE_TRY(file);
      source = file.take();
    } else {
      MILLRACE_TRY(read_pipe_head(path, samples));
    }
  }
  auto sniffed = source ? sniff_random_access(*source, options, samples) : sniff_samples(samples, options);
  if (!sniffed.ok()) {
    Status status = sniffed.take_status();
    if (status.facts().file.empty()) status.mutable_facts().file = path;
    return status;
  }
  return answer(sniffed.value(), samples.total_bytes);
}

}  // namespace millrace::exec
