#include "ui/window/window_actions.h"

#include <QAction>
#include <QCoreApplication>

#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

struct WindowWords {
  Q_DECLARE_TR_FUNCTIONS(WindowWords)
};

}  // namespace

WindowActions::WindowActions(QWidget* window) {
  newChat = add(window, WindowWords::tr("New chat"), {Qt::CTRL | Qt::Key_N});
  searchChats = add(window, WindowWords::tr("Search all chats"), {Qt::CTRL | Qt::Key_K});
  find = add(window, WindowWords::tr("Find in this chat"), {Qt::CTRL | Qt::Key_F});
  stop = add(window, WindowWords::tr("Stop the reply"), {Qt::Key_Escape});
  answerNow = add(window, WindowWords::tr("End the thinking and answer"), {Qt::CTRL | Qt::Key_E});
  regenerate = add(window, WindowWords::tr("Another version of the last reply"), {Qt::CTRL | Qt::Key_R});
  continueReply = add(window, WindowWords::tr("Go on with the last reply"),
                      {Qt::ALT | Qt::Key_Return, Qt::ALT | Qt::Key_Enter});
  editLast = add(window, WindowWords::tr("Edit the last question"), {Qt::CTRL | Qt::SHIFT | Qt::Key_E});
  previousVersion = add(window, WindowWords::tr("Previous version"), {Qt::ALT | Qt::Key_Left});
  nextVersion = add(window, WindowWords::tr("Next version"), {Qt::ALT | Qt::Key_Right});
  attachFiles = add(window, WindowWords::tr("Attach text files"), {Qt::CTRL | Qt::SHIFT | Qt::Key_A});
  undoDelete = add(window, WindowWords::tr("Undo the last deletion"), {Qt::CTRL | Qt::ALT | Qt::Key_Z});
  importChats = add(window, WindowWords::tr("Import chats…"), {Qt::CTRL | Qt::SHIFT | Qt::Key_O});
  exportChats = add(window, WindowWords::tr("Export all chats…"), {Qt::CTRL | Qt::SHIFT | Qt::Key_S});
  previousChat = add(window, WindowWords::tr("Previous chat"), {Qt::CTRL | Qt::Key_PageUp});
  nextChat = add(window, WindowWords::tr("Next chat"), {Qt::CTRL | Qt::Key_PageDown});
  showChats = add(window, WindowWords::tr("Show chats"), {Qt::CTRL | Qt::Key_B});
  showInspector = add(window, WindowWords::tr("Show inspector"), {Qt::CTRL | Qt::Key_I});
  chooseModel = add(window, WindowWords::tr("Choose a model"), {Qt::CTRL | Qt::Key_L});
  showSettings = add(window, WindowWords::tr("Settings of this chat"), {Qt::CTRL | Qt::Key_Comma});
  toggleThinking = add(window, WindowWords::tr("Unfold the last thinking"), {Qt::CTRL | Qt::Key_T});
  zoomIn = add(window, WindowWords::tr("Larger text"), {Qt::CTRL | Qt::Key_Plus, Qt::CTRL | Qt::Key_Equal});
  zoomOut = add(window, WindowWords::tr("Smaller text"), {Qt::CTRL | Qt::Key_Minus});
  zoomReset = add(window, WindowWords::tr("Text at its own size"), {Qt::CTRL | Qt::Key_0});
  showKeys = add(window, WindowWords::tr("Keys"), {Qt::CTRL | Qt::Key_Slash});
  quit = add(window, WindowWords::tr("Quit"), {Qt::CTRL | Qt::Key_Q});
  showChats->setCheckable(true);
  showInspector->setCheckable(true);
}

QAction* WindowActions::add(QWidget* window, const QString& text, const QList<QKeySequence>& keys) {
  auto* action = new QAction(text, window);
  action->setShortcuts(keys);
  action->setToolTip(
      QStringLiteral("%1 (%2)").arg(text, keys.constFirst().toString(QKeySequence::NativeText)));
  window->addAction(action);
  all.append(action);
  return action;
}

void WindowActions::setTheme(const Theme& theme) {
  newChat->setIcon(lineIcon(QStringLiteral("plus"), theme.text));
  showChats->setIcon(lineIcon(QStringLiteral("panel-left"), theme.text));
  showInspector->setIcon(lineIcon(QStringLiteral("panel-right"), theme.text));
  showKeys->setIcon(lineIcon(QStringLiteral("keyboard"), theme.text));
}

}  // namespace zipage::ui
