#include "ui/main_window.h"

#include <QCoreApplication>
#include <QGuiApplication>
#include <algorithm>

#include "ui/composer/composer.h"
#include "ui/composer/reply_options.h"
#include "ui/generation/generation_panel.h"
#include "ui/indicators/context_ring.h"
#include "ui/main_window_parts.h"
#include "ui/memory/memory_panel.h"
#include "ui/theme/key_hints.h"
#include "ui/theme/style_sheet.h"
#include "ui/theme/window_zoom.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/empty_state.h"
#include "ui/window/message_bar.h"
#include "ui/window/model_button.h"
#include "ui/window/report_dialog.h"

namespace zipage::ui {

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent), m_parts(std::make_unique<Parts>(this)) {
  // Else no font and no palette of the window reaches its parts, since it has a style sheet.
  QCoreApplication::setAttribute(Qt::AA_UseStyleSheetPropagationInWidgetStyles);
  setWindowTitle(tr("Zipage"));
  setAcceptDrops(true);
  arrange();
  connectActions();
  connectPanels();
  connectMemory();
  applyTheme();
  m_parts->conversation->composer().takeFocus();
}

// What uses the colours and actions of the parts goes first; the docks go with the inspector.
MainWindow::~MainWindow() {
  delete takeCentralWidget();
  delete m_parts->settings;
}

void MainWindow::applyTheme() {
  const Theme theme = themeFor(m_parts->preferences.scheme, QGuiApplication::palette());
  setPalette(theme.palette());
  setStyleSheet(styleSheetFor(theme, m_parts->preferences.zoom));
  m_parts->actions.setTheme(theme);
  m_parts->topBar->setTheme(theme);
  m_parts->chats->setTheme(theme);
  m_parts->conversation->setTheme(theme);
  m_parts->inspector->setTheme(theme);
  m_parts->picker->setTheme(theme);
  m_parts->doctor->setTheme(theme);
  m_parts->compare->setTheme(theme);
}

void MainWindow::setPreferences(const Preferences& preferences) {
  Parts& parts = *m_parts;
  const double zoom = std::clamp(preferences.zoom, kSmallestZoom, kLargestZoom);
  const bool isZoomed = zoom != parts.preferences.zoom;
  const bool isRecoloured = preferences.scheme != parts.preferences.scheme;
  parts.preferences = preferences;
  parts.preferences.zoom = zoom;
  parts.actions.setKeys(preferences.keys);
  explainAgain(*this);
  parts.topBar->setColorScheme(preferences.scheme);
  if (isZoomed || isRecoloured) applyTheme();
  if (isZoomed) {
    applyZoom(*this, zoom);
    parts.conversation->setZoom(zoom);
  }
  parts.settings->setPreferences(parts.preferences);
}

void MainWindow::setRemoteFacts(const QStringList& lines) {
  m_parts->inspector->memory().setRemoteFacts(lines);
}

void MainWindow::setServerInfo(const ServerInfo& info) {
  m_parts->settings->setServerInfo(info);
  m_parts->status->setServer(info.address);
}

void MainWindow::setStorageReport(const StorageReport& report) {
  m_parts->settings->setStorageReport(report);
}

void MainWindow::choosePreferences(const Preferences& preferences) {
  setPreferences(preferences);
  Q_EMIT preferencesChanged(m_parts->preferences);
}

// Changes of the application's colours come here, but not to changeEvent().
bool MainWindow::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationPaletteChange && m_parts) applyTheme();
  return QMainWindow::event(event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  leaveChat();
  Q_EMIT layoutChanged(saveLayout());
  QMainWindow::closeEvent(event);
}

void MainWindow::flush() {
  leaveChat();
  // An edit has no place of its own in what is kept: it becomes the draft where there is none.
  for (auto [chatId, edit] : m_parts->begunEdits.asKeyValueRange()) {
    if (edit.standsAlone) Q_EMIT draftChanged(chatId, edit.text, edit.files);
  }
}

void MainWindow::leaveChat() {
  const Composer& composer = m_parts->conversation->composer();
  if (const auto edit = composer.begunEdit())
    m_parts->begunEdits.insert(currentChat(), *edit);
  else
    m_parts->begunEdits.remove(currentChat());
  m_parts->conversation->composer().flushDraft();
  m_parts->inspector->generation().flush();
}

void MainWindow::send(const QString& text, const QVector<AttachmentItem>& files) {
  m_parts->inspector->generation().flush();
  Q_EMIT sendRequested(currentChat(), text, files);
}

void MainWindow::setChats(const QVector<ChatItem>& chats) { m_parts->chats->setChats(chats); }

void MainWindow::updateChat(const ChatItem& chat) {
  m_parts->chats->updateChat(chat);
  if (chat.id == currentChat()) showTitle();
}

void MainWindow::showTitle() {
  const QString title = m_parts->chats->titleOf(currentChat());
  setWindowTitle(title.isEmpty() ? tr("Zipage") : tr("%1 — Zipage").arg(title));
}

void MainWindow::removeChat(qint64 chatId) {
  m_parts->begunEdits.remove(chatId);
  m_parts->chats->removeChat(chatId);
}

void MainWindow::showChat(qint64 chatId, const QVector<MessageItem>& messages,
                          const GenerationSettings& settings, const QString& draft,
                          const QVector<AttachmentItem>& files) {
  Parts& parts = *m_parts;
  if (chatId != parts.currentChat) leaveChat();
  parts.currentChat = chatId;
  parts.chats->setCurrentChat(chatId);
  parts.conversation->messages().setMessages(messages);
  parts.conversation->composer().setDraft(draft, files);
  if (const BegunEdit edit = parts.begunEdits.take(chatId); edit.messageId != 0)
    parts.conversation->composer().beginEdit(edit.messageId, edit.text, edit.files);
  parts.conversation->composer().options().setSettings(settings);
  parts.inspector->generation().setSettings(settings);
  parts.conversation->composer().takeFocus();
  parts.chatMemory.setChat(OwnerId{static_cast<std::uint64_t>(chatId)});
  parts.inspector->memory().setChat(OwnerId{static_cast<std::uint64_t>(chatId)});
  showPins();
  showTitle();
  showContext();
}

