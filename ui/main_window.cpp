#include "ui/main_window.h"

#include <QAction>
#include <QGuiApplication>
#include <QResizeEvent>
#include <algorithm>

#include "ui/composer/composer.h"
#include "ui/composer/reply_options.h"
#include "ui/generation/generation_panel.h"
#include "ui/main_window_parts.h"
#include "ui/memory/memory_panel.h"
#include "ui/theme/style_sheet.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/empty_state.h"
#include "ui/window/find_bar.h"
#include "ui/window/key_list.h"
#include "ui/window/message_bar.h"
#include "ui/window/model_button.h"

namespace zipage::ui {

namespace {

constexpr QSize kDefaultSize(1280, 800);
constexpr QSize kMinimumSize(640, 480);
constexpr int kChatsWidth = 240;
constexpr int kInspectorFoldsBelow = 1040;
constexpr double kZoomStep = 0.1;

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent), m_parts(std::make_unique<Parts>(this)) {
  setWindowTitle(tr("Zipage"));
  setAcceptDrops(true);
  arrange();
  connectActions();
  connectPanels();
  applyTheme();
  setMinimumSize(kMinimumSize);
  resize(kDefaultSize);
  m_parts->conversation->composer().takeFocus();
}

// The panels use the colours of the parts, so they go first; the docks go with the inspector.
MainWindow::~MainWindow() { delete takeCentralWidget(); }

void MainWindow::arrange() {
  Parts& parts = *m_parts;
  parts.splitter->addWidget(parts.chats);
  parts.splitter->addWidget(parts.conversation);
  parts.splitter->setStretchFactor(1, 1);
  parts.splitter->setHandleWidth(1);
  parts.splitter->setChildrenCollapsible(false);
  parts.chats->setMinimumWidth(180);
  parts.conversation->setMinimumWidth(340);
  parts.splitter->setSizes({kChatsWidth, kDefaultSize.width() - kChatsWidth});

  setMenuWidget(parts.topBar);
  setCentralWidget(parts.splitter);
  parts.inspector->memory().setOwnerNames(
      [chats = parts.chats](OwnerId owner) { return chats->titleOf(static_cast<qint64>(owner.value)); });
}

void MainWindow::connectActions() {
  const WindowActions& actions = m_parts->actions;
  TranscriptView& transcript = m_parts->conversation->transcript();
  actions.showChats->setChecked(true);
  actions.showInspector->setChecked(true);
  connect(actions.newChat, &QAction::triggered, m_parts->chats, &ChatPanel::newChatRequested);
  connect(actions.find, &QAction::triggered, &m_parts->conversation->findBar(), &FindBar::open);
  connect(actions.stop, &QAction::triggered, &m_parts->conversation->composer(), &Composer::escape);
  connectMessageActions();
  connect(actions.previousChat, &QAction::triggered, this, [this] { stepChat(-1); });
  connect(actions.nextChat, &QAction::triggered, this, [this] { stepChat(1); });
  connect(actions.showChats, &QAction::toggled, m_parts->chats, &QWidget::setVisible);
  connect(actions.showInspector, &QAction::triggered, this, [this](bool checked) {
    m_parts->wantsInspector = checked;
    m_parts->inspector->setShown(checked);
  });
  connect(actions.chooseModel, &QAction::triggered, &m_parts->topBar->modelButton(), &QToolButton::showMenu);
  connect(actions.showSettings, &QAction::triggered, this, [this] {
    m_parts->wantsInspector = true;
    m_parts->inspector->showGeneration();
  });
  connect(actions.toggleThinking, &QAction::triggered, &transcript, &TranscriptView::toggleLastThinking);
  connect(actions.zoomIn, &QAction::triggered, this,
          [this, &transcript] { setZoom(transcript.zoom() + kZoomStep); });
  connect(actions.zoomOut, &QAction::triggered, this,
          [this, &transcript] { setZoom(transcript.zoom() - kZoomStep); });
  connect(actions.zoomReset, &QAction::triggered, this, [this] { setZoom(1.0); });
  connect(actions.showKeys, &QAction::triggered, this,
          [this] { (new KeyList(m_parts->actions.all, this))->show(); });
  connect(actions.quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::connectPanels() {
  Parts& parts = *m_parts;
  Conversation& conversation = *parts.conversation;
  connectComposer();
  connect(parts.chats, &ChatPanel::newChatRequested, this, [this] {
    leaveChat();
    emit newChatRequested();
  });
  connect(parts.chats, &ChatPanel::chatSelected, this, [this](qint64 chatId) {
    leaveChat();
    emit chatSelected(chatId);
  });
  connect(parts.chats, &ChatPanel::chatRenamed, this, &MainWindow::chatRenamed);
  connect(parts.chats, &ChatPanel::chatCommanded, this, &MainWindow::chatCommanded);
  connect(parts.chats, &ChatPanel::hitChosen, this, &MainWindow::revealHit);
  connect(parts.chats, &ChatPanel::searchRequested, this, &MainWindow::searchRequested);
  connect(parts.chats, &ChatPanel::exportRequested, this, &MainWindow::chooseExport);
  connect(parts.topBar, &TopBar::schemeChosen, this, &MainWindow::setColorScheme);
  connect(&parts.topBar->modelButton(), &ModelButton::modelFileChosen, this, &MainWindow::modelFileChosen);
  connect(&conversation.emptyState(), &EmptyState::questionChosen, this,
          [this](const QString& question) { send(question, {}); });
  connect(&conversation, &Conversation::messageCommanded, this,
          [this](qint64 messageId, MessageCommand command) {
            emit messageCommanded(currentChat(), messageId, command);
          });
  connect(&conversation.transcript(), &TranscriptView::zoomStepped, this,
          [this](int steps) { setZoom(m_parts->conversation->transcript().zoom() + steps * kZoomStep); });
  for (MessageBar* bar : {&conversation.notice(), &conversation.problem()})
    connect(bar, &MessageBar::actionRequested, this, &MainWindow::noticeActionRequested);
  connect(parts.inspector.get(), &Inspector::memoryWatched, this, &MainWindow::memoryWatched);
  connect(parts.inspector.get(), &Inspector::shownChanged, parts.actions.showInspector, &QAction::setChecked);
  connect(&parts.inspector->generation(), &GenerationPanel::settingsChanged, this,
          &MainWindow::changeSettings);
}

void MainWindow::applyTheme() {
  const Theme theme = themeFor(m_parts->scheme, QGuiApplication::palette());
  setPalette(theme.palette());
  setStyleSheet(styleSheetFor(theme));
  m_parts->actions.setTheme(theme);
  m_parts->topBar->setTheme(theme);
  m_parts->chats->setTheme(theme);
  m_parts->conversation->setTheme(theme);
  m_parts->inspector->setTheme(theme);
}

void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::ApplicationPaletteChange && m_parts) applyTheme();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  const bool wasNarrow = event->oldSize().isValid() && event->oldSize().width() < kInspectorFoldsBelow;
  const bool isNarrow = event->size().width() < kInspectorFoldsBelow;
  if (isNarrow != wasNarrow) m_parts->inspector->setShown(m_parts->wantsInspector && !isNarrow);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  leaveChat();
  QMainWindow::closeEvent(event);
}

void MainWindow::leaveChat() {
  m_parts->conversation->composer().flushDraft();
  m_parts->inspector->generation().flush();
}

void MainWindow::send(const QString& text, const QVector<AttachmentItem>& files) {
  m_parts->inspector->generation().flush();
  emit sendRequested(currentChat(), text, files);
}

void MainWindow::stepChat(int steps) {
  const qint64 chatId = m_parts->chats->chatBeside(steps);
  if (chatId == 0) return;
  leaveChat();
  emit chatSelected(chatId);
}

void MainWindow::setChats(const QVector<ChatItem>& chats) { m_parts->chats->setChats(chats); }

void MainWindow::updateChat(const ChatItem& chat) { m_parts->chats->updateChat(chat); }

void MainWindow::removeChat(qint64 chatId) { m_parts->chats->removeChat(chatId); }

void MainWindow::showChat(qint64 chatId, const QVector<MessageItem>& messages,
                          const GenerationSettings& settings, const QString& draft,
                          const QVector<AttachmentItem>& files) {
  Parts& parts = *m_parts;
  if (chatId != parts.currentChat) leaveChat();
  parts.currentChat = chatId;
  parts.chats->setCurrentChat(chatId);
  parts.conversation->messages().setMessages(messages);
  parts.conversation->composer().setDraft(draft, files);
  parts.conversation->composer().options().setSettings(settings);
  parts.inspector->generation().setSettings(settings);
  parts.conversation->composer().takeFocus();
  const QString title = parts.chats->titleOf(chatId);
  setWindowTitle(title.isEmpty() ? tr("Zipage") : tr("%1 — Zipage").arg(title));
}

void MainWindow::showBranch(qint64 chatId, const QVector<MessageItem>& messages) {
  if (chatId == currentChat()) m_parts->conversation->transcript().showBranch(messages);
}

void MainWindow::addMessage(qint64 chatId, const MessageItem& message) {
  if (chatId == currentChat()) m_parts->conversation->messages().add(message);
}

void MainWindow::appendToMessage(qint64 chatId, qint64 messageId, const QString& reasoning,
                                 const QString& text) {
  if (chatId == currentChat()) m_parts->conversation->messages().append(messageId, reasoning, text);
}

void MainWindow::updateMessage(qint64 chatId, const MessageItem& message) {
  if (chatId == currentChat()) m_parts->conversation->messages().update(message);
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
  m_parts->topBar->modelButton().setModel(model);
  m_parts->conversation->emptyState().setModel(model);
  MessageBar& problem = m_parts->conversation->problem();
  if (model.state == ModelInfo::State::Failed) {
    m_parts->modelProblem = tr("%1 could not be opened: %2").arg(model.name, model.problem);
    showProblem(m_parts->modelProblem);
  } else if (problem.text() == m_parts->modelProblem) {
    problem.hide();
  }
}

void MainWindow::setCacheSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  m_parts->inspector->memory().setSnapshot(std::move(snapshot));
}

void MainWindow::setFigures(const MemoryFigures& figures) {
  m_parts->inspector->memory().setFigures(figures);
}

void MainWindow::showProblem(const QString& text, const QString& actionText, const QString& actionId) {
  m_parts->conversation->problem().showMessage(text, actionText, actionId);
}

void MainWindow::showNotice(const QString& text, const QString& actionText, const QString& actionId) {
  m_parts->conversation->notice().showMessage(text, actionText, actionId);
}

void MainWindow::setSampleQuestions(const QStringList& questions) {
  m_parts->conversation->emptyState().setSampleQuestions(questions);
}

void MainWindow::setColorScheme(ColorScheme scheme) {
  m_parts->scheme = scheme;
  applyTheme();
}

void MainWindow::setZoom(double zoom) {
  m_parts->conversation->transcript().setZoom(std::clamp(zoom, 0.6, 2.5));
}

qint64 MainWindow::currentChat() const { return m_parts->currentChat; }

}  // namespace zipage::ui
