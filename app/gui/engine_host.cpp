#include "app/gui/engine_host.h"

#include <QFileInfo>
#include <utility>

#include "app/common/model_finder.h"
#include "app/common/prefix_model.h"
#include "app/server/served_models.h"

namespace zipage {

namespace {

/// Of a step that reads a prompt: a reply that was stopped has given way by then, and others go on.
constexpr Duration kStepTime = std::chrono::milliseconds(100);

QString nameOf(const QString& path) {
  if (const auto remote = remoteAddressOf(path)) return remote->model;
  return path.isEmpty() ? EngineHost::tr("Zipage Demo")
                        : QString::fromStdString(nameFromPath(path.toStdString()));
}

}  // namespace

EngineHost::EngineHost(DeviceOpener opensDevice, RemoteKeys remoteKeys, QObject* parent)
    : QObject(parent),
      m_worker(new ModelWorker(std::move(opensDevice))),
      m_remote(std::move(remoteKeys)),
      m_served(std::make_shared<ServedEngine>(std::string())) {
  m_workerThread.setObjectName(QStringLiteral("model worker"));
  m_worker->moveToThread(&m_workerThread);
  m_idle.setSingleShot(true);
  connect(&m_idle, &QTimer::timeout, this, &EngineHost::unload);
  connect(&m_workerThread, &QThread::finished, m_worker, &QObject::deleteLater);
  connect(m_worker, &ModelWorker::progressed, this, &EngineHost::onProgress);
  connect(m_worker, &ModelWorker::loaded, this, &EngineHost::onLoaded);
  connect(m_worker, &ModelWorker::counted, this, &EngineHost::tokensCounted);
  connect(m_worker, &ModelWorker::prepared, this, [this](const PreparedPrompt& prompt) {
    Q_EMIT promptPrepared(prompt);
    --m_numPrompts;
    watchIdleness();
  });
  connect(&m_bridge, &EngineBridge::submitted, this,
          [this](const std::vector<RequestId>& requests, const std::vector<TokenId>& prompt) {
            m_numRequests += static_cast<int>(requests.size());
            watchIdleness();
            Q_EMIT submitted(requests, kOtherPrograms, prompt);
          });
  // Both are called on the server's threads.
  letServerWake();
  m_served->setWatcher([this](const std::vector<RequestId>& requests, const std::vector<TokenId>& prompt) {
    m_bridge.announce(requests, prompt);
  });
  connect(&m_bridge, &EngineBridge::eventHappened, this, &EngineHost::onEvent);
  connect(&m_bridge, &EngineBridge::snapshotTaken, this, &EngineHost::snapshotTaken);
  connect(&m_bridge, &EngineBridge::metricsChanged, this, &EngineHost::metricsChanged);
  connect(&m_bridge, &EngineBridge::memoryReported, this, &EngineHost::memoryReported);
  connect(&m_remote, &RemoteEngine::modelsListed, this, &EngineHost::onModelsListed);
  m_workerThread.start();
}

EngineHost::~EngineHost() {
  ++*m_loadTicket;  // what is being loaded is not waited for
  m_served->setWaker({});
  m_served->detach(tr("The program is being closed.").toStdString());
  m_engine.reset();
  m_workerThread.quit();
  m_workerThread.wait();
}

void EngineHost::load(const QString& path, const ui::LoadChoice& choice) {
  m_loading = {};
  m_loading.state = ui::ModelInfo::State::Loading;
  m_loading.path = path;
  m_loading.name = nameOf(path);
  Q_EMIT modelChanged(m_loading);
  if (const auto remote = remoteAddressOf(path)) {
    ++*m_loadTicket;
    return openRemote(*remote);
  }
  const LoadJob job{++*m_loadTicket, path, choice, m_loadTicket};
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, job] { worker->load(job); });
}

void EngineHost::continueOnCpu() {
  ui::LoadChoice choice = m_choice;
  choice.device = QStringLiteral("cpu");
  load(m_model.path, choice);
}

void EngineHost::cancelLoading() {
  if (m_loading.state != ui::ModelInfo::State::Loading) return;
  ++*m_loadTicket;
  m_loading = {};
  for (const PromptJob& job : std::exchange(m_waitingJobs, {})) {
    Q_EMIT promptPrepared({job.ticket, {}, false, {}, tr("Loading the model was cancelled.")});
  }
  Q_EMIT modelChanged(m_model);
}

void EngineHost::openRemote(const RemoteAddress& address) {
  m_remote.listModels(address.base, m_remote.keys().keyFor(address.base));
}

