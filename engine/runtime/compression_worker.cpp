#include "engine/runtime/compression_worker.h"

#include <utility>

namespace zipage {

CompressionWorker::~CompressionWorker() {
  if (!m_thread.joinable()) return;
  {
    const std::lock_guard lock(m_mutex);
    m_ends = true;
  }
  m_changed.notify_all();
  m_thread.join();
}

void CompressionWorker::start(CompressionPlan plan) {
  {
    const std::lock_guard lock(m_mutex);
    m_started.push_back(std::move(plan));
  }
  m_changed.notify_all();
  if (!m_thread.joinable()) m_thread = std::thread([this] { workLoop(); });
}

Result<int> CompressionWorker::finished(bool waits) {
  std::unique_lock lock(m_mutex);
  if (waits) m_changed.wait(lock, [this] { return m_numFinished > 0 || m_started.empty() || m_error; });
  if (m_error) return tl::unexpected(*m_error);
  return std::exchange(m_numFinished, 0);
}

void CompressionWorker::waitUntilIdle() {
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, [this] { return m_started.empty(); });
}

void CompressionWorker::workLoop() {
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_changed.wait(lock, [this] { return m_ends || !m_started.empty(); });
    if (m_started.empty()) return;
    const CompressionPlan& plan = m_started.front();  // a deque keeps it in place while others are added
    lock.unlock();
    auto done = m_work(plan);
    lock.lock();
    m_started.pop_front();
    ++m_numFinished;
    if (!done && !m_error) m_error = done.error();
    m_changed.notify_all();
  }
}

}  // namespace zipage
