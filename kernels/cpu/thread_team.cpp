#include "kernels/cpu/thread_team.h"

namespace zipage {

namespace {

// About 20 µs on current processors: the gap between two ops of a step is shorter, a pause of the program is
// longer.
constexpr int kSpins = 600;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Returns once `value` no longer is `old`.
template <typename T>
void waitWhile(const std::atomic<T>& value, T old) {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

ThreadTeam::ThreadTeam(int numThreads) {
  for (int thread = 1; thread < numThreads; ++thread)
    m_workers.emplace_back([this, thread] { workLoop(thread); });
}

ThreadTeam::~ThreadTeam() {
  m_ended.store(true);
  m_round.fetch_add(1);
  m_round.notify_all();
  for (std::thread& worker : m_workers) worker.join();
}

void ThreadTeam::runTogether(std::int64_t numTasks, Call call, void* body) {
  m_call = call;
  m_body = body;
  m_numTasks = numTasks;
  m_nextTask.store(0, std::memory_order_relaxed);
  m_working.store(static_cast<int>(m_workers.size()), std::memory_order_relaxed);
  m_round.fetch_add(1, std::memory_order_release);
  m_round.notify_all();
  takeTasks(0);
  for (int working = m_working.load(std::memory_order_acquire); working != 0;
       working = m_working.load(std::memory_order_acquire)) {
    waitWhile(m_working, working);
  }
}

void ThreadTeam::takeTasks(int thread) {
  for (std::int64_t task = m_nextTask.fetch_add(1, std::memory_order_relaxed); task < m_numTasks;
       task = m_nextTask.fetch_add(1, std::memory_order_relaxed)) {
    m_call(m_body, task, thread);
  }
}

void ThreadTeam::workLoop(int thread) {
  std::uint32_t seen = 0;
  while (true) {
    waitWhile(m_round, seen);
    ++seen;
    if (m_ended.load()) return;
    takeTasks(thread);
    if (m_working.fetch_sub(1, std::memory_order_release) == 1) m_working.notify_one();
  }
}

}  // namespace zipage
