// What CPU ops share: the thread team, and scratch memory that grows and is kept, so that decoding allocates
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/cpu/thread_team.h"

namespace zipage {

class CpuContext {
 public:
  explicit CpuContext(int numThreads) : m_team(numThreads), m_scratch(static_cast<std::size_t>(numThreads)) {}

  int numThreads() const { return m_team.numThreads(); }

  /// Shares out tasks that together are about `work` multiply-adds: body(task, thread).
  template <typename Body>
  void parallelFor(std::int64_t numTasks, std::int64_t work, Body&& body) {
    m_team.run(numTasks, work < kSerialWork, body);
  }

  /// `count` floats, aligned to 64 bytes, that belong to this thread until its next call. Grows on first use,
  /// then stays.
  float* threadScratch(int thread, std::size_t count) {
    return reinterpret_cast<float*>(
        aligned(m_scratch[static_cast<std::size_t>(thread)], count * sizeof(float)));
  }
  /// Bytes shared by the threads of one op.
  std::byte* sharedScratch(std::size_t bytes) {
    if (m_shared.size() < bytes) m_shared.resize(bytes);
    return m_shared.data();
  }
  /// The same, aligned to 64 bytes, for the inputs of a product as that wants them.
  std::byte* inputScratch(std::size_t bytes) { return aligned(m_inputs, bytes); }

 private:
  // Waking a second thread costs about as much as this many multiply-adds on one.
  static constexpr std::int64_t kSerialWork = 60000;
  static constexpr std::size_t kAlignment = 64;

  static std::byte* aligned(std::vector<std::byte>& memory, std::size_t bytes) {
    if (memory.size() < bytes + kAlignment) memory.resize(bytes + kAlignment);
    const auto place = reinterpret_cast<std::uintptr_t>(memory.data());
    return memory.data() + (kAlignment - place % kAlignment) % kAlignment;
  }

  ThreadTeam m_team;
  std::vector<std::vector<std::byte>> m_scratch;
  std::vector<std::byte> m_shared;
  std::vector<std::byte> m_inputs;
};

}  // namespace zipage
