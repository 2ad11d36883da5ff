#include "engine/store/instance_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

namespace zipage {

namespace {

constexpr off_t kOpeningByte = 0;  // exclusive while a store opens
constexpr off_t kInUseByte = 1;    // shared by every open store
constexpr auto kRetryPause = std::chrono::milliseconds(20);
constexpr int kNumRetries = 500;

/// One attempt; the error number, 0 when it holds. The lock belongs to the descriptor, not to the process.
int tryLock(int descriptor, off_t byte, int type) {
  struct flock range {};
  range.l_type = static_cast<short>(type);
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return ::fcntl(descriptor, F_OFD_SETLK, &range) == 0 ? 0 : errno;
}

bool isHeldByAnother(int errorNumber) { return errorNumber == EAGAIN || errorNumber == EACCES; }

int waitForOpening(int descriptor) {
  int result = tryLock(descriptor, kOpeningByte, F_WRLCK);
  for (int retry = 0; isHeldByAnother(result) && retry < kNumRetries; ++retry) {
    std::this_thread::sleep_for(kRetryPause);
    result = tryLock(descriptor, kOpeningByte, F_WRLCK);
  }
  return result;
}

tl::unexpected<Error> lockFailure(const std::string& file, int errorNumber) {
  const std::string reason = isHeldByAnother(errorNumber) ? "another Zipage is just opening the same database"
                                                          : std::string(std::strerror(errorNumber));
  return failure(ErrorCode::Io, "cannot lock " + file + ": " + reason);
}

}  // namespace

Result<InstanceLock> InstanceLock::acquire(const std::filesystem::path& lockFile) {
  const int descriptor = ::open(lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return lockFailure(lockFile.string(), errno);
  InstanceLock lock(descriptor);
  if (const int error = waitForOpening(descriptor); error != 0) return lockFailure(lockFile.string(), error);
  // All that are open share this byte, so it can be had alone only when there are none.
  lock.m_wasAlone = tryLock(descriptor, kInUseByte, F_WRLCK) == 0;
  if (const int error = tryLock(descriptor, kInUseByte, F_RDLCK); error != 0) {
    return lockFailure(lockFile.string(), error);
  }
  return lock;
}

InstanceLock::~InstanceLock() {
  if (m_descriptor >= 0) ::close(m_descriptor);
}

Result<void> InstanceLock::finishOpening() {
  if (const int error = tryLock(m_descriptor, kOpeningByte, F_UNLCK); error != 0) {
    return failure(ErrorCode::Io, std::string("cannot unlock the database: ") + std::strerror(error));
  }
  return {};
}

}  // namespace zipage
