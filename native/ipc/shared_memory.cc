#include "ipc/shared_memory.h"

#ifdef _WIN32

namespace millrace::ipc {

static Status unsupported() {
  ErrorFacts facts;
  facts.hint = "use the context 'threads'";
  return Status(Code::InvalidArgument, "shared memory between processes exists on POSIX systems only",
                std::move(facts));
}

Result<Mapping> Mapping::create(const std::string&, size_t) { return unsupported(); }
Result<Mapping> Mapping::attach(const std::string&) { return unsupported(); }
Mapping::Mapping(Mapping&& other) noexcept : data_(other.data_), size_(other.size_) { other.data_ = nullptr; }
Mapping::~Mapping() = default;
Result<bool> unlink(const std::string&) { return unsupported(); }

}  // namespace millrace::ipc

#else

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace millrace::ipc {

[[gnu::cold]] static Status failure(const char* what, const std::string& name, int error) {
  const std::string message =
      std::string("cannot ") + what + " the shared memory '" + name + "': " + std::strerror(error);
  ErrorFacts facts;
  facts.file = name;
  if (error == ENOENT) {
    facts.hint = "its maker has ended or has unlinked it";
    return Status(Code::FileNotFound, message, std::move(facts));
  }
  if (error == ENOSPC || error == ENOMEM || error == EFBIG) {
    facts.hint = "make /dev/shm larger (docker run --shm-size) or ask for less";
    return Status(Code::MemoryLimit, message, std::move(facts));
  }
  return Status(error == EACCES ? Code::FileAccess : Code::Io, message, std::move(facts));
}

Result<Mapping> Mapping::create(const std::string& name, size_t bytes) {
  const int descriptor = ::shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) return failure("create", name, errno);
#ifdef __linux__
  const int error = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
#else
  const int error = ::ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
#endif
  auto mapped = error == 0 ? map(descriptor, bytes, name) : failure("create", name, error);
  if (!mapped.ok()) ::shm_unlink(name.c_str());
  ::close(descriptor);
  return mapped;
}

Result<Mapping> Mapping::attach(const std::string& name) {
  const int descriptor = ::shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0);
  if (descriptor < 0) return failure("attach", name, errno);
  struct stat info {};
  auto mapped = ::fstat(descriptor, &info) == 0 ? map(descriptor, static_cast<size_t>(info.st_size), name)
                                                : failure("attach", name, errno);
  ::close(descriptor);
  return mapped;
}

Result<Mapping> Mapping::map(int descriptor, size_t bytes, const std::string& name) {
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (data == MAP_FAILED) return failure("map", name, errno);
  return Mapping(static_cast<uint8_t*>(data), bytes);
}

Mapping::Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}

Mapping::~Mapping() {
  if (data_) ::munmap(data_, size_);
}

Result<bool> unlink(const std::string& name) {
  if (::shm_unlink(name.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  return failure("unlink", name, errno);
}

}  // namespace millrace::ipc

#endif
