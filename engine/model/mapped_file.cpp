#include "engine/model/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace zipage {

namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(const char* path) : m_number(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (m_number >= 0) ::close(m_number);
  }
  int number() const { return m_number; }

 private:
  int m_number;
};

tl::unexpected<Error> systemFailure(const std::filesystem::path& path, int number) {
  const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io;
  return failure(code, path.string() + ": " + std::generic_category().message(number));
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
  const FileDescriptor file(path.c_str());
  struct stat status = {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return systemFailure(path, errno);
  if (!S_ISREG(status.st_mode))
    return failure(ErrorCode::InvalidFile, path.string() + ": is not a regular file");
  if (status.st_size <= 0) return failure(ErrorCode::InvalidFile, path.string() + ": is empty");

  const auto numBytes = static_cast<std::size_t>(status.st_size);
  void* const start = ::mmap(nullptr, numBytes, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (start == MAP_FAILED) return systemFailure(path, errno);
  return std::shared_ptr<const MappedFile>(new MappedFile({static_cast<const std::byte*>(start), numBytes}));
}

MappedFile::~MappedFile() { ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size()); }

}  // namespace zipage
