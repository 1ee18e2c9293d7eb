#include "spill/spill_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

namespace millrace::spill {

namespace {

constexpr char kPrefix[] = "millrace-spill-";

std::atomic<int64_t> failure_countdown{-1};
std::atomic<int> failure_kind{0};

// Whether this call is to fail in the way `kind`.
bool fails_now(int kind) {
  if (failure_countdown.load(std::memory_order_relaxed) < 0 || failure_kind.load() != kind) return false;
  return failure_countdown.fetch_sub(1, std::memory_order_relaxed) == 0;
}

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

[[gnu::cold]] Status disk_error(const std::string& directory, int error, const char* doing) {
  ErrorFacts facts;
  facts.file = directory;
  char buffer[128];
  const char* reason = ::strerror_r(error, buffer, sizeof buffer);
  const bool full = error == ENOSPC || error == EDQUOT;
  facts.hint = full ? "free space there, name another folder as `spillDirectory`, or raise `memoryLimit`"
                    : "name a folder that this process may write to as `spillDirectory`, or raise `memoryLimit`";
  return Status(Code::Io,
                std::string(doing) + " a spill file in " + directory + " failed: " + (full ? "ENOSPC, " : "") + reason,
                std::move(facts));
}

[[gnu::cold]] Status limit_error(const SpillSpace& space, size_t wanted) {
  ErrorFacts facts;
  facts.hint = "raise `spillLimit` or `memoryLimit`, or select fewer columns";
  return Status(Code::SpillLimit,
                "the query needs " + std::to_string(wanted) + " more bytes of disk, but " +
                    std::to_string(space.disk.used_bytes()) + " of its spill limit of " +
                    std::to_string(space.disk.limit_bytes()) + " bytes are in use",
                std::move(facts));
}

// A file in a folder of its own, both unlinked at once: for file systems that cannot make one without a name.
int open_and_unlink(const std::string& directory) {
  static std::atomic<bool> cleaned{false};
  if (!cleaned.exchange(true)) remove_leftovers(directory);
  std::string folder = directory + "/" + kPrefix + std::to_string(::getpid()) + "-XXXXXX";
  if (!::mkdtemp(folder.data())) return -1;
  const std::string file = folder + "/rows";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const int error = errno;
  if (descriptor >= 0) ::unlink(file.c_str());
  ::rmdir(folder.c_str());
  errno = error;
  return descriptor;
}

int open_unnamed(const std::string& directory) {
  if (fails_now(5)) return open_and_unlink(directory);
#ifdef O_TMPFILE
  const int descriptor = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return descriptor;
#endif
  return open_and_unlink(directory);
}

// The process that made the entry, or -1.
long owner_of(const char* name) {
  if (std::strncmp(name, kPrefix, sizeof kPrefix - 1) != 0) return -1;
  char* end = nullptr;
  const long pid = std::strtol(name + sizeof kPrefix - 1, &end, 10);
  return end && *end == '-' && pid > 0 ? pid : -1;
}

}  // namespace

Result<std::unique_ptr<SpillFile>> SpillFile::create(SpillSpace& space) {
  const std::string directory = space.directory.empty() ? temporary_folder() : space.directory;
  const int descriptor = open_unnamed(directory);
  if (descriptor < 0) return disk_error(directory, errno, "making");
  return std::unique_ptr<SpillFile>(new SpillFile(descriptor, space));
}

SpillFile::~SpillFile() {
  ::close(descriptor_);
  space_.disk.release(size_.load());
}

Result<int64_t> SpillFile::append(const uint8_t* bytes, size_t size) {
  if (!space_.disk.reserve(static_cast<int64_t>(size))) return limit_error(space_, size);
  const int64_t offset = size_.fetch_add(static_cast<int64_t>(size));
  for (size_t done = 0; done < size;) {
    size_t wanted = size - done;
    if (fails_now(1) && wanted > 1) wanted /= 2;
    ssize_t wrote = -1;
    if (fails_now(0)) {
      errno = ENOSPC;
    } else if (fails_now(2)) {
      errno = EINTR;
    } else {
      wrote = ::pwrite(descriptor_, bytes + done, wanted, offset + static_cast<int64_t>(done));
    }
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      const int error = errno;
      give_back(offset, static_cast<int64_t>(size));
      return disk_error(space_.directory.empty() ? temporary_folder() : space_.directory, error, "writing");
    }
    done += static_cast<size_t>(wrote);
  }
  return offset;
}

// Where nothing was written behind it since.
void SpillFile::give_back(int64_t offset, int64_t size) {
  int64_t end = offset + size;
  if (size_.compare_exchange_strong(end, offset)) space_.disk.release(size);
}

Status SpillFile::read(int64_t offset, uint8_t* to, size_t size) const {
  const std::string& directory = space_.directory;
  const bool flip = fails_now(4);
  for (size_t done = 0; done < size;) {
    ssize_t got = -1;
    if (fails_now(3)) {
      errno = EIO;
    } else {
      got = ::pread(descriptor_, to + done, size - done, offset + static_cast<int64_t>(done));
    }
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = EIO;
    if (got <= 0) return disk_error(directory.empty() ? temporary_folder() : directory, errno, "reading");
    done += static_cast<size_t>(got);
  }
  if (flip && size) to[size / 2] ^= 1;
  return {};
}

uint64_t checksum(const uint8_t* bytes, size_t size) {
  constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  // Four lanes: multiplications overlap, and it keeps up with memory.
  uint64_t lanes[4] = {size, 1, 2, 3};
  size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    for (size_t lane = 0; lane < 4; lane++) {
      uint64_t word;
      std::memcpy(&word, bytes + at + lane * 8, 8);
      lanes[lane] = (lanes[lane] ^ word) * kMultiplier;
      lanes[lane] ^= lanes[lane] >> 29;
    }
  }
  for (; at < size; at++) lanes[at & 3] = (lanes[at & 3] ^ bytes[at]) * kMultiplier;
  uint64_t out = 0;
  for (const uint64_t lane : lanes) {
    out = (out ^ lane) * kMultiplier;
    out ^= out >> 32;
  }
  return out;
}

int remove_leftovers(const std::string& directory) {
  DIR* folder = ::opendir(directory.c_str());
  if (!folder) return 0;
  std::vector<std::string> found;
  while (const dirent* entry = ::readdir(folder)) {
    const long pid = owner_of(entry->d_name);
    if (pid > 0 && ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) found.push_back(entry->d_name);
  }
  ::closedir(folder);
  int removed = 0;
  for (const std::string& name : found) {
    const std::string path = directory + "/" + name;
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::getuid()) continue;
    ::unlink((path + "/rows").c_str());
    removed += ::rmdir(path.c_str()) == 0;
  }
  return removed;
}

void inject_spill_failure(int kind, int64_t countdown) {
  failure_kind.store(kind);
  failure_countdown.store(countdown);
}

}  // namespace millrace::spill
