// The thread that typesets: what was asked for last comes first, since that is what is being looked at. Its
// script engine is made at the first job.
//
// Thread promise: ask() and the destructor belong to the thread that made it; results are delivered by
// `wake`, called on the worker's thread once whenever results are there that were not taken yet.
#pragma once

#include <QThread>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "ui/rich/rich_values.h"

namespace zipage::ui {

class RichScript;

class RichWorker {
 public:
  using Job = std::variant<FormulaKey, CodeKey>;
  using Value = std::variant<FormulaPicture, CodeSpans>;
  using Result = std::pair<Job, Value>;

  explicit RichWorker(std::function<void()> wake);
  /// Waits for the job at hand, which ends at its time limit.
  ~RichWorker();
  RichWorker(const RichWorker&) = delete;
  RichWorker& operator=(const RichWorker&) = delete;

  void ask(Job job);
  std::vector<Result> takeResults();
  /// Jobs that will not be done, because too many newer ones came.
  std::vector<Job> takeDropped();

 private:
  void work();
  void deliver(Result result);

  std::function<void()> m_wake;
  std::mutex m_mutex;
  std::condition_variable m_asked;
  std::deque<Job> m_jobs;         // guarded by m_mutex
  std::vector<Result> m_results;  // guarded by m_mutex
  std::vector<Job> m_dropped;     // guarded by m_mutex
  bool m_stops = false;           // guarded by m_mutex
  std::unique_ptr<QThread> m_thread;
};

}  // namespace zipage::ui
