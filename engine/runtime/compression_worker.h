// Carries out compressions beside the steps, one after the other, on a thread of its own that begins with the
// first of them. It knows no books: who starts one sees to it that no step touches its pages meanwhile. One
// thread calls it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/result.h"
#include "engine/cache/compression_plan.h"

namespace zipage {

class CompressionWorker {
 public:
  using Work = std::function<Result<void>(const CompressionPlan&)>;

  /// `work` compresses and returns when the device has finished; it is called on the worker's thread.
  explicit CompressionWorker(Work work) : m_work(std::move(work)) {}
  /// Does what was started first.
  ~CompressionWorker();
  CompressionWorker(const CompressionWorker&) = delete;
  CompressionWorker& operator=(const CompressionWorker&) = delete;

  void start(CompressionPlan plan);
  /// How many are done since the last call, oldest first. `waits`: at least one, if any is under way.
  /// The first error of a compression, once and for good.
  Result<int> finished(bool waits);
  /// Waits until nothing is under way; what is done stays to be told by finished().
  void waitUntilIdle();

 private:
  void workLoop();

  Work m_work;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::deque<CompressionPlan> m_started;  // guarded by m_mutex, as all below; the first one is being done
  int m_numFinished = 0;
  bool m_ends = false;
  std::optional<Error> m_error;
  std::thread m_thread;
};

}  // namespace zipage
