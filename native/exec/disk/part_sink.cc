#include "exec/disk/part_sink.h"

#include <algorithm>

#include "sort/order_word.h"
#include "spill/key_sample.h"

namespace millrace::exec {

namespace {

using spill::Part;
using spill::Parts;

struct PartedStrip final : StripResult {
  std::vector<Part> parts;
  int64_t rows = 0;
};

// A name that no column has.
std::string fresh_name(const Schema& schema) {
  std::string out = "row number";
  while (find_column(schema, out) >= 0) out += '\'';
  return out;
}

// What is to be kept of a batch.
class BatchColumns {
 public:
  BatchColumns(const expr::Program* program, MemoryBudget* budget) {
    if (!program) return;
    evaluator_ = std::make_unique<expr::Evaluator>(*program, budget);
    values_.resize(program->outputs().size());
  }

  Result<const Vector*> of(const Batch& batch) {
    if (!evaluator_) return batch.columns.data();
    MILLRACE_TRY(evaluator_->evaluate(batch, values_));
    return values_.data();
  }

 private:
  std::unique_ptr<expr::Evaluator> evaluator_;
  std::vector<Vector> values_;
};

std::vector<Vector> keys_of(const Vector* columns, const std::vector<uint32_t>& keys) {
  std::vector<Vector> out;
  for (const uint32_t key : keys) out.push_back(columns[key]);
  return out;
}

class LocalPartSink final : public LocalSink {
 public:
  LocalPartSink(const PartSinkSpec& spec, const Schema& schema, const spill::Partitioner& by, spill::SharedFile& file,
                const std::atomic<size_t>& wanted_parts)
      : spec_(spec),
        wanted_parts_(wanted_parts),
        columns_(spec.program, spec.policy.budget),
        by_(by.clone()),
        writer_(schema, by.parts(), file, spec.policy) {}

  Status consume(const Batch& batch) override {
    auto columns = columns_.of(batch);
    MILLRACE_TRY(columns);
    const Vector* kept = columns.value();
    uint16_t parts[kVectorRows];
    const bool one = by_->parts() == 1;
    if (!one) by_->assign(keys_of(kept, spec_.parting.keys).data(), batch.rows, parts);
    if (spec_.parting.numbered) kept = with_numbers(kept, batch.rows);
    rows_ += batch.rows;
    if (writer_.bytes() > spec_.most_bytes) {
      return memory_limit_error(spec_.policy.budget, static_cast<size_t>(writer_.bytes()));
    }
    return writer_.append(kept, one ? nullptr : parts, batch.rows, wanted_parts_.load(std::memory_order_relaxed));
  }

  Result<std::unique_ptr<StripResult>> take_strip() override {
    auto out = std::make_unique<PartedStrip>();
    auto parts = writer_.take();
    MILLRACE_TRY(parts);
    out->parts = parts.take();
    out->rows = std::exchange(rows_, 0);
    return std::unique_ptr<StripResult>(std::move(out));
  }

  void discard_strip() override {
    writer_.clear();
    rows_ = 0;
  }

 private:
  // Numbers in the strip; where it begins is not known yet.
  const Vector* with_numbers(const Vector* columns, uint32_t rows) {
    for (uint32_t i = 0; i < rows; i++) numbers_[i] = rows_ + i;
    numbered_.assign(columns, columns + spec_.schema.size());
    numbered_.push_back({TypeId::Int64, numbers_, nullptr});
    return numbered_.data();
  }

  const PartSinkSpec& spec_;
  const std::atomic<size_t>& wanted_parts_;
  BatchColumns columns_;
  const std::unique_ptr<spill::Partitioner> by_;
  spill::PartWriter writer_;
  int64_t rows_ = 0;  // of the strip
  int64_t numbers_[kVectorRows];
  std::vector<Vector> numbered_;
};

class KeySampler final : public LocalSink {
 public:
  explicit KeySampler(const PartSinkSpec& spec)
      : spec_(spec), columns_(spec.program, spec.policy.budget), sample_(spec.parting.orders) {}

  Status consume(const Batch& batch) override {
    auto columns = columns_.of(batch);
    MILLRACE_TRY(columns);
    sample_.add(keys_of(columns.value(), spec_.parting.keys).data(), batch.rows);
    return {};
  }
  Result<std::unique_ptr<StripResult>> take_strip() override { return std::make_unique<StripResult>(); }
  void discard_strip() override {}
  spill::KeySample& sample() { return sample_; }

