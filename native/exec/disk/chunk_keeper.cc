#include "base/cold.h"

#include "exec/disk/chunk_keeper.h"

#include <algorithm>

#include "exec/threads/cgroup.h"
#include "exec/threads/thread_pool.h"

namespace millrace::exec {

namespace {

constexpr size_t kUnlisted = SIZE_MAX;
// Beside its values.
constexpr int64_t kOverheadBytes = 2 * sizeof(store::ColumnChunk) + 128;

bool has_values(const store::ColumnChunk& chunk) {
  return chunk.data.size() + chunk.offsets.size() + chunk.validity.size() > 0;
}

store::ColumnChunk take_values(store::ColumnChunk& from, MemoryBudget* budget) {
  store::ColumnChunk out;
  static_cast<store::ChunkHeader&>(out) = from;
  out.data = std::move(from.data);
  out.offsets = std::move(from.offsets);
  out.validity = std::move(from.validity);
  out.rebind(budget);
  return out;
}

}  // namespace

class KeptColumn final : public store::KeptValues {
 public:
  // To be added to the keeper at once.
  KeptColumn(store::ColumnChunk values, std::shared_ptr<KeptFrame> frame, ChunkKeeper& keeper)
      : KeptValues(std::move(values)), frame_(std::move(frame)), keeper_(keeper) {
    frame_->memory_bytes.fetch_add(memory_bytes(), std::memory_order_relaxed);
  }
  ~KeptColumn() override {
    keeper_.remove(*this);
    if (is_away()) {
      frame_->away_chunks.fetch_sub(1, std::memory_order_relaxed);
    } else {
      frame_->memory_bytes.fetch_sub(memory_bytes(), std::memory_order_relaxed);
    }
  }

  Result<bool> read_back(Part part, MemoryBudget* budget, const store::ReadCheck& check,
                         store::ColumnChunk& into) override {
    into = {};
    static_cast<store::ChunkHeader&>(into) = header();
    MILLRACE_TRY(spill::read_values(*frame_->file.made(), place_, part, budget, check, into));
    return part == Part::All && keeper_.admit(*this, into);
  }

 private:
  friend class ChunkKeeper;

  Status write() {
    if (written_) return {};
    auto file = frame_->file.get();
    MILLRACE_TRY(file);
    auto place = spill::write_values(*file.value(), values());
    MILLRACE_TRY(place);
    place_ = place.value();
    written_ = true;
    const auto bytes = static_cast<int64_t>(place_.data.bytes + place_.offsets.bytes + place_.validity.bytes);
    frame_->disk_bytes.fetch_add(bytes, std::memory_order_relaxed);
    keeper_.disk_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    return {};
  }
  bool may_leave(uint64_t now) const { return written_ || (frame_->may_spill && frame_->disk_failed_at.load() != now); }

