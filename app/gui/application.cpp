#include "app/gui/application.h"

#include <QDateTime>
#include <QFileInfo>
#include <cstdio>
#include <cstdlib>

#include "app/common/process_memory.h"
#include "app/gui/stored_prefixes.h"
#include "engine/store/database_repair.h"
#include "ui/memory/compare_dialog.h"

namespace zipage {

namespace {

const QString kShowReport = QStringLiteral("show-report");
const QString kContinueOnCpu = QStringLiteral("continue-on-cpu");

}  // namespace

namespace {

std::unordered_set<std::uint64_t> valuesOf(const std::vector<ChatId>& chats) {
  std::unordered_set<std::uint64_t> values = {
      kOtherPrograms.value};  // what they read is no chat's, and stays
  for (const ChatId chat : chats) values.insert(chat.value);
  return values;
}

/// What can be read of a damaged database, in a new one.
Result<std::unique_ptr<SessionStore>> repairStore(const AppPaths& paths, QString& problem) {
  const auto repaired = repairSessionDatabase(paths.databaseFile());
  if (!repaired) return tl::unexpected(repaired.error());
  auto store = SessionStore::open(paths.databaseFile());
  if (!store) return store;
  const QString what =
      repaired->isFromBackup
          ? Application::tr(
                "Nothing in it could be read; an older copy with %1 chats and %2 messages was taken.")
          : Application::tr("%1 chats and %2 messages were recovered.");
  problem = Application::tr("The database of chats was damaged. %1 The damaged file was kept as %2.")
                .arg(what.arg(repaired->numChats).arg(repaired->numMessages),
                     QString::fromStdString(repaired->keptAs.string()));
  return store;
}

}  // namespace

Result<std::unique_ptr<SessionStore>> Application::openStore(const AppPaths& paths, QTemporaryDir& fallback,
                                                             QString& problem) {
  Result<void> folders = createFolders(paths);
  auto store = folders ? SessionStore::open(paths.databaseFile())
                       : Result<std::unique_ptr<SessionStore>>(tl::unexpected(folders.error()));
  if (store) return store;
  if (store.error().code == ErrorCode::InvalidFile) {
    if (auto repaired = repairStore(paths, problem); repaired) return repaired;
  }
  problem =
      tr("Chats cannot be kept: %1. What you write now lives in a temporary folder and is lost at the end.")
          .arg(QString::fromStdString(store.error().message));
  return SessionStore::open(std::filesystem::path(fallback.path().toStdString()) / "zipage.db");
}

ChatController::Stored Application::readStored(const SessionStore& store, QString& problem) {
  ChatController::Stored stored;
  auto chats = store.chats();
  auto nextId = store.nextId();
  if (!chats || !nextId) {
    problem = QString::fromStdString((chats ? nextId.error() : chats.error()).message);
    return stored;
  }
  stored.nextId = *nextId;
  stored.newChatDraft = store.newChatDraft().value_or(Draft{});
  for (const ChatRecord& chat : *chats) {
    auto messages = store.messages(chat.id);
    if (messages)
      stored.messages[chat.id.value] = std::move(*messages);
    else
      problem = QString::fromStdString(messages.error().message);
  }
  stored.chats = std::move(*chats);
  return stored;
}

Application::Application(const QString& modelPath, DeviceOpener opensDevice) {
  QString problem;
  auto store = openStore(appPaths(), m_fallbackFolder, problem);
  if (!store) {
    std::fprintf(stderr, "zipage: %s\n", store.error().message.c_str());
    std::exit(2);
  }
  const std::int64_t longAgo =
      QDateTime::currentDateTime().addDays(-ChatController::kDaysInTrash).toMSecsSinceEpoch();
  if (auto emptied = (*store)->emptyTrash(longAgo); !emptied)
    problem = QString::fromStdString(emptied.error().message);
  ChatController::Stored stored = readStored(**store, problem);
  const auto chats =
      problem.isEmpty() ? (*store)->chatIds() : Result<std::vector<ChatId>>(tl::unexpected(Error{}));
  m_window = std::make_unique<ui::MainWindow>();
  m_store = std::make_unique<StoreThread>(std::move(*store), [window = m_window.get()](const Error& error) {
    const QString text = tr("Saving failed: %1").arg(QString::fromStdString(error.message));
    QMetaObject::invokeMethod(
        window, [window, text] { window->showProblem(text); }, Qt::QueuedConnection);
  });
  m_log = std::make_unique<RunLog>(appPaths().state);
  m_settings =
      std::make_unique<SettingsFile>(QString::fromStdString((appPaths().config / "settings.ini").string()));
  if (problem.isEmpty()) problem = m_settings->problem();
  m_prefixes = std::make_unique<PrefixStore>(prefixOptions(m_settings->preferences()));
  // What was read of a chat goes with the chat.
  if (chats) m_prefixes->keepChats(valuesOf(*chats));
  m_host =
      std::make_unique<EngineHost>(std::move(opensDevice), RemoteKeys(appPaths().config / "remote.keys"));
  m_host->setPrefixStore(m_prefixes.get());
  m_server = std::make_unique<ServerDesk>(*m_host, appPaths().config / "server.key");
  m_library = std::make_unique<ModelLibrary>();
  m_check = std::make_unique<MachineCheck>();
  m_chats = std::make_unique<ChatController>(*m_host, *m_store, std::move(stored));
  m_memory = std::make_unique<MemoryDesk>(*m_host, m_window->memory());
  connect(m_chats.get(), &ChatController::replyBegun, &m_window->memory(),
          [this](qint64 message, RequestId request) { m_window->memory().noteWriter(request, message); });
  m_compare = std::make_unique<CompareDesk>(*m_host);
  connectWindow();
  connectController();
  connectModels();
  connectSettings();
  connectStorage();

  m_window->restoreLayout(m_settings->layout());
  m_window->setChats(m_chats->chatItems());
  m_chats->startNewChat();
  offerCrashReport();
  if (!problem.isEmpty()) m_window->showProblem(problem);
  start(modelPath);
}

/// A model that is gone since the last time is no reason to stand there without one.
void Application::start(const QString& modelPath) {
  const QString path = modelPath.isEmpty() ? m_settings->lastModel() : modelPath;
  if (!modelPath.isEmpty() || path.isEmpty() || remoteAddressOf(path) || QFileInfo::exists(path)) {
    m_host->load(path, m_settings->loadChoices().value(path));
    return;
  }
  m_window->showProblem(
      tr("%1 is not there any more. The model that comes with Zipage was opened instead.").arg(path));
  m_host->load({});
}

Application::~Application() {
  m_window->flush();  // drafts that were not told yet
  m_settings->saveLayout(m_window->saveLayout());
  m_check.reset();
  m_compare.reset();
  m_memory.reset();
  m_library.reset();   // stops looking for models
  m_server.reset();    // lets its clients go
  m_chats->stopAll();  // replies keep what they have
  m_host.reset();      // joins engine and worker, hands over what is to be kept of prefixes
  m_prefixes.reset();  // writes it, for some seconds at most
  m_store.reset();     // writes everything that was posted, joins; may still speak to chats and window
  m_chats.reset();
  m_window.reset();
}

void Application::askWhenReady(const QString& question) {
  auto once = std::make_shared<QMetaObject::Connection>();
  *once = connect(m_host.get(), &EngineHost::modelChanged, m_chats.get(), [this, once, question] {
    if (!m_host->isReady() && !m_host->isRemote()) return;
    disconnect(*once);
    m_chats->send(0, question);
  });
}

void Application::connectWindow() {
  ui::MainWindow* window = m_window.get();
  ChatController* chats = m_chats.get();
  connect(window, &ui::MainWindow::newChatRequested, chats, &ChatController::startNewChat);
  connect(window, &ui::MainWindow::chatSelected, chats, &ChatController::selectChat);
  connect(window, &ui::MainWindow::chatRenamed, chats, &ChatController::renameChat);
  connect(window, &ui::MainWindow::chatCommanded, chats, &ChatController::commandChat);
  connect(window, &ui::MainWindow::hitChosen, chats, &ChatController::selectMessage);
  connect(window, &ui::MainWindow::searchRequested, chats, &ChatController::search);
  connect(window, &ui::MainWindow::exportRequested, chats, &ChatController::exportChats);
  connect(window, &ui::MainWindow::importRequested, chats, &ChatController::importChats);
  connect(window, &ui::MainWindow::trashRequested, chats, &ChatController::listTrash);
  connect(window, &ui::MainWindow::restoreRequested, chats, &ChatController::restoreChat);
  connect(window, &ui::MainWindow::emptyTrashRequested, chats, &ChatController::emptyTrash);
  connect(window, &ui::MainWindow::sendRequested, chats, &ChatController::send);
  connect(window, &ui::MainWindow::resendRequested, chats, &ChatController::resend);
  connect(window, &ui::MainWindow::messageCommanded, chats, &ChatController::commandMessage);
  connect(window, &ui::MainWindow::tokenCountRequested, chats, &ChatController::countTokens);
  connect(window, &ui::MainWindow::stopRequested, chats, &ChatController::stop);
  connect(window, &ui::MainWindow::settingsChanged, chats, &ChatController::changeSettings);
  connect(window, &ui::MainWindow::draftChanged, chats, &ChatController::changeDraft);
  connect(window, &ui::MainWindow::noticeActionRequested, this, &Application::takeAction);
  connect(window, &ui::MainWindow::modelFileChosen, m_host.get(),
          [this](const QString& path) { m_host->load(path, m_settings->loadChoices().value(path)); });
  connect(window, &ui::MainWindow::memoryWatched, m_host.get(), &EngineHost::setWatched);
  connect(window, &ui::MainWindow::pinsRequested, m_host.get(), &EngineHost::pin);
  connect(window, &ui::MainWindow::traceSaveRequested, m_memory.get(), &MemoryDesk::save);
  connect(window, &ui::MainWindow::traceOpenRequested, m_memory.get(), &MemoryDesk::open);
  ui::CompareDialog* compare = &window->compareDialog();
  connect(compare, &ui::CompareDialog::compareRequested, m_compare.get(), &CompareDesk::start);
  connect(compare, &ui::CompareDialog::stopRequested, m_compare.get(), &CompareDesk::stop);
  connect(m_compare.get(), &CompareDesk::changed, compare, &ui::CompareDialog::setComparison);
  connect(m_memory.get(), &MemoryDesk::noticed, window,
          [window](const QString& text) { window->showNotice(text); });
  connect(m_memory.get(), &MemoryDesk::problemFound, window,
          [window](const QString& text) { window->showProblem(text); });
}

void Application::connectController() {
  ui::MainWindow* window = m_window.get();
  ChatController* chats = m_chats.get();
  connect(chats, &ChatController::chatChanged, window, &ui::MainWindow::updateChat);
  connect(chats, &ChatController::chatRemoved, window, &ui::MainWindow::removeChat);
  connect(chats, &ChatController::defaultsChanged, window, &ui::MainWindow::setNewChatSettings);
  connect(chats, &ChatController::modelSuggested, window, &ui::MainWindow::setModelDefaults);
  connect(chats, &ChatController::chatShown, window, &ui::MainWindow::showChat);
  connect(chats, &ChatController::branchShown, window, &ui::MainWindow::showBranch);
  connect(chats, &ChatController::tokensCounted, window, &ui::MainWindow::setTokenCount);
  connect(chats, &ChatController::searchFinished, window, &ui::MainWindow::setSearchHits);
  connect(chats, &ChatController::trashListed, window, &ui::MainWindow::setTrash);
  connect(chats, &ChatController::messageAdded, window, &ui::MainWindow::addMessage);
  connect(chats, &ChatController::messageGrew, window, &ui::MainWindow::appendToMessage);
  connect(chats, &ChatController::messageChanged, window, &ui::MainWindow::updateMessage);
  connect(chats, &ChatController::draftRestored, window, &ui::MainWindow::restoreDraft);
  connect(chats, &ChatController::problemFound, window,
          [window](const QString& text) { window->showProblem(text); });
  connect(chats, &ChatController::noticed, window, &ui::MainWindow::showNotice);
  connect(m_host.get(), &EngineHost::modelChanged, window, &ui::MainWindow::setModel);
  connect(m_host.get(), &EngineHost::deviceLost, this, &Application::offerTheCpu);
  connect(m_host.get(), &EngineHost::snapshotTaken, window, &ui::MainWindow::setCacheSnapshot);
  connect(m_host.get(), &EngineHost::metricsChanged, window,
          [this, window](const EngineMetrics& metrics) { window->setFigures(figuresOf(metrics)); });
}

ui::MemoryFigures Application::figuresOf(const EngineMetrics& metrics) {
  constexpr qint64 kProcessReadMs = 500;
  if (!m_sinceProcessRead.isValid() || m_sinceProcessRead.elapsed() >= kProcessReadMs) {
    m_processBytes = residentBytes();
    m_sinceProcessRead.start();
  }
  ui::MemoryFigures figures = ui::figuresOf(sampleOf(metrics, {}));
  figures.bytesPerPage = m_host->isReady() ? static_cast<qint64>(m_host->session().limits().bytesPerPage) : 0;
  figures.processBytes = m_processBytes;
  return figures;
}

void Application::offerCrashReport() {
  const auto report = m_log->takeCrash();
  if (!report) return;
  m_crashReport = *report;
  m_window->showProblem(tr("Zipage did not end properly the last time."), tr("Show the report"), kShowReport);
}

void Application::offerTheCpu(const QString& reason) {
  const bool isCpu = m_host->session().deviceInfo().name == "cpu";
  m_window->showProblem(tr("The model's device failed: %1. Replies keep what they have.").arg(reason),
                        isCpu ? tr("Open the model again") : tr("Continue on the CPU"), kContinueOnCpu);
}

void Application::takeAction(const QString& actionId) {
  if (actionId == kShowReport) return m_window->showReport(m_crashReport);
  if (actionId == kContinueOnCpu) {
    m_isOnCpuForNow = true;
    return m_host->continueOnCpu();
  }
  if (m_deletedPresets.contains(actionId)) return savePreset(m_deletedPresets.take(actionId));
  m_chats->undo(actionId);
}

}  // namespace zipage
