#include <QAction>
#include <QToolButton>
#include <cmath>

#include "ui/composer/composer.h"
#include "ui/generation/generation_panel.h"
#include "ui/main_window_parts.h"
#include "ui/theme/window_zoom.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/empty_state.h"
#include "ui/window/find_bar.h"
#include "ui/window/key_list.h"
#include "ui/window/message_bar.h"
#include "ui/window/model_button.h"

namespace zipage::ui {

namespace {

constexpr double kZoomStep = 0.1;

}  // namespace

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
  connect(actions.showChats, &QAction::toggled, this, [this](bool shown) {
    m_parts->chats->setVisible(shown);
    if (shown) makeRoomFor(Side::Chats);
  });
  connect(m_parts->inspector.get(), &Inspector::shownChanged, this, [this](bool shown) {
    if (shown) makeRoomFor(Side::Inspector);
  });
  connect(actions.showInspector, &QAction::triggered, this, [this](bool checked) {
    m_parts->wantsInspector = checked;
    m_parts->inspector->setShown(checked);
  });
  connect(actions.showMemory, &QAction::triggered, this, [this] {
    m_parts->wantsInspector = true;
    m_parts->inspector->showMemory();
  });
  connect(actions.showGeneration, &QAction::triggered, this, [this] {
    m_parts->wantsInspector = true;
    m_parts->inspector->showGeneration();
  });
  connect(actions.chooseModel, &QAction::triggered, this, &MainWindow::chooseModel);
  connect(actions.openModel, &QAction::triggered, m_parts->picker, &ModelPicker::openFile);
  connect(actions.unloadModel, &QAction::triggered, this, &MainWindow::unloadRequested);
  connect(actions.toggleThinking, &QAction::triggered, &transcript, &TranscriptView::toggleLastThinking);
  connect(actions.zoomIn, &QAction::triggered, this,
          [this] { chooseZoom(m_parts->preferences.zoom + kZoomStep); });
  connect(actions.zoomOut, &QAction::triggered, this,
          [this] { chooseZoom(m_parts->preferences.zoom - kZoomStep); });
  connect(actions.zoomReset, &QAction::triggered, this, [this] { chooseZoom(1.0); });
  connect(actions.showKeys, &QAction::triggered, this,
          [this] { showWindow(new KeyList(m_parts->actions, this)); });
  connect(actions.showDoctor, &QAction::triggered, this, &MainWindow::openDoctor);
  connect(actions.showSettings, &QAction::triggered, this, [this] { showWindow(m_parts->settings); });
  connect(actions.quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::connectPanels() {
  Parts& parts = *m_parts;
  Conversation& conversation = *parts.conversation;
  connectComposer();
  connect(parts.chats, &ChatPanel::newChatRequested, this, [this] {
    leaveChat();
    Q_EMIT newChatRequested();
  });
  connect(parts.chats, &ChatPanel::chatSelected, this, [this](qint64 chatId) {
    leaveChat();
    Q_EMIT chatSelected(chatId);
  });
  connect(parts.chats, &ChatPanel::chatRenamed, this, &MainWindow::chatRenamed);
  connect(parts.chats, &ChatPanel::chatCommanded, this, &MainWindow::chatCommanded);
  connect(parts.chats, &ChatPanel::hitChosen, this, &MainWindow::revealHit);
  connect(parts.chats, &ChatPanel::searchRequested, this, &MainWindow::searchRequested);
  connect(parts.chats, &ChatPanel::exportRequested, this, &MainWindow::chooseExport);
  connect(parts.topBar, &TopBar::schemeChosen, this, [this](ColorScheme scheme) {
    Preferences preferences = m_parts->preferences;
    preferences.scheme = scheme;
    choosePreferences(preferences);
  });
  connect(&parts.topBar->modelButton(), &QToolButton::clicked, this, &MainWindow::chooseModel);
  connect(&conversation.emptyState(), &EmptyState::modelsRequested, this, &MainWindow::chooseModel);
  connect(parts.settings, &SettingsDialog::preferencesChanged, this, &MainWindow::choosePreferences);
  connect(parts.settings, &SettingsDialog::serverKeyRenewRequested, this,
          &MainWindow::serverKeyRenewRequested);
  connect(parts.settings, &SettingsDialog::storageReportRequested, this, &MainWindow::storageReportRequested);
  connect(parts.settings, &SettingsDialog::storageClearRequested, this, &MainWindow::storageClearRequested);
  connect(&conversation.emptyState(), &EmptyState::questionChosen, this,
          [this](const QString& question) { send(question, {}); });
  connect(&conversation, &Conversation::messageCommanded, this,
          [this](qint64 messageId, MessageCommand command) {
            Q_EMIT messageCommanded(currentChat(), messageId, command);
          });
  connect(&conversation.transcript(), &TranscriptView::zoomStepped, this,
          [this](int steps) { chooseZoom(m_parts->preferences.zoom + steps * kZoomStep); });
  connect(&conversation.notice(), &MessageBar::actionRequested, this, &MainWindow::noticeActionRequested);
  connect(&conversation.problem(), &MessageBar::actionRequested, this, &MainWindow::noticeActionRequested);
  connect(parts.inspector.get(), &Inspector::memoryWatched, this, &MainWindow::memoryWatched);
  connect(parts.inspector.get(), &Inspector::shownChanged, parts.actions.showInspector, &QAction::setChecked);
  connect(&parts.inspector->generation(), &GenerationPanel::settingsChanged, this,
          &MainWindow::changeSettings);
  connect(&parts.inspector->generation(), &GenerationPanel::presetSaved, this, &MainWindow::presetSaved);
  connect(&parts.inspector->generation(), &GenerationPanel::presetDeleteRequested, this,
          &MainWindow::presetDeleteRequested);
}

void MainWindow::chooseZoom(double zoom) {
  Preferences preferences = m_parts->preferences;
  preferences.zoom = std::round(zoom * 100) / 100;
  choosePreferences(preferences);
}

void MainWindow::chooseModel() { showWindow(m_parts->picker); }

void MainWindow::openDoctor() {
  showWindow(m_parts->doctor);
  Q_EMIT m_parts->doctor->checkRequested();
}

/// Shown beside the window rather than over it: what is changed applies at once.
void MainWindow::showWindow(QDialog* dialog) {
  applyZoom(*dialog, m_parts->preferences.zoom);
  dialog->show();
  dialog->raise();
  dialog->activateWindow();
}

void MainWindow::stepChat(int steps) {
  const qint64 chatId = m_parts->chats->chatBeside(steps);
  if (chatId == 0) return;
  leaveChat();
  Q_EMIT chatSelected(chatId);
}

}  // namespace zipage::ui