/// Of the one that is being opened; others ask for lists too.
void EngineHost::onModelsListed(const QUrl& base, const RemoteModels& models) {
  const auto address = remoteAddressOf(m_loading.path);
  if (m_loading.state != ui::ModelInfo::State::Loading || !address || address->base != base) return;
  m_loading = {};
  QString problem = models.problem;
  if (problem.isEmpty() && !models.ids.contains(address->model))
    problem = tr("it serves no model “%1”").arg(address->model);
  if (!problem.isEmpty())
    return failLoading(address->path(), tr("%1 cannot be used: %2.").arg(address->host(), problem));
  closeModel();
  m_served->setWaker({});  // there is nothing here to wake
  m_remote.use(*address, models.isZipage);
  m_model = {};
  m_model.state = ui::ModelInfo::State::Ready;
  m_model.path = address->path();
  m_model.name = address->model;
  m_model.device = address->host();
  m_model.description = tr("runs on %1").arg(address->host());
  m_model.contextLength = models.contextLength;
  m_model.isRemote = true;
  m_choice = {};
  Q_EMIT snapshotTaken(nullptr);
  Q_EMIT metricsChanged({});
  Q_EMIT modelChanged(m_model);
  for (const PromptJob& job : std::exchange(m_waitingJobs, {}))
    Q_EMIT promptPrepared({job.ticket, {}, false, {}, tr("Another model took over.")});
}

RemoteReply* EngineHost::ask(RemoteQuestion question, QObject* parent) {
  question.model = m_remote.address().model.toStdString();
  question.isZipage = m_remote.isZipage();
  return m_remote.ask(question, parent);
}

void EngineHost::onProgress(quint64 ticket, int percent) {
  if (ticket != *m_loadTicket || m_loading.state != ui::ModelInfo::State::Loading) return;
  m_loading.progress = percent;
  Q_EMIT modelChanged(m_loading);
}

void EngineHost::onLoaded(const LoadedSession& loaded) {
  if (loaded.ticket != *m_loadTicket) return;  // cancelled, or another model was chosen meanwhile
  m_loading = {};
  if (loaded.session == nullptr)
    failLoading(loaded.path, loaded.problem);
  else
    adopt(loaded);
}

void EngineHost::failLoading(const QString& path, const QString& problem) {
  ui::ModelInfo failed;
  failed.state = ui::ModelInfo::State::Failed;
  failed.path = path;
  failed.name = nameOf(path);
  failed.problem = problem;
  Q_EMIT modelChanged(failed);
  for (const PromptJob& job : std::exchange(m_waitingJobs, {})) {
    Q_EMIT promptPrepared({job.ticket, {}, false, {}, problem});
  }
}

void EngineHost::adopt(const LoadedSession& loaded) {
  closeModel();
  m_session = loaded.session;
  startEngine();
  const ModelConfig& config = m_session->model().config;
  m_model = {};
  m_model.state = ui::ModelInfo::State::Ready;
  m_model.path = loaded.path;
  m_model.name = nameOf(loaded.path);  // as the list of models has it
  const DeviceInfo& device = m_session->deviceInfo();
  m_model.device = QString::fromStdString(device.description);
  m_model.description =
      QString::fromStdString(describeModel(m_session->model())) + QStringLiteral(" · ") + m_model.device;
  if (!device.whyNoGpu.empty())
    m_model.description += tr(". No GPU is used: %1").arg(QString::fromStdString(device.whyNoGpu));
  m_model.contextLength = config.contextLength;
  m_choice = loaded.choice;
  Q_EMIT modelChanged(m_model);
  for (PromptJob& job : std::exchange(m_waitingJobs, {})) send(std::move(job));
  watchIdleness();
}

void EngineHost::startEngine() {
  EngineThread::Parts parts;
  parts.runner = m_session->takeRunner();
  parts.clock = std::make_unique<SteadyClock>();
  parts.limits = m_session->limits();
  if (m_prefixes != nullptr) parts.storage = m_prefixes->storageFor(prefixModelOf(*m_session));
  m_isLossTold = false;
  parts.limits.stepTime = kStepTime;
  parts.limits.recordsScores = true;  // whoever looks at a reply later finds why its words went
  // The server's side comes first: what it asked for is announced to the window before anything of it
  // happens.
  const auto sink = [served = m_served->sink(), bridge = m_bridge.sink()](EngineReport report) {
    served(report);
    bridge(std::move(report));
  };
  m_engine = std::make_unique<EngineThread>(std::move(parts), sink);
  if (m_isServing) attachServed();
  Q_EMIT engineStarted();
  setWatched(m_isWatched);
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, session = m_session] { worker->use(session); });
}

void EngineHost::letServerWake() {
  m_served->setWaker([this] { QMetaObject::invokeMethod(this, &EngineHost::wake); });
}

