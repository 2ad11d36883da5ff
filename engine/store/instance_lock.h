// Says whether another store has the same database open, in this process or another. A small file beside the
// database carries two locks of the system: one held while a store opens, one shared by all that are open.
// Both vanish with their holder, however it ends.
#pragma once

#include <filesystem>
#include <utility>

#include "engine/base/result.h"

namespace zipage {

class InstanceLock {
 public:
  /// Creates `lockFile` where missing. Waits while another store opens; Io when that takes longer than ten
  /// seconds.
  static Result<InstanceLock> acquire(const std::filesystem::path& lockFile);
  InstanceLock(InstanceLock&& other) noexcept
      : m_descriptor(std::exchange(other.m_descriptor, -1)), m_wasAlone(other.m_wasAlone) {}
  InstanceLock& operator=(InstanceLock&&) = delete;
  ~InstanceLock();

  /// Nobody else had the database open at acquire(), and nobody can until finishOpening().
  bool wasAlone() const { return m_wasAlone; }
  /// Lets others open; the database stays marked as in use until the lock is destroyed.
  Result<void> finishOpening();

 private:
  explicit InstanceLock(int descriptor) : m_descriptor(descriptor) {}

  int m_descriptor = -1;
  bool m_wasAlone = false;
};

}  // namespace zipage
