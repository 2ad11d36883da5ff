// Commands for the engine thread: appended from any thread, drained by one. The lock is a leaf and never held
// while calling out.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace zipage {

template <typename Command>
class Mailbox {
 public:
  void post(Command command) {
    {
      const std::lock_guard lock(m_mutex);
      m_commands.push_back(std::move(command));
    }
    m_arrived.notify_one();
  }

  void close() {
    {
      const std::lock_guard lock(m_mutex);
      m_closed = true;
    }
    m_arrived.notify_one();
  }

  enum class Wait { No, AWhile, ForEver };

  /// Moves everything posted into `commands`, which it clears first; before that, waits for something to come
  /// or for the mailbox to close. False once it is closed; what was posted until then is in `commands` all
  /// the same.
  bool drain(std::vector<Command>& commands, Wait wait) {
    commands.clear();
    std::unique_lock lock(m_mutex);
    const auto hasNews = [this] { return m_closed || !m_commands.empty(); };
    if (wait == Wait::ForEver) m_arrived.wait(lock, hasNews);
    if (wait == Wait::AWhile) m_arrived.wait_for(lock, kAWhile, hasNews);
    commands.swap(m_commands);
    return !m_closed;
  }

 private:
  static constexpr std::chrono::milliseconds kAWhile{250};

  std::mutex m_mutex;
  std::condition_variable m_arrived;
  std::vector<Command> m_commands;  // guarded by m_mutex
  bool m_closed = false;            // guarded by m_mutex
};

}  // namespace zipage
