// The model that is open, and the engine that runs it. A model that nobody used for a while may be unloaded;
// it comes back by itself with the next prompt. Loading, template parsing, rendering and tokenizing happen on
// a worker thread; requests go to the engine's thread. Lives in the GUI thread, which never waits here except
// in the destructor and when one model takes another's place.
#pragma once

#include <QObject>
#include <QString>
#include <QThread>
#include <QTimer>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "app/common/model_session.h"
#include "app/gui/engine_bridge.h"
#include "app/gui/model_worker.h"
#include "app/remote/remote_engine.h"
#include "app/server/served_engine.h"
#include "engine/store/prefix_store.h"
#include "ui/chat_values.h"

namespace zipage {

class EngineHost final : public QObject {
  Q_OBJECT

 public:
  /// `opensDevice`: how devices are opened by name; openDevice() but for tests.
  /// `remoteKeys`: where those of engines elsewhere are kept.
  explicit EngineHost(DeviceOpener opensDevice = openDevice, RemoteKeys remoteKeys = RemoteKeys({}),
                      QObject* parent = nullptr);
  ~EngineHost() override;

  /// Empty: the embedded model. The model that is open stays until the new one is ready.
  void load(const QString& path, const ui::LoadChoice& choice = {});
  /// The open model once more, on the CPU: the way on when its device is lost.
  void continueOnCpu();
  /// Gives up what is being loaded; the model that is open stays.
  void cancelLoading();
  bool isReady() const { return m_engine != nullptr; }
  /// A prompt can be prepared: the model is ready, or was unloaded while idle.
  bool canAnswer() const { return isReady() || isRemote() || m_model.state == ui::ModelInfo::State::Asleep; }
  /// The model that is open runs elsewhere: there is no session, and replies come from ask().
  bool isRemote() const { return m_remote.isOpen(); }
  RemoteEngine& remote() { return m_remote; }
  /// The model and whether it is this program's are filled in. REQUIRES: isRemote()
  RemoteReply* ask(RemoteQuestion question, QObject* parent);
  /// The model at work or asleep, whatever is being loaded beside it.
  const ui::ModelInfo& model() const { return m_model; }
  const ui::LoadChoice& choice() const { return m_choice; }
  /// Unloads the model, unless it is at work; it comes back with the next prompt.
  void unload();
  /// Unloads a model after this long without a reply; zero: never.
  void setUnloadAfter(std::chrono::milliseconds idle);
  /// Where the engines that are started from now on keep prefixes; null: nowhere. It outlives the host.
  void setPrefixStore(PrefixStore* prefixes) { m_prefixes = prefixes; }
  /// Only while isReady().
  const ModelSession& session() const { return *m_session; }

  QString modelName() const { return m_model.name; }  // empty: none is open

  /// Renders and tokenizes on the worker; promptPrepared() follows, with the same ticket. Loads a model that
  /// is asleep first.
  void prepare(PromptJob job);
  /// Counts on the worker; tokensCounted() follows, with the same ticket. A count that has not begun when the
  /// next is asked for is dropped.
  void countTokens(quint64 ticket, const QString& text);
  /// As many replies to one prompt; see EngineThread::submitSamples().
  std::vector<RequestId> submit(Request request, int numSamples);
  void endReasoning(RequestId request);
  void cancel(RequestId request);
  /// Keeps these tokens of its text from eviction, in place of those before; PinsChanged says what came of
  /// it.
  void pin(RequestId request, std::vector<std::int32_t> tokens);
  void setWatched(bool watched);
  /// The engines that run, as a server sees them: what it asks of them is in progress like any chat's.
  /// Nothing is attached to it until setServing().
  const std::shared_ptr<ServedEngine>& served() const { return m_served; }
  void setServing(bool serves);

 Q_SIGNALS:
  void modelChanged(const zipage::ui::ModelInfo& model);
  /// The engine's device fails and will serve no request any more; said once, and again when a request is
  /// tried all the same.
  void deviceLost(const QString& reason);
  /// It numbers its requests from the beginning.
  void engineStarted();
  /// Replies to one prompt were asked for.
  void submitted(const std::vector<zipage::RequestId>& requests, zipage::OwnerId owner,
                 const std::vector<zipage::TokenId>& prompt);
  /// The engine is about to be taken down: replies in progress end now.
  void engineClosing();
  void tokensCounted(const zipage::TokenCount& count);
  void promptPrepared(const zipage::PreparedPrompt& prompt);
  void eventHappened(const zipage::EngineEvent& event);
  void snapshotTaken(std::shared_ptr<const zipage::CacheSnapshot> snapshot);
  void metricsChanged(const zipage::EngineMetrics& metrics);
  void memoryReported(const zipage::ui::MemoryReport& report);

 private:
  void openRemote(const RemoteAddress& address);
  void onModelsListed(const QUrl& base, const RemoteModels& models);
  void onProgress(quint64 ticket, int percent);
  void onLoaded(const LoadedSession& loaded);
  void failLoading(const QString& path, const QString& problem);
  void adopt(const LoadedSession& loaded);
  void closeModel();
  void onEvent(const EngineEvent& event);
  void noticeLoss(const RequestFinished& finished);
  void send(PromptJob job);
  void letServerWake();
  void attachServed();
  void wake();
  bool isBusy() const { return m_numPrompts > 0 || m_numRequests > 0; }
  void watchIdleness();
  void startEngine();
  void stopEngine();

  QThread m_workerThread;
  ModelWorker* m_worker = nullptr;  // lives in m_workerThread, deleted when it ends
  EngineBridge m_bridge;
  RemoteEngine m_remote;
  std::shared_ptr<ServedEngine> m_served;  // outlives the engine
  std::shared_ptr<ModelSession> m_session;
  std::unique_ptr<EngineThread> m_engine;
  PrefixStore* m_prefixes = nullptr;
  ui::ModelInfo m_model;
  ui::LoadChoice m_choice;               // of m_model
  ui::ModelInfo m_loading;               // state Loading while something is loaded
  std::vector<PromptJob> m_waitingJobs;  // for a model that is being woken
  // The number of the latest load; the worker gives up a load that has another one.
  std::shared_ptr<std::atomic<quint64>> m_loadTicket = std::make_shared<std::atomic<quint64>>(0);
  std::shared_ptr<std::atomic<quint64>> m_latestCount = std::make_shared<std::atomic<quint64>>(0);
  QTimer m_idle;
  int m_numPrompts = 0;   // that are being prepared
  int m_numRequests = 0;  // in progress
  bool m_isWatched = true;
  bool m_isServing = false;
  bool m_isLossTold = false;
};

}  // namespace zipage
