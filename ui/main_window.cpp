#include "ui/main_window.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QGuiApplication>
#include <QMimeData>
#include <QSplitter>
#include <algorithm>

#include "ui/chats/chat_panel.h"
#include "ui/composer/composer.h"
#include "ui/generation/generation_panel.h"
#include "ui/memory/memory_panel.h"
#include "ui/theme/style_sheet.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/conversation.h"
#include "ui/window/empty_state.h"
#include "ui/window/find_bar.h"
#include "ui/window/inspector.h"
#include "ui/window/key_list.h"
#include "ui/window/message_bar.h"
#include "ui/window/model_button.h"
#include "ui/window/top_bar.h"
#include "ui/window/window_actions.h"

namespace zipage::ui {

namespace {

constexpr QSize kDefaultSize(1280, 800);
constexpr QSize kMinimumSize(640, 480);
constexpr int kChatsWidth = 240;
constexpr int kInspectorFoldsBelow = 1040;
constexpr double kZoomStep = 0.1;

QString droppedModel(const QMimeData& data) {
  const QList<QUrl> urls = data.urls();
  if (urls.size() != 1 || !urls.constFirst().isLocalFile()) return {};
  const QString path = urls.constFirst().toLocalFile();
  return path.endsWith(QStringLiteral(".gguf"), Qt::CaseInsensitive) ? path : QString();
}

}  // namespace

struct MainWindow::Parts {
  explicit Parts(MainWindow* window)
      : actions(window),
        topBar(new TopBar(actions)),
        splitter(new QSplitter(Qt::Horizontal)),
        chats(new ChatPanel(colors)),
        conversation(new Conversation),
        inspector(std::make_unique<Inspector>(colors, *window)) {}

  OwnerColors colors;
  WindowActions actions;
  TopBar* topBar;
  QSplitter* splitter;
  ChatPanel* chats;
  Conversation* conversation;
  std::unique_ptr<Inspector> inspector;
  ColorScheme scheme = ColorScheme::System;
  qint64 currentChat = 0;
  QString newChatDraft;
  QString modelProblem;
  bool wantsInspector = true;
};

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
  connect(actions.stop, &QAction::triggered, &m_parts->conversation->composer(), &Composer::requestStop);
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
  connect(parts.chats, &ChatPanel::newChatRequested, this, [this] {
    leaveChat();
    emit newChatRequested();
  });
  connect(parts.chats, &ChatPanel::chatSelected, this, [this](qint64 chatId) {
    leaveChat();
    emit chatSelected(chatId);
  });
  connect(parts.chats, &ChatPanel::chatRenamed, this, &MainWindow::chatRenamed);
  connect(parts.chats, &ChatPanel::chatDeleteRequested, this, &MainWindow::chatDeleteRequested);
  connect(parts.topBar, &TopBar::schemeChosen, this, &MainWindow::setColorScheme);
  connect(&parts.topBar->modelButton(), &ModelButton::modelFileChosen, this, &MainWindow::modelFileChosen);
  connect(&conversation.composer(), &Composer::sendRequested, this, &MainWindow::send);
  connect(&conversation.emptyState(), &EmptyState::questionChosen, this, &MainWindow::send);
  connect(&conversation.composer(), &Composer::stopRequested, this,
          [this] { emit stopRequested(currentChat()); });
  connect(&conversation.composer(), &Composer::draftChanged, this, [this](const QString& text) {
    if (currentChat() == 0) m_parts->newChatDraft = text;
    emit draftChanged(currentChat(), text);
  });
  connect(&conversation.transcript(), &TranscriptView::zoomStepped, this,
          [this](int steps) { setZoom(m_parts->conversation->transcript().zoom() + steps * kZoomStep); });
  for (MessageBar* bar : {&conversation.notice(), &conversation.problem()})
    connect(bar, &MessageBar::actionRequested, this, &MainWindow::noticeActionRequested);
  connect(parts.inspector.get(), &Inspector::memoryWatched, this, &MainWindow::memoryWatched);
  connect(parts.inspector.get(), &Inspector::shownChanged, parts.actions.showInspector, &QAction::setChecked);
  connect(&parts.inspector->generation(), &GenerationPanel::settingsChanged, this,
          [this](const GenerationSettings& settings) { emit settingsChanged(currentChat(), settings); });
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

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!droppedModel(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QString path = droppedModel(*event->mimeData());
  if (!path.isEmpty()) emit modelFileChosen(path);
}

void MainWindow::leaveChat() {
  m_parts->conversation->composer().flushDraft();
  m_parts->inspector->generation().flush();
}

void MainWindow::send(const QString& text) {
  m_parts->inspector->generation().flush();
  m_parts->newChatDraft.clear();
  emit sendRequested(currentChat(), text);
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
                          const GenerationSettings& settings, const QString& draft) {
  Parts& parts = *m_parts;
  parts.currentChat = chatId;
  parts.chats->setCurrentChat(chatId);
  parts.conversation->messages().setMessages(messages);
  parts.conversation->composer().setText(chatId == 0 && draft.isEmpty() ? parts.newChatDraft : draft);
  parts.inspector->generation().setSettings(settings);
  parts.conversation->composer().takeFocus();
  const QString title = parts.chats->titleOf(chatId);
  setWindowTitle(title.isEmpty() ? tr("Zipage") : tr("%1 — Zipage").arg(title));
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

void MainWindow::restoreDraft(qint64 chatId, const QString& text) {
  if (chatId == currentChat()) m_parts->conversation->composer().setText(text);
}

void MainWindow::setNewChatSettings(const GenerationSettings& settings) {
  if (currentChat() == 0) m_parts->inspector->generation().setSettings(settings);
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
