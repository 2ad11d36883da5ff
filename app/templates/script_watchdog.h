// Ends a script that runs for too long: interrupts the engine from a thread of its own once the limit has
// passed. The limit holds from construction to destruction.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

class QJSEngine;

namespace zipage {

class ScriptWatchdog {
 public:
  ScriptWatchdog(QJSEngine& engine, std::chrono::milliseconds limit);
  ~ScriptWatchdog();
  ScriptWatchdog(const ScriptWatchdog&) = delete;
  ScriptWatchdog& operator=(const ScriptWatchdog&) = delete;

  bool hasInterrupted() const { return m_interrupted; }

 private:
  void watch(std::chrono::milliseconds limit);

  QJSEngine& m_engine;
  std::mutex m_mutex;
  std::condition_variable m_wake;
  bool m_done = false;  // guarded by m_mutex
  std::atomic<bool> m_interrupted = false;
  std::thread m_thread;
};

}  // namespace zipage
