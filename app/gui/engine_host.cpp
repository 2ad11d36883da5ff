#include "app/gui/engine_host.h"

#include <QFileInfo>

namespace zipage {

EngineHost::EngineHost(DeviceOpener opensDevice, QObject* parent)
    : QObject(parent), m_worker(new ModelWorker(std::move(opensDevice))) {
  m_workerThread.setObjectName(QStringLiteral("model worker"));
  m_worker->moveToThread(&m_workerThread);
  connect(&m_workerThread, &QThread::finished, m_worker, &QObject::deleteLater);
  connect(m_worker, &ModelWorker::loaded, this, &EngineHost::onLoaded);
  connect(m_worker, &ModelWorker::counted, this, &EngineHost::tokensCounted);
  connect(m_worker, &ModelWorker::prepared, this, &EngineHost::promptPrepared);
  connect(&m_bridge, &EngineBridge::eventHappened, this, &EngineHost::eventHappened);
  connect(&m_bridge, &EngineBridge::eventHappened, this, &EngineHost::noticeLoss);
  connect(&m_bridge, &EngineBridge::snapshotTaken, this, &EngineHost::snapshotTaken);
  connect(&m_bridge, &EngineBridge::metricsChanged, this, &EngineHost::metricsChanged);
  m_workerThread.start();
}

EngineHost::~EngineHost() {
  m_engine.reset();
  m_workerThread.quit();
  m_workerThread.wait();
}

void EngineHost::load(const QString& path) { load(path, QStringLiteral("auto")); }

void EngineHost::continueOnCpu() { load(m_path, QStringLiteral("cpu")); }

void EngineHost::load(const QString& path, const QString& device) {
  ui::ModelInfo model;
  model.state = ui::ModelInfo::State::Loading;
  model.path = path;
  model.name = path.isEmpty() ? tr("Zipage Demo") : QFileInfo(path).completeBaseName();
  emit modelChanged(model);
  const quint64 ticket = ++m_loadTicket;
  QMetaObject::invokeMethod(
      m_worker, [worker = m_worker, ticket, path, device] { worker->load(ticket, path, device); });
}

void EngineHost::onLoaded(const LoadedSession& loaded) {
  if (loaded.ticket != m_loadTicket) return;  // another model was chosen meanwhile
  ui::ModelInfo model;
  model.path = loaded.path;
  if (loaded.session == nullptr) {
    model.state = ui::ModelInfo::State::Failed;
    model.name = loaded.path.isEmpty() ? tr("Zipage Demo") : QFileInfo(loaded.path).completeBaseName();
    model.problem = loaded.problem;
    emit modelChanged(model);
    return;
  }
  stopEngine();
  m_session = loaded.session;
  m_path = loaded.path;
  startEngine();
  const ModelConfig& config = m_session->model().config;
  model.state = ui::ModelInfo::State::Ready;
  model.name =
      config.name.empty() ? QFileInfo(loaded.path).completeBaseName() : QString::fromStdString(config.name);
  m_modelName = model.name;
  const DeviceInfo& device = m_session->deviceInfo();
  model.description = QString::fromStdString(describeModel(m_session->model())) + QStringLiteral(" · ") +
                      QString::fromStdString(device.description);
  if (!device.whyNoGpu.empty())
    model.description += tr(". No GPU is used: %1").arg(QString::fromStdString(device.whyNoGpu));
  emit modelChanged(model);
}

void EngineHost::startEngine() {
  EngineThread::Parts parts;
  parts.runner = m_session->takeRunner();
  parts.clock = std::make_unique<SteadyClock>();
  parts.limits = m_session->limits();
  m_isLossTold = false;
  parts.limits.recordsScores = true;  // whoever looks at a reply later finds why its words went
  m_engine = std::make_unique<EngineThread>(std::move(parts), m_bridge.sink());
  setWatched(m_isWatched);
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, session = m_session] { worker->use(session); });
}

void EngineHost::stopEngine() {
  if (m_engine == nullptr) return;
  emit engineClosing();
  m_engine.reset();
  m_bridge.forget();
}

void EngineHost::prepare(PromptJob job) {
  m_isLossTold = false;  // whoever tries again is told again
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, job = std::move(job)] { worker->prepare(job); });
}

void EngineHost::countTokens(quint64 ticket, const QString& text) {
  m_latestCount->store(ticket);
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, latest = m_latestCount, ticket, text] {
    if (latest->load() == ticket) worker->count(ticket, text);
  });
}

std::vector<RequestId> EngineHost::submit(Request request, int numSamples) {
  return m_engine->submitSamples(std::move(request), numSamples);
}

void EngineHost::endReasoning(RequestId request) {
  if (m_engine != nullptr) m_engine->endReasoning(request);
}

void EngineHost::noticeLoss(const EngineEvent& event) {
  const auto* finished = std::get_if<RequestFinished>(&event);
  if (finished == nullptr || finished->reason != FinishReason::Failed || m_isLossTold) return;
  const ErrorCode code = finished->error.code;
  if (code != ErrorCode::Device && code != ErrorCode::OutOfMemory) return;  // the request alone is to blame
  m_isLossTold = true;
  emit deviceLost(QString::fromStdString(finished->error.message));
}

void EngineHost::cancel(RequestId request) {
  if (m_engine != nullptr) m_engine->cancel(request);
}

void EngineHost::setWatched(bool watched) {
  constexpr Duration kSnapshotEvery = std::chrono::milliseconds(50);
  m_isWatched = watched;
  if (m_engine != nullptr) m_engine->setSnapshotInterval(watched ? kSnapshotEvery : Duration::zero());
}

}  // namespace zipage
