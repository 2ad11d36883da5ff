// Brings what the engine thread reports into the GUI thread, at most once a frame, however many steps the
// engine makes. The sink may be called from any thread; signals come in the bridge's own.
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/runtime/engine_thread.h"
#include "ui/memory/memory_report.h"

namespace zipage {

class EngineBridge final : public QObject {
  Q_OBJECT

 public:
  explicit EngineBridge(QObject* parent = nullptr);

  /// A sink for an EngineThread. It stays valid after the bridge is gone, and then drops what it gets.
  EngineThread::Sink sink();
  /// From any thread: another program has asked for replies. submitted() comes before their events,
  /// provided that this is called before they are reported.
  void announce(const std::vector<RequestId>& requests, const std::vector<TokenId>& prompt);
  /// Drops what has not been delivered: the next engine numbers its requests from the beginning again.
  void forget();

 Q_SIGNALS:
  void submitted(const std::vector<zipage::RequestId>& requests, const std::vector<zipage::TokenId>& prompt);
  void eventHappened(const zipage::EngineEvent& event);
  void snapshotTaken(std::shared_ptr<const zipage::CacheSnapshot> snapshot);
  void metricsChanged(const zipage::EngineMetrics& metrics);
  /// The same once more, with times, for who remembers it.
  void memoryReported(const zipage::ui::MemoryReport& report);

 private:
  struct Submission {
    std::vector<RequestId> requests;
    std::vector<TokenId> prompt;
  };
  // Shared with the sinks, which may outlive the bridge.
  struct Inbox {
    std::mutex mutex;
    std::vector<Submission> submissions;            // guarded by mutex
    std::vector<EngineEvent> events;                // guarded by mutex
    std::shared_ptr<const CacheSnapshot> snapshot;  // guarded by mutex
    EngineMetrics metrics;                          // guarded by mutex
    ui::MemoryReport memory;                        // guarded by mutex
    bool isWakeUpSent = false;                      // guarded by mutex
    EngineBridge* bridge = nullptr;                 // guarded by mutex; null once the bridge is gone
  };
  struct Detach {
    std::shared_ptr<Inbox> inbox;
    ~Detach();
  };

  void scheduleDelivery();
  void deliver();

  std::shared_ptr<Inbox> m_inbox = std::make_shared<Inbox>();
  Detach m_detach{m_inbox};
  QTimer m_frame;
};

}  // namespace zipage