void MainWindow::showBranch(qint64 chatId, const QVector<MessageItem>& messages) {
  if (chatId != currentChat()) return;
  m_parts->conversation->transcript().showBranch(messages);
  m_parts->chatMemory.setChat(OwnerId{static_cast<std::uint64_t>(chatId)});
}

void MainWindow::addMessage(qint64 chatId, const MessageItem& message) {
  m_parts->replies.note({}, message);
  if (chatId == currentChat() && isRunning(message.state))
    m_parts->status->showNews({});  // of the reply before
  if (chatId == currentChat()) m_parts->conversation->messages().add(message);
}

void MainWindow::appendToMessage(qint64 chatId, qint64 messageId, const QString& reasoning,
                                 const QString& text) {
  if (chatId == currentChat()) m_parts->conversation->messages().append(messageId, reasoning, text);
}

void MainWindow::updateMessage(qint64 chatId, const MessageItem& message) {
  const bool isShown = chatId == currentChat();
  if (isShown) {
    m_parts->conversation->messages().update(message);
    showContext();
  }
  const auto news = m_parts->replies.note(m_parts->chats->titleOf(chatId), message);
  if (!news) return;
  // The transcript itself speaks of the chat that is shown.
  if (isShown)
    m_parts->status->showNews(*news);
  else
    m_parts->status->announce(*news);
}

void MainWindow::restoreDraft(qint64 chatId, const QString& text, const QVector<AttachmentItem>& files) {
  if (chatId == currentChat()) m_parts->conversation->composer().setDraft(text, files);
}

void MainWindow::setTokenCount(int numTokens) { m_parts->conversation->composer().setTokenCount(numTokens); }

void MainWindow::setNewChatSettings(const GenerationSettings& settings) {
  if (currentChat() != 0) return;
  m_parts->inspector->generation().setSettings(settings);
  m_parts->conversation->composer().options().setSettings(settings);
}

void MainWindow::setModel(const ModelInfo& model) {
  Parts& parts = *m_parts;
  using State = ModelInfo::State;
  const bool isThere = model.state == State::Ready || model.state == State::Asleep;
  if (isThere) parts.model = model;
  // What failed to open takes nothing away: the model that is there goes on.
  const bool goesOn = model.state == State::Failed && parts.model.state != State::None;
  const ModelInfo& shown = goesOn ? parts.model : model;
  parts.topBar->modelButton().setModel(shown);
  parts.conversation->emptyState().setModel(shown);
  parts.status->setModel(parts.model);
  parts.picker->setModel(model);
  parts.inspector->memory().setRemoteHost(parts.model.isRemote ? parts.model.device : QString());
  parts.actions.unloadModel->setEnabled(parts.model.state == State::Ready);
  if (model.state == State::Failed) {
    parts.modelProblem = tr("%1 could not be opened: %2").arg(model.name, model.problem);
    showProblem(parts.modelProblem);
  } else if (parts.conversation->problem().text() == parts.modelProblem) {
    parts.conversation->problem().hide();
  }
  showContext();
}

/// How full the chat that is shown is.
void MainWindow::showContext() {
  Parts& parts = *m_parts;
  const TranscriptModel& messages = parts.conversation->messages();
  MessageItem latest;
  for (int row = messages.rowCount() - 1; row >= 0 && latest.id == 0; --row) {
    if (messages.at(row).role == Role::Assistant) latest = messages.at(row);
  }
  const OwnerId chat{static_cast<std::uint64_t>(currentChat())};
  parts.topBar->contextRing().setUse(contextUseOf(parts.snapshot.get(), chat, latest,
                                                  parts.inspector->generation().settings(),
                                                  parts.model.contextLength));
}

void MainWindow::setCacheSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  m_parts->snapshot = snapshot;
  m_parts->inspector->memory().setSnapshot(std::move(snapshot));
  showContext();
}

void MainWindow::setFigures(const MemoryFigures& figures) {
  m_parts->inspector->memory().setFigures(figures);
  m_parts->status->setFigures(figures);
}

void MainWindow::showProblem(const QString& text, const QString& actionText, const QString& actionId) {
  m_parts->conversation->problem().showMessage(text, actionText, actionId);
}

void MainWindow::showReport(const QString& report) { (new ReportDialog(report, this))->show(); }

void MainWindow::setModelDefaults(const GenerationSettings& defaults) {
  m_parts->inspector->generation().setModelDefaults(defaults);
}

void MainWindow::setPresets(const QVector<Preset>& presets) {
  m_parts->inspector->generation().setPresets(presets);
}

MemoryModel& MainWindow::memory() { return m_parts->memory; }

ModelPicker& MainWindow::modelPicker() { return *m_parts->picker; }

DoctorDialog& MainWindow::doctor() { return *m_parts->doctor; }

void MainWindow::showNotice(const QString& text, const QString& actionText, const QString& actionId) {
  m_parts->conversation->notice().showMessage(text, actionText, actionId);
}

void MainWindow::setSampleQuestions(const QStringList& questions) {
  m_parts->conversation->emptyState().setSampleQuestions(questions);
}

qint64 MainWindow::currentChat() const { return m_parts->currentChat; }

}  // namespace zipage::ui
