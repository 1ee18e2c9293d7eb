#include "base/cold.h"

#include "exec/scan/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace millrace::exec {

namespace {

std::atomic<int64_t> failure_countdown{-1};
std::atomic<int> failure_kind{0};
std::atomic<bool> failure_forever{false};

// -1: no failure now.
int injected_failure() {
  if (failure_countdown.load(std::memory_order_relaxed) < 0) return -1;
  if (failure_countdown.fetch_sub(1, std::memory_order_relaxed) > 0) return -1;
  failure_countdown.store(failure_forever.load() ? 0 : -1, std::memory_order_relaxed);
  return failure_kind.load();
}

[[gnu::cold]] Status system_error(const std::string& path, int error, const char* doing) {
  ErrorFacts facts;
  facts.file = path;
  char buffer[128];
  const char* reason = ::strerror_r(error, buffer, sizeof buffer);
  if (error == ENOENT || error == ENOTDIR) {
    facts.hint = "check the path; relative paths start at the working directory of the process";
    return Status(Code::FileNotFound, "there is no file " + path, std::move(facts));
  }
  if (error == EACCES || error == EPERM) {
    facts.hint = "check the permissions of the file and of the folders above it";
    return Status(Code::FileAccess, "this process may not read " + path, std::move(facts));
  }
  if (error == EISDIR) {
    facts.hint = "name the files in it, for example with a pattern such as \"folder/*.csv\"";
    return Status(Code::FileIsDirectory, path + " is a directory", std::move(facts));
  }
  facts.hint = "check the disk and the limits of the process (open files, file system)";
  return Status(Code::Io, std::string(doing) + " " + path + " failed: " + reason, std::move(facts));
}

Status changed(const std::string& path) {
  ErrorFacts facts;
  facts.file = path;
  facts.hint = "run the query again when the file is no longer being written, or query a copy of it";
  return Status(Code::FileChanged, path + " changed while it was being read", std::move(facts));
}

FileStamp stamp_of(const struct stat& info) {
  FileStamp out;
  out.size = info.st_size;
#if defined(__APPLE__)
  out.modified_ns = int64_t{info.st_mtimespec.tv_sec} * 1000000000 + info.st_mtimespec.tv_nsec;
#else
  out.modified_ns = int64_t{info.st_mtim.tv_sec} * 1000000000 + info.st_mtim.tv_nsec;
#endif
  out.inode = info.st_ino;
  out.regular = S_ISREG(info.st_mode);
  return out;
}

class RegularFile final : public ByteSource {
 public:
  RegularFile(int descriptor, std::string path, const FileStamp& stamp)
      : descriptor_(descriptor), path_(std::move(path)), stamp_(stamp) {}
  ~RegularFile() override { ::close(descriptor_); }
  int64_t size() const override { return stamp_.size; }

  Status read_at(int64_t offset, uint8_t* to, size_t bytes) override {
    size_t done = 0;
    while (done < bytes) {
      size_t wanted = bytes - done;
      const int failure = injected_failure();
      if (failure == 0) return system_error(path_, EIO, "reading");
      if (failure == 1 && wanted > 1) wanted /= 2;
      const ssize_t got =
          failure == 2 ? -1 : ::pread(descriptor_, to + done, wanted, offset + static_cast<int64_t>(done));
      if (failure == 2) errno = EINTR;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(path_, errno, "reading");
      if (got == 0) return changed(path_);
      done += static_cast<size_t>(got);
    }
    return {};
  }

  Status verify_unchanged() override {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) return system_error(path_, errno, "checking");
    return stamp_of(info) == stamp_ ? Status() : changed(path_);
  }

 private:
  const int descriptor_;
  const std::string path_;
  const FileStamp stamp_;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(const uint8_t* bytes, int64_t size) : bytes_(bytes), size_(size) {}
  int64_t size() const override { return size_; }
  Status read_at(int64_t offset, uint8_t* to, size_t bytes) override {
    std::memcpy(to, bytes_ + offset, bytes);
    return {};
  }

 private:
  const uint8_t* bytes_;
  const int64_t size_;
};

}  // namespace

void inject_read_failure(int kind, int64_t countdown, bool forever) {
  failure_kind.store(kind);
  failure_forever.store(forever);
  failure_countdown.store(countdown);
}

Result<FileStamp> stat_file(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return system_error(path, errno, "opening");
  if (S_ISDIR(info.st_mode)) return system_error(path, EISDIR, "opening");
  return stamp_of(info);
}

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path, const FileStamp& expected) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error(path, errno, "opening");
  auto out = std::make_unique<RegularFile>(descriptor, path, expected);
  MILLRACE_TRY(out->verify_unchanged());
  return std::unique_ptr<ByteSource>(std::move(out));
}

std::unique_ptr<ByteSource> open_bytes(const uint8_t* bytes, int64_t size) {
  return std::make_unique<MemoryBytes>(bytes, size);
}

Result<std::unique_ptr<SequentialReader>> SequentialReader::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return system_error(path, errno, "opening");
  auto out = std::unique_ptr<SequentialReader>(new SequentialReader(descriptor));
  out->path_ = path;
  return out;
}

SequentialReader::~SequentialReader() { ::close(descriptor_); }

Result<int64_t> SequentialReader::read(uint8_t* to, size_t bytes, int timeout_ms) {
  struct pollfd waiting = {descriptor_, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, timeout_ms);
  if (ready == 0 || (ready < 0 && errno == EINTR)) return int64_t{-1};
  const int failure = injected_failure();
  if (failure == 0) return system_error(path_, EIO, "reading");
  const ssize_t got = ::read(descriptor_, to, failure == 1 && bytes > 1 ? bytes / 2 : bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return int64_t{-1};
  if (got < 0) return system_error(path_, errno, "reading");
  return int64_t{got};
}

}  // namespace millrace::exec
