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
      add(std::move(value));
    }
    m_arrived.notify_one();
  }
  /// All of them at once: whoever waits is woken once.
  void push(std::vector<T> values) {
    {
      const std::lock_guard lock(m_mutex);
      for (T& value : values) add(std::move(value));
    }
    m_arrived.notify_one();
  }

  struct Taken {
    std::vector<T> values;
    std::size_t numDropped = 0;  // since the last call
  };

  /// What has come; waits for something at most this long.
  Taken take(std::chrono::milliseconds patience) {
    std::unique_lock lock(m_mutex);
    m_arrived.wait_for(lock, patience, [this] { return !m_values.empty(); });
    return {std::exchange(m_values, {}), std::exchange(m_numDropped, 0)};
  }

 private:
  void add(T value) {
    if (m_values.size() < m_capacity)
      m_values.push_back(std::move(value));
    else
      ++m_numDropped;
  }

  const std::size_t m_capacity;
  std::mutex m_mutex;
  std::condition_variable m_arrived;
  std::vector<T> m_values;       // guarded by m_mutex
  std::size_t m_numDropped = 0;  // guarded by m_mutex
};

}  // namespace zipage
