// Values on their way from the engine's thread to the one connection that waits for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace zipage {

template <typename T>
class Feed {
 public:
  /// `capacity`: of values that nobody has taken yet; more are dropped and counted.
  explicit Feed(std::size_t capacity) : m_capacity(capacity) {}

  void push(T value) {
    {
      const std::lock_guard lock(m_mutex);
      if (m_values.size() < m_capacity)
        m_values.push_back(std::move(value));
      else
        ++m_numDropped;
    }
    m_arrived.notify_one();
  }

  /// No more values will come.
  void close() {
    {
      const std::lock_guard lock(m_mutex);
      m_isClosed = true;
    }
    m_arrived.notify_one();
  }

  struct Taken {
    std::vector<T> values;
    std::size_t numDropped = 0;  // since the last call
    bool isClosed = false;
  };

  /// What has come; waits for something at most this long.
  Taken take(std::chrono::milliseconds patience) {
    std::unique_lock lock(m_mutex);
    m_arrived.wait_for(lock, patience, [this] { return m_isClosed || !m_values.empty(); });
    return {std::exchange(m_values, {}), std::exchange(m_numDropped, 0), m_isClosed};
  }

 private:
  const std::size_t m_capacity;
  std::mutex m_mutex;
  std::condition_variable m_arrived;
  std::vector<T> m_values;       // guarded by m_mutex
  std::size_t m_numDropped = 0;  // guarded by m_mutex
  bool m_isClosed = false;       // guarded by m_mutex
};

}  // namespace zipage
