// Commands for the engine thread: appended from any thread, drained by one. The lock is a leaf and never held while calling out.
#pragma once

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

  /// Moves everything posted into `commands`, which it clears first. With `wait`, sleeps until there is something or the
  /// mailbox is closed. False once it is closed.
  bool drain(std::vector<Command>& commands, bool wait) {
    commands.clear();
    std::unique_lock lock(m_mutex);
    if (wait) m_arrived.wait(lock, [this] { return m_closed || !m_commands.empty(); });
    commands.swap(m_commands);
    return !m_closed;
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_arrived;
  std::vector<Command> m_commands;  // guarded by m_mutex
  bool m_closed = false;            // guarded by m_mutex
};

}  // namespace zipage
