#include "kernels/cpu/thread_team.h"

namespace zipage {

namespace {

// About 20 µs on current processors: the gap between two ops of a step is shorter, a pause of the program is
// longer.
constexpr int kSpins = 600;
constexpr std::uint32_t kOpen = std::uint32_t{1} << 31;  // of ThreadTeam::m_state

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
  m_state.store(kOpen, std::memory_order_release);
  m_round.fetch_add(1, std::memory_order_release);
  m_round.notify_all();
  takeTasks(0);
  std::uint32_t inside = m_state.fetch_and(~kOpen, std::memory_order_acq_rel) & ~kOpen;
  while (inside != 0) {
    waitWhile(m_state, inside);
    inside = m_state.load(std::memory_order_acquire);
  }
}

/// False: the round is over, or all of its tasks are taken.
bool ThreadTeam::join() {
  std::uint32_t state = m_state.load(std::memory_order_relaxed);
  while ((state & kOpen) != 0) {
    if (m_state.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) return true;
  }
  return false;
}

void ThreadTeam::leave() {
  // The last one out of a closed round is what the caller waits for.
  if (m_state.fetch_sub(1, std::memory_order_acq_rel) == 1) m_state.notify_one();
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
    seen = m_round.load(std::memory_order_acquire);  // rounds may have passed
    if (m_ended.load()) return;
    if (!join()) continue;
    takeTasks(thread);
    leave();
  }
}

}  // namespace zipage
