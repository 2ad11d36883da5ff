// The model that is open, and the engine that runs it. Loading, template parsing, rendering and tokenizing
// happen on a worker thread; requests go to the engine's thread. Lives in the GUI thread, which never waits
// here except in the destructor and when one model takes another's place.
#pragma once

#include <QObject>
#include <QString>
#include <QThread>
#include <atomic>
#include <memory>

#include "app/common/model_session.h"
#include "app/gui/engine_bridge.h"
#include "app/gui/model_worker.h"
#include "ui/chat_values.h"

namespace zipage {

class EngineHost final : public QObject {
  Q_OBJECT

 public:
  /// `opensDevice`: how devices are opened by name; openDevice() but for tests.
  explicit EngineHost(DeviceOpener opensDevice = openDevice, QObject* parent = nullptr);
  ~EngineHost() override;

  /// Empty: the embedded model. The model that is open stays until the new one is ready.
  void load(const QString& path);
  /// The open model once more, on the CPU: the way on when its device is lost.
  void continueOnCpu();
  bool isReady() const { return m_engine != nullptr; }
  /// Only while isReady().
  const ModelSession& session() const { return *m_session; }

  QString modelName() const { return m_modelName; }  // empty: none is open

  /// Renders and tokenizes on the worker; promptPrepared() follows, with the same ticket.
  void prepare(PromptJob job);
  /// Counts on the worker; tokensCounted() follows, with the same ticket. A count that has not begun when the
  /// next is asked for is dropped.
  void countTokens(quint64 ticket, const QString& text);
  /// As many replies to one prompt; see EngineThread::submitSamples().
  std::vector<RequestId> submit(Request request, int numSamples);
  void endReasoning(RequestId request);
  void cancel(RequestId request);
  void setWatched(bool watched);

 signals:
  void modelChanged(const zipage::ui::ModelInfo& model);
  /// The engine's device fails and will serve no request any more; said once, and again when a request is
  /// tried all the same.
  void deviceLost(const QString& reason);
  /// The engine is about to be taken down: replies in progress end now.
  void engineClosing();
  void tokensCounted(const zipage::TokenCount& count);
  void promptPrepared(const zipage::PreparedPrompt& prompt);
  void eventHappened(const zipage::EngineEvent& event);
  void snapshotTaken(std::shared_ptr<const zipage::CacheSnapshot> snapshot);
  void metricsChanged(const zipage::EngineMetrics& metrics);

 private:
  void load(const QString& path, const QString& device);
  void onLoaded(const LoadedSession& loaded);
  void noticeLoss(const EngineEvent& event);
  void startEngine();
  void stopEngine();

  QThread m_workerThread;
  ModelWorker* m_worker = nullptr;  // lives in m_workerThread, deleted when it ends
  EngineBridge m_bridge;
  std::shared_ptr<ModelSession> m_session;
  QString m_path;       // of the model that is open
  QString m_modelName;  // likewise
  std::unique_ptr<EngineThread> m_engine;
  quint64 m_loadTicket = 0;
  std::shared_ptr<std::atomic<quint64>> m_latestCount = std::make_shared<std::atomic<quint64>>(0);
  bool m_isWatched = true;
  bool m_isLossTold = false;
};

}  // namespace zipage
