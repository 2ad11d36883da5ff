#include "app/templates/script_watchdog.h"

#include <QJSEngine>

namespace zipage {

ScriptWatchdog::ScriptWatchdog(QJSEngine& engine, std::chrono::milliseconds limit) : m_engine(engine) {
  m_thread = std::thread([this, limit] { watch(limit); });
}

ScriptWatchdog::~ScriptWatchdog() {
  {
    const std::lock_guard lock(m_mutex);
    m_done = true;
  }
  m_wake.notify_one();
  m_thread.join();
  m_engine.setInterrupted(false);
}

void ScriptWatchdog::watch(std::chrono::milliseconds limit) {
  std::unique_lock lock(m_mutex);
  if (m_wake.wait_for(lock, limit, [this] { return m_done; })) return;
  m_interrupted = true;
  m_engine.setInterrupted(true);
}

}  // namespace zipage
