// A thread for each connection, since a connection may stream for minutes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include <httplib.h>

namespace zipage {

class ConnectionThreads final : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> handles) override;
  /// Waits for all of them.
  void shutdown() override;

 private:
  void run(const std::function<void()>& handles);

  std::mutex m_mutex;
  std::condition_variable m_ended;
  int m_numRunning = 0;  // guarded by m_mutex
};

}  // namespace zipage