void EngineHost::attachServed() {
  letServerWake();
  const ModelBundle& model = m_session->model();
  m_served->rename(servedName(model.path));
  m_served->attach(*m_engine, {m_session, &model}, m_session->limits());
}

void EngineHost::setServing(bool serves) {
  if (std::exchange(m_isServing, serves) == serves || m_engine == nullptr) return;
  if (serves)
    attachServed();
  else
    m_served->detach(tr("The server was switched off.").toStdString());
}

/// A client wants the model that is asleep.
void EngineHost::wake() {
  if (m_engine == nullptr && m_model.state == ui::ModelInfo::State::Asleep &&
      m_loading.state != ui::ModelInfo::State::Loading)
    load(m_model.path, m_choice);
}

void EngineHost::stopEngine() {
  if (m_engine == nullptr) return;
  m_served->detach(tr("Another model took over.").toStdString());
  Q_EMIT engineClosing();
  m_engine.reset();
  m_bridge.forget();
  m_numRequests = 0;
}

void EngineHost::prepare(PromptJob job) {
  m_isLossTold = false;  // whoever tries again is told again
  if (m_engine != nullptr) return send(std::move(job));
  m_waitingJobs.push_back(std::move(job));
  if (m_loading.state != ui::ModelInfo::State::Loading) load(m_model.path, m_choice);
}

void EngineHost::send(PromptJob job) {
  ++m_numPrompts;
  watchIdleness();
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, job = std::move(job)] { worker->prepare(job); });
}

void EngineHost::countTokens(quint64 ticket, const QString& text) {
  m_latestCount->store(ticket);
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, latest = m_latestCount, ticket, text] {
    if (latest->load() == ticket) worker->count(ticket, text);
  });
}

std::vector<RequestId> EngineHost::submit(Request request, int numSamples) {
  m_numRequests += numSamples;
  watchIdleness();
  const OwnerId owner = request.owner;
  const std::vector<TokenId> prompt = request.prompt;
  std::vector<RequestId> requests = m_engine->submitSamples(std::move(request), numSamples);
  Q_EMIT submitted(requests, owner, prompt);
  return requests;
}

void EngineHost::endReasoning(RequestId request) {
  if (m_engine != nullptr) m_engine->endReasoning(request);
}

void EngineHost::onEvent(const EngineEvent& event) {
  Q_EMIT eventHappened(event);
  const auto* finished = std::get_if<RequestFinished>(&event);
  if (finished == nullptr) return;
  --m_numRequests;
  watchIdleness();
  noticeLoss(*finished);
}

void EngineHost::noticeLoss(const RequestFinished& finished) {
  if (finished.reason != FinishReason::Failed || m_isLossTold) return;
  const ErrorCode code = finished.error.code;
  if (code != ErrorCode::Device && code != ErrorCode::OutOfMemory) return;  // the request alone is to blame
  m_isLossTold = true;
  Q_EMIT deviceLost(QString::fromStdString(finished.error.message));
}

void EngineHost::cancel(RequestId request) {
  if (m_engine != nullptr) m_engine->cancel(request);
}

void EngineHost::pin(RequestId request, std::vector<std::int32_t> tokens) {
  if (m_engine != nullptr) m_engine->pin(request, std::move(tokens));
}

void EngineHost::setWatched(bool watched) {
  constexpr Duration kWatched = std::chrono::milliseconds(50);
  constexpr Duration kGlancedAt = std::chrono::milliseconds(500);  // how full the chat is, can always be seen
  m_isWatched = watched;
  m_remote.setWatched(watched);
  if (m_engine != nullptr) m_engine->setSnapshotInterval(watched ? kWatched : kGlancedAt);
}

void EngineHost::setUnloadAfter(std::chrono::milliseconds idle) {
  m_idle.setInterval(idle);
  watchIdleness();
}

/// The clock runs only while a model is open that nobody uses, and somebody wants it unloaded.
void EngineHost::watchIdleness() {
  if (!isBusy() && m_engine != nullptr && m_idle.intervalAsDuration().count() > 0)
    m_idle.start();
  else
    m_idle.stop();
}

/// Whatever is open, here or elsewhere, is not any more.
void EngineHost::closeModel() {
  m_idle.stop();
  if (isRemote()) Q_EMIT engineClosing();
  m_remote.use(std::nullopt);
  stopEngine();
  QMetaObject::invokeMethod(m_worker, [worker = m_worker] { worker->use(nullptr); });
  m_session.reset();
}

void EngineHost::unload() {
  if (m_engine == nullptr || isBusy()) return;
  closeModel();
  m_model.state = ui::ModelInfo::State::Asleep;
  Q_EMIT snapshotTaken(nullptr);
  Q_EMIT metricsChanged({});
  Q_EMIT modelChanged(m_model);
}

}  // namespace zipage
