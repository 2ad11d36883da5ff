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
  try {
    std::thread([this, handles] { run(handles); }).detach();
  } catch (const std::system_error&) {
    run(handles);  // the system has no more threads: others wait meanwhile
  }
}

void ConnectionThreads::run(const std::function<void()>& handles) {
  handles();
  const std::lock_guard lock(m_mutex);
  --m_numRunning;
  m_ended.notify_all();
}

void ConnectionThreads::shutdown() {
  std::unique_lock lock(m_mutex);
  m_ended.wait(lock, [this] { return m_numRunning == 0; });
}

}  // namespace zipage
