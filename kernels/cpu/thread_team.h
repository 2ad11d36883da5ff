// A few threads that share out the tasks of one op at a time. A thread that waits spins for some
// microseconds, long enough for the next op of a step, and then sleeps: an idle program uses no processor,
// and on a busy machine the team yields instead of spinning against the very thread it waits for. Nobody
// waits for a thread that has not come: where other programs keep it from running, the others do its share.
// One thread at a time calls run().
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

namespace zipage {

class ThreadTeam {
 public:
  /// `numThreads`, the caller's included; at least 1.
  explicit ThreadTeam(int numThreads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int numThreads() const { return static_cast<int>(m_workers.size()) + 1; }

  /// Calls body(task, thread) once for each task in [0, numTasks), on any thread in [0, numThreads()), in any
  /// order, and returns when all are done. With `alone` everything runs on the calling thread, which is
  /// thread 0.
  template <typename Body>
  void run(std::int64_t numTasks, bool alone, Body&& body) {
    if (alone || numTasks < 2 || m_workers.empty()) {
      for (std::int64_t task = 0; task < numTasks; ++task) body(task, 0);
      return;
    }
    using Plain = std::remove_reference_t<Body>;
    const Call call = [](void* erased, std::int64_t task, int thread) {
      (*static_cast<Plain*>(erased))(task, thread);
    };
    runTogether(numTasks, call, &body);
  }

 private:
  using Call = void (*)(void* body, std::int64_t task, int thread);

  void runTogether(std::int64_t numTasks, Call call, void* body);
  void workLoop(int thread);
  void takeTasks(int thread);

  bool join();
  void leave();

  // Written by the caller while the round is closed, read by workers that have joined it.
  Call m_call = nullptr;
  void* m_body = nullptr;
  std::int64_t m_numTasks = 0;

  std::atomic<std::int64_t> m_nextTask{0};
  std::atomic<std::uint32_t> m_round{0};
  std::atomic<std::uint32_t> m_state{0};  // how many workers are in the round, and whether more may join it
  std::atomic<bool> m_ended{false};
  std::vector<std::thread> m_workers;
};

}  // namespace zipage
