#include "app/server/connection_threads.h"

#include <system_error>
#include <thread>
#include <utility>

namespace zipage {

void ConnectionThreads::enqueue(std::function<void()> handles) {
  {
    const std::lock_guard lock(m_mutex);
    ++m_numRunning;
  }
  const auto run = [this](const std::function<void()>& task) {
    task();
    const std::lock_guard lock(m_mutex);
    --m_numRunning;
    m_ended.notify_all();
  };
  bool isFull = false;
  {
    const std::lock_guard lock(m_mutex);
    isFull = m_numRunning > m_most;
  }
  if (isFull) return run(handles);
  try {
    std::thread([run, handles] { run(handles); }).detach();
  } catch (const std::system_error&) {
    run(handles);  // the system has no more threads
  }
}

void ConnectionThreads::shutdown() {
  std::unique_lock lock(m_mutex);
  m_ended.wait(lock, [this] { return m_numRunning == 0; });
}

}  // namespace zipage