  const std::shared_ptr<KeptFrame> frame_;
  ChunkKeeper& keeper_;
  // Of who evicts it, who is alone; readers see them behind the flag that the values are away.
  spill::SpilledValues place_;
  std::atomic<bool> written_{false};
  // Under the keeper's lock.
  size_t at_ = 0;               // in its list
  size_t cold_at_ = kUnlisted;  // in the list of cold ones
  bool leaving_ = false;
};

// The system takes a tenth of a second to forget gigabytes, and this may be JavaScript's thread.
KeptFrame::~KeptFrame() {
  ChunkKeeper::shared().disk_bytes_.fetch_sub(disk_bytes.load(), std::memory_order_relaxed);
  constexpr int64_t kQuicklyForgotten = 8 << 20;
  if (disk_bytes.load() <= kQuicklyForgotten) return;
  ThreadPool::shared().run([place = space, written = file.take()]() mutable { written.reset(); });
}

ChunkKeeper& ChunkKeeper::shared() {
  static ChunkKeeper* keeper = new ChunkKeeper();
  return *keeper;
}

int64_t ChunkKeeper::limit_bytes() const {
  if (const int64_t limit = limit_.load(std::memory_order_relaxed)) return limit;
  if (const int64_t limit = default_.load(std::memory_order_relaxed)) return limit;
  static const int64_t half = available_memory() / 2;
  return half;
}

Status ChunkKeeper::adopt(store::RowChunk& chunk, const std::shared_ptr<KeptFrame>& frame,
                          const store::ReadCheck& check) {
  for (store::ColumnChunk& column : chunk.columns) {
    column.ranges.rebind(&budget_);
    chunk.kept.emplace_back();
    if (!has_values(column)) continue;
    auto kept = std::make_shared<KeptColumn>(take_values(column, &budget_), frame, *this);
    add(*kept);
    chunk.kept.back() = std::move(kept);
  }
  Status status = make_room(check);
  if (status.code() == Code::MemoryLimit) frame->refused.store(true);
  return status;
}

Status ChunkKeeper::adopt(Dictionary& dictionary, KeptFrame& frame, const store::ReadCheck& check) {
  dictionary.rebind(&budget_);
  frame.memory_bytes.fetch_add(dictionary.bytes(), std::memory_order_relaxed);
  Status status = make_room(check);
  if (status.code() == Code::MemoryLimit) frame.refused.store(true);
  return status;
}

void ChunkKeeper::add(KeptColumn& column) {
  (void)budget_.reserve(kOverheadBytes);
  const std::lock_guard lock(mutex_);
  column.at_ = columns_.size();
  columns_.push_back(&column);
}

void ChunkKeeper::remove(KeptColumn& column) {
  budget_.release(kOverheadBytes);
  const std::lock_guard lock(mutex_);
  if (column.cold_at_ != kUnlisted) cold_[column.cold_at_].column = nullptr;
  columns_[column.at_] = columns_.back();
  columns_[column.at_]->at_ = column.at_;
  columns_.pop_back();
}

Status ChunkKeeper::make_room(const store::ReadCheck& check) {
  while (!fits()) {
    MILLRACE_TRY(check());
    std::shared_ptr<KeptColumn> next;
    std::string disk;
    {
      std::unique_lock lock(mutex_);
      next = coldest(UINT64_MAX);
      if (!next && some_are_leaving_) {
        left_.wait(lock);  // whether there is room is known when they have gone, or could not
        continue;
      }
      if (!next && some_are_busy_) return {};
      if (disk_failed_at_ == store::query_clock.load(std::memory_order_relaxed)) disk = disk_failure_;
    }
    if (!next) return no_room(disk);
    (void)evict(*next);  // what goes wrong is remembered
  }
  return {};
}

bool ChunkKeeper::admit(KeptColumn& column, store::ColumnChunk& values) {
  constexpr int kTries = 4;
  for (int i = 0; i < kTries; i++) {
    std::shared_ptr<KeptColumn> next;
    {
      const std::lock_guard lock(mutex_);
      if (column.leaving_ || !column.is_away()) return false;
      if (used_bytes() + column.memory_bytes() <= limit_bytes()) {
        column.come_back(values, &budget_);
        column.frame_->memory_bytes.fetch_add(column.memory_bytes(), std::memory_order_relaxed);
        column.frame_->away_chunks.fetch_sub(1, std::memory_order_relaxed);
        return true;
      }
      next = coldest(column.read_before());
    }
    if (!next || !evict(*next).ok()) return false;
  }
  return false;
}

std::shared_ptr<KeptColumn> ChunkKeeper::coldest(uint64_t before) {
  if (before <= coldest_read_) return nullptr;
  for (bool listed = false;; listed = true) {
    while (!cold_.empty()) {
      const Cold next = cold_.back();
      if (next.column && next.read >= before) return nullptr;
      cold_.pop_back();
      if (!next.column) continue;
      next.column->cold_at_ = kUnlisted;
      if (next.column->last_read() != next.read) continue;
      if (auto claimed = claim(*next.column)) return claimed;
    }
    if (listed) return nullptr;
    list_cold();
  }
}

std::shared_ptr<KeptColumn> ChunkKeeper::claim(KeptColumn& column) {
  if (column.leaving_ || column.is_away() || column.is_pinned()) return nullptr;
  if (!column.may_leave(store::query_clock.load(std::memory_order_relaxed))) return nullptr;
  // Null where it is being destroyed, and waits for the lock.
  auto held = std::static_pointer_cast<KeptColumn>(column.weak_from_this().lock());
  if (!held) return nullptr;
  column.leaving_ = true;
  leaving_bytes_.fetch_add(column.memory_bytes(), std::memory_order_relaxed);
  return held;
}

void ChunkKeeper::list_cold() {
  constexpr size_t kFewest = 64;
  const uint64_t now = store::query_clock.load(std::memory_order_relaxed);
  some_are_busy_ = false;
  some_are_leaving_ = false;
  for (KeptColumn* column : columns_) {
    column->cold_at_ = kUnlisted;
    if (column->is_away()) continue;
    if (column->leaving_) {
      some_are_leaving_ = true;
    } else if (column->is_pinned() || column->weak_from_this().expired()) {
      some_are_busy_ = true;
    } else if (column->may_leave(now)) {
      cold_.push_back({column, column->last_read()});
    }
  }
  const auto colder = [](const Cold& a, const Cold& b) { return a.read < b.read; };
  const size_t wanted = std::min(cold_.size(), std::max(kFewest, cold_.size() / 4));
  if (wanted < cold_.size()) {
    std::nth_element(cold_.begin(), cold_.begin() + static_cast<std::ptrdiff_t>(wanted), cold_.end(), colder);
    cold_.resize(wanted);
  }
  std::sort(cold_.begin(), cold_.end(), [&](const Cold& a, const Cold& b) { return colder(b, a); });
  for (size_t i = 0; i < cold_.size(); i++) cold_[i].column->cold_at_ = i;
  coldest_read_ = cold_.empty() ? now : cold_.back().read;
}

Status ChunkKeeper::evict(KeptColumn& column) {
  Status status = column.write();
  if (!status.ok()) {
    column.frame_->disk_failed_at.store(store::query_clock.load(std::memory_order_relaxed));
  } else if (column.leave()) {
    column.frame_->memory_bytes.fetch_sub(column.memory_bytes(), std::memory_order_relaxed);
    column.frame_->away_chunks.fetch_add(1, std::memory_order_relaxed);
  }
  const std::lock_guard lock(mutex_);
  if (!status.ok()) {
    disk_failure_ = status.message();
    disk_failed_at_ = column.frame_->disk_failed_at.load();
  }
  column.leaving_ = false;
  leaving_bytes_.fetch_sub(column.memory_bytes(), std::memory_order_relaxed);
  left_.notify_all();
  return status;
}

[[gnu::cold]] Status ChunkKeeper::no_room(const std::string& disk) const {
  std::string message = "persisted frames take " + std::to_string(memory_bytes()) +
                        " bytes of memory, more than their limit of " + std::to_string(limit_bytes()) + " bytes, and ";
  message += disk.empty() ? "nothing more of them can go to disk (dictionaries of texts stay in memory)"
                          : "the disk does not take them: " + disk;
  ErrorFacts facts;
  facts.hint =
      "dispose of frames that are no longer read, raise the limit with setPersistLimit() or MILLRACE_PERSIST_LIMIT, or "
      "let rows go to disk (`spill`, `spillDirectory`, `spillLimit` of persist())";
  return Status(Code::MemoryLimit, std::move(message), std::move(facts));
}

}  // namespace millrace::exec
