#include "ui/window/window_actions.h"

#include <QAction>
#include <QCoreApplication>

#include "ui/theme/icons.h"
#include "ui/theme/key_hints.h"

namespace zipage::ui {

namespace {

struct WindowWords {
  Q_DECLARE_TR_FUNCTIONS(WindowWords)
};

QList<QKeySequence> sequencesFrom(const QStringList& texts) {
  QList<QKeySequence> keys;
  for (const QString& text : texts) {
    const QKeySequence sequence = QKeySequence::fromString(text, QKeySequence::PortableText);
    if (!sequence.isEmpty()) keys << sequence;
  }
  return keys;
}

/// One begins like the other: pressing the shorter would never get to the longer.
bool collide(const QKeySequence& first, const QKeySequence& second) {
  return first.matches(second) != QKeySequence::NoMatch || second.matches(first) != QKeySequence::NoMatch;
}

}  // namespace

WindowActions::WindowActions(QWidget* window) {
  addChatActions(window);
  beginGroup(WindowWords::tr("Reply"));
  stop = add(window, "stop", WindowWords::tr("Stop the reply"), {Qt::Key_Escape});
  answerNow =
      add(window, "answerNow", WindowWords::tr("End the thinking and answer"), {Qt::CTRL | Qt::Key_E});
  regenerate =
      add(window, "regenerate", WindowWords::tr("Another version of the last reply"), {Qt::CTRL | Qt::Key_R});
  continueReply = add(window, "continueReply", WindowWords::tr("Go on with the last reply"),
                      {Qt::ALT | Qt::Key_Return, Qt::ALT | Qt::Key_Enter});
  editLast =
      add(window, "editLast", WindowWords::tr("Edit the last question"), {Qt::CTRL | Qt::SHIFT | Qt::Key_E});
  previousVersion =
      add(window, "previousVersion", WindowWords::tr("Previous version"), {Qt::ALT | Qt::Key_Left});
  nextVersion = add(window, "nextVersion", WindowWords::tr("Next version"), {Qt::ALT | Qt::Key_Right});
  toggleThinking =
      add(window, "toggleThinking", WindowWords::tr("Unfold the last thinking"), {Qt::CTRL | Qt::Key_T});
  beginGroup(WindowWords::tr("Model"));
  chooseModel = add(window, "chooseModel", WindowWords::tr("Choose a model…"), {Qt::CTRL | Qt::Key_L});
  openModel = add(window, "openModel", WindowWords::tr("Open a model file…"), {Qt::CTRL | Qt::Key_O});
  unloadModel = add(window, "unloadModel", WindowWords::tr("Unload the model until the next question"),
                    {Qt::CTRL | Qt::SHIFT | Qt::Key_L});
  beginGroup(WindowWords::tr("View"));
  showChats = add(window, "showChats", WindowWords::tr("Show chats"), {Qt::CTRL | Qt::Key_B});
  showInspector = add(window, "showInspector", WindowWords::tr("Show inspector"), {Qt::CTRL | Qt::Key_I});
  showMemory = add(window, "showMemory", WindowWords::tr("Memory"), {Qt::CTRL | Qt::Key_M});
  showTimeline = add(window, "showTimeline", WindowWords::tr("Timeline of the memory"),
                     {Qt::CTRL | Qt::SHIFT | Qt::Key_M});
  showEvictions = add(window, "showEvictions", WindowWords::tr("What was evicted, and why"),
                      {Qt::CTRL | Qt::SHIFT | Qt::Key_D});
  showShades =
      add(window, "showShades", WindowWords::tr("Dim what the model no longer sees"), {Qt::CTRL | Qt::Key_D});
  showGeneration =
      add(window, "showGeneration", WindowWords::tr("Settings of this chat"), {Qt::CTRL | Qt::Key_G});
  comparePolicies = add(window, "comparePolicies", WindowWords::tr("Compare memory policies…"),
                        {Qt::CTRL | Qt::SHIFT | Qt::Key_P});
  saveTrace = add(window, "saveTrace", WindowWords::tr("Save a trace of the memory…"),
                  {Qt::CTRL | Qt::ALT | Qt::Key_S});
  openTrace = add(window, "openTrace", WindowWords::tr("Open a trace of a memory…"),
                  {Qt::CTRL | Qt::ALT | Qt::Key_O});
  closeTrace = add(window, "closeTrace", WindowWords::tr("Back from the trace to this engine"),
                   {Qt::CTRL | Qt::ALT | Qt::Key_W});
  zoomIn =
      add(window, "zoomIn", WindowWords::tr("Larger"), {Qt::CTRL | Qt::Key_Plus, Qt::CTRL | Qt::Key_Equal});
  zoomOut = add(window, "zoomOut", WindowWords::tr("Smaller"), {Qt::CTRL | Qt::Key_Minus});
  zoomReset = add(window, "zoomReset", WindowWords::tr("Own size"), {Qt::CTRL | Qt::Key_0});
  beginGroup(WindowWords::tr("Program"));
  showSettings = add(window, "showSettings", WindowWords::tr("Settings…"), {Qt::CTRL | Qt::Key_Comma});
  quit = add(window, "quit", WindowWords::tr("Quit"), {Qt::CTRL | Qt::Key_Q});
  beginGroup(WindowWords::tr("Help"));
  showKeys = add(window, "showKeys", WindowWords::tr("Keys"), {Qt::CTRL | Qt::Key_Slash});
  showDoctor = add(window, "showDoctor", WindowWords::tr("Check this computer…"), {Qt::Key_F1});
  showChats->setCheckable(true);
  showInspector->setCheckable(true);
  showShades->setCheckable(true);
  showSettings->setMenuRole(QAction::PreferencesRole);
  quit->setMenuRole(QAction::QuitRole);
}

void WindowActions::addChatActions(QWidget* window) {
  beginGroup(WindowWords::tr("Chat"));
  newChat = add(window, "newChat", WindowWords::tr("New chat"), {Qt::CTRL | Qt::Key_N});
  searchChats = add(window, "searchChats", WindowWords::tr("Search all chats"), {Qt::CTRL | Qt::Key_K});
  find = add(window, "find", WindowWords::tr("Find in this chat"), {Qt::CTRL | Qt::Key_F});
  attachFiles =
      add(window, "attachFiles", WindowWords::tr("Attach text files"), {Qt::CTRL | Qt::SHIFT | Qt::Key_A});
  undoDelete =
      add(window, "undoDelete", WindowWords::tr("Undo the last deletion"), {Qt::CTRL | Qt::ALT | Qt::Key_Z});
  showTrash = add(window, "showTrash", WindowWords::tr("Deleted chats…"), {Qt::CTRL | Qt::SHIFT | Qt::Key_T});
  importChats =
      add(window, "importChats", WindowWords::tr("Import chats…"), {Qt::CTRL | Qt::SHIFT | Qt::Key_O});
  exportChats =
      add(window, "exportChats", WindowWords::tr("Export all chats…"), {Qt::CTRL | Qt::SHIFT | Qt::Key_S});
  previousChat = add(window, "previousChat", WindowWords::tr("Previous chat"), {Qt::CTRL | Qt::Key_PageUp});
  nextChat = add(window, "nextChat", WindowWords::tr("Next chat"), {Qt::CTRL | Qt::Key_PageDown});
}

QAction* WindowActions::add(QWidget* window, const char* id, const QString& text,
                            const QList<QKeySequence>& keys) {
  auto* action = new QAction(text, window);
  action->setObjectName(QLatin1String(id));
  action->setShortcuts(keys);
  showKeysOf(*action);
  window->addAction(action);
  m_defaults.insert(action->objectName(), keys);
  all.append(action);
  groups.last().actions.append(action);
  return action;
}

void WindowActions::showKeysOf(QAction& action) {
  const QString keys = action.shortcut().toString(QKeySequence::NativeText);
  action.setToolTip(keys.isEmpty() ? action.text() : QStringLiteral("%1 (%2)").arg(action.text(), keys));
  setKeyHint(action.objectName(), keys);
}

void WindowActions::setKeys(const QHash<QString, QStringList>& chosen) {
  for (QAction* action : all) {
    const auto other = chosen.constFind(action->objectName());
    action->setShortcuts(other != chosen.cend() ? sequencesFrom(*other) : defaultKeys(*action));
    showKeysOf(*action);
  }
}

const QAction* WindowActions::conflictOf(const QKeySequence& keys, const QAction* except) const {
  if (keys.isEmpty()) return nullptr;
  for (const QAction* action : all) {
    if (action == except) continue;
    for (const QKeySequence& taken : action->shortcuts()) {
      if (collide(keys, taken)) return action;
    }
  }
  return nullptr;
}

void WindowActions::setTheme(const Theme& theme) {
  newChat->setIcon(lineIcon(QStringLiteral("plus"), theme.text));
  showChats->setIcon(lineIcon(QStringLiteral("panel-left"), theme.text));
  showInspector->setIcon(lineIcon(QStringLiteral("panel-right"), theme.text));
  showKeys->setIcon(lineIcon(QStringLiteral("keyboard"), theme.text));
  showSettings->setIcon(lineIcon(QStringLiteral("settings"), theme.text));
  chooseModel->setIcon(lineIcon(QStringLiteral("cpu"), theme.text));
  openModel->setIcon(lineIcon(QStringLiteral("folder-open"), theme.text));
}

QString keysText(const QList<QKeySequence>& keys) {
  QStringList texts;
  for (const QKeySequence& key : keys) texts << key.toString(QKeySequence::NativeText);
  return texts.join(WindowWords::tr(" or "));
}

}  // namespace zipage::ui
