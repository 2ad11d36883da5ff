// A disk that is full and files that may only be read, made by replacing the system calls of SQLite's own
// file layer: what SQLite then does is what it does on a real full disk. Takes effect for every connection of
// the process.
#pragma once

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <QtGlobal>
#include <atomic>
#include <cerrno>

namespace zipage::testing {

/// Restores the call when destroyed.
class ReplacedCall {
 public:
  ReplacedCall(const char* name, sqlite3_syscall_ptr replacement) : m_name(name) { replace(replacement); }
  ReplacedCall(const ReplacedCall&) = delete;
  ReplacedCall& operator=(const ReplacedCall&) = delete;
  ~ReplacedCall() { replace(nullptr); }

 private:
  void replace(sqlite3_syscall_ptr call) {
    sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
    if (files->xSetSystemCall(files, m_name, call) != SQLITE_OK)
      qFatal("SQLite has no system call %s", m_name);
  }
  const char* m_name;
};

/// While it lives, the disk takes `bytesLeft` more bytes; a write that does not fit is cut short, the next
/// ones are refused with ENOSPC.
class FullDisk {
 public:
  explicit FullDisk(long bytesLeft = 0) { s_bytesLeft = bytesLeft; }

 private:
  /// How many of `numBytes` still fit; -1 with errno when none do.
  static ssize_t fitting(size_t numBytes) {
    const long left = s_bytesLeft.load();
    const ssize_t taken = left < long(numBytes) ? left : ssize_t(numBytes);
    s_bytesLeft = left - taken;
    if (taken > 0) return taken;
    errno = ENOSPC;
    return -1;
  }

  static ssize_t positionedWrite(int file, const void* bytes, size_t numBytes, off_t offset) {
    const ssize_t taken = fitting(numBytes);
    return taken < 0 ? taken : ::pwrite(file, bytes, size_t(taken), offset);
  }
  static ssize_t plainWrite(int file, const void* bytes, size_t numBytes) {
    const ssize_t taken = fitting(numBytes);
    return taken < 0 ? taken : ::write(file, bytes, size_t(taken));
  }

  static inline std::atomic<long> s_bytesLeft = 0;
  // Which of the three SQLite uses was decided when it was built.
  ReplacedCall m_positioned{"pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&positionedWrite)};
  ReplacedCall m_positioned64{"pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&positionedWrite)};
  ReplacedCall m_plain{"write", reinterpret_cast<sqlite3_syscall_ptr>(&plainWrite)};
};

/// While it lives, files open for reading only, as without the right to write (which root always has).
class ReadOnlyFiles {
  static int readingOpen(const char* path, int flags, int mode) {
    if ((flags & O_ACCMODE) == O_RDONLY) return ::open(path, flags, mode);
    errno = EACCES;
    return -1;
  }

  ReplacedCall m_open{"open", reinterpret_cast<sqlite3_syscall_ptr>(&readingOpen)};
};

}  // namespace zipage::testing
