// An open file of the system: closed when it goes, reads and writes whole stretches.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace zipage {

class FileHandle {
 public:
  explicit FileHandle(int descriptor) : m_descriptor(descriptor) {}
  FileHandle(FileHandle&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
  FileHandle& operator=(FileHandle&&) = delete;
  ~FileHandle() { static_cast<void>(close()); }

  explicit operator bool() const { return m_descriptor >= 0; }
  int descriptor() const { return m_descriptor; }

  /// False, with errno, when the system refuses; part of it may have been written then.
  bool writeAll(const void* bytes, std::size_t count) {
    const auto* from = static_cast<const std::byte*>(bytes);
    while (count > 0) {
      const ssize_t done = ::write(m_descriptor, from, count);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return false;
      from += done;
      count -= static_cast<std::size_t>(done);
    }
    return true;
  }
  /// False, with errno (0 at the end of the file), when not so many bytes are there.
  bool readAll(void* bytes, std::size_t count) {
    auto* to = static_cast<std::byte*>(bytes);
    while (count > 0) {
      errno = 0;
      const ssize_t done = ::read(m_descriptor, to, count);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return false;
      to += done;
      count -= static_cast<std::size_t>(done);
    }
    return true;
  }
  /// False, with errno: what was written may not be there.
  bool close() { return m_descriptor < 0 || ::close(std::exchange(m_descriptor, -1)) == 0; }

 private:
  int m_descriptor;
};

}  // namespace zipage