 private:
  const PartSinkSpec& spec_;
  BatchColumns columns_;
  spill::KeySample sample_;
};

class PartSink final : public Sink {
 public:
  PartSink(PartSinkSpec spec, std::shared_ptr<Parts> into)
      : spec_(std::move(spec)),
        into_(std::move(into)),
        file_(*spec_.policy.space, spec_.appends ? into_->file : nullptr) {
    if (spec_.appends) {
      for (size_t c = 0; c < spec_.schema.size(); c++) into_->schema[c].nullable |= spec_.schema[c].nullable;
      by_ = std::move(spec_.by);
      return;
    }
    *into_ = {};
    into_->schema = spec_.schema;
    if (spec_.parting.numbered) into_->schema.push_back({fresh_name(spec_.schema), TypeId::Int64, false});
    sampled_ = !spec_.by;
    open_parts(sampled_ ? spill::make_one_part() : std::move(spec_.by));
  }

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalPartSink>(spec_, into_->schema, *by_, file_, wanted_parts_);
  }

  Status merge(std::unique_ptr<StripResult> result) override {
    auto& strip = static_cast<PartedStrip&>(*result);
    for (size_t i = 0; i < std::min(strip.parts.size(), wanted_parts_.load()); i++) {
      Part& to = into_->parts[i];
      Part& from = strip.parts[i];
      to.rows += from.rows;
      to.bytes += from.bytes;
      bytes_ += from.bytes;
      to.nulls.resize(into_->schema.size());
      for (size_t c = 0; c < from.nulls.size(); c++) to.nulls[c] |= from.nulls[c];
      for (spill::PartChunk& chunk : from.chunks) {
        if (spec_.parting.numbered) spill::raise_numbers(chunk, into_->rows);
        to.chunks.push_back(std::move(chunk));
      }
    }
    into_->rows += strip.rows;
    leave_out_unwanted();
    return bytes_ <= spec_.most_bytes ? Status() : memory_limit_error(spec_.policy.budget, static_cast<size_t>(bytes_));
  }

  Result<std::shared_ptr<Frame>> finish(Workers&) override {
    into_->file = file_.made();
    for (const Part& part : into_->parts) {
      for (size_t c = 0; c < part.nulls.size(); c++) into_->schema[c].nullable |= part.nulls[c] != 0;
    }
    auto frame = std::make_shared<Frame>();
    frame->rows = into_->rows;
    return frame;
  }

  std::unique_ptr<LocalSink> make_sampler() override {
    return sampled_ ? std::make_unique<KeySampler>(spec_) : nullptr;
  }
  bool samples_always() const override { return true; }
  Result<bool> use_sample(LocalSink& sampler) override {
    open_parts(static_cast<KeySampler&>(sampler).sample().make_parts(spec_.parts));
    return false;
  }

 private:
  // Parts behind those that have all the rows which can be wanted: merged strips alone count, as others may yet be read
  // again.
  void leave_out_unwanted() {
    if (spec_.parting.first_rows == INT64_MAX) return;
    int64_t rows = 0;
    size_t wanted = 0;
    while (wanted < into_->parts.size() && rows < spec_.parting.first_rows) rows += into_->parts[wanted++].rows;
    for (size_t i = wanted; i < std::min(into_->parts.size(), wanted_parts_.load()); i++) into_->parts[i] = {};
    wanted_parts_.store(wanted, std::memory_order_relaxed);
  }

  void open_parts(std::unique_ptr<spill::Partitioner> by) {
    by_ = std::move(by);
    into_->parts = std::vector<Part>(by_->parts());
    into_->by = by_->clone();
    for (size_t i = 0; i < into_->parts.size(); i++) into_->parts[i].single_key = by_->single_key(i);
  }

  PartSinkSpec spec_;
  const std::shared_ptr<Parts> into_;
  spill::SharedFile file_;
  std::unique_ptr<spill::Partitioner> by_;
  bool sampled_ = false;
  int64_t bytes_ = 0;
  std::atomic<size_t> wanted_parts_{spill::kMostParts};
};

}  // namespace

std::unique_ptr<Sink> make_part_sink(PartSinkSpec spec, std::shared_ptr<Parts> into) {
  return std::make_unique<PartSink>(std::move(spec), std::move(into));
}

std::unique_ptr<spill::Partitioner> make_number_ranges(size_t keys, int64_t rows, size_t parts) {
  std::vector<std::string> splitters;
  for (size_t i = 1; i < parts; i++) {
    const auto number = static_cast<int64_t>(static_cast<double>(rows) * static_cast<double>(i) / parts);
    std::string splitter(1, 1);
    const uint64_t word = sort::order_word(number);
    for (int byte = 0; byte < 8; byte++) splitter += static_cast<char>(word >> (56 - 8 * byte));
    if (splitters.empty() || splitters.back() < splitter) splitters.push_back(std::move(splitter));
  }
  return spill::make_range_parts(std::vector<sort::KeyOrder>(keys), std::move(splitters));
}

}  // namespace millrace::exec
