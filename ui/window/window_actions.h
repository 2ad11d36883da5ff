#pragma once

#include <QHash>
#include <QKeySequence>
#include <QVector>
#include <QWidget>

#include "ui/theme/theme.h"

class QAction;

namespace zipage::ui {

/// What the window can do by menu and key. Each action has an id, its objectName(), under which settings keep
/// other keys for it.
struct WindowActions {
  struct Group {
    QString name;
    QVector<QAction*> actions;
  };

  explicit WindowActions(QWidget* window);
  void setTheme(const Theme& theme);

  /// Keys of the user's choice by action id, as QKeySequence::toString(PortableText) writes them; an empty
  /// list takes the keys away, an absent id means the keys it came with.
  void setKeys(const QHash<QString, QStringList>& chosen);
  QList<QKeySequence> defaultKeys(const QAction& action) const {
    return m_defaults.value(action.objectName());
  }
  /// The action that `keys` would collide with; null: none. `except` may have them already.
  const QAction* conflictOf(const QKeySequence& keys, const QAction* except) const;

  QVector<Group> groups;  // in the order of the menu
  QVector<QAction*> all;
  QAction* newChat;
  QAction* searchChats;
  QAction* find;
  QAction* stop;
  QAction* answerNow;
  QAction* regenerate;
  QAction* continueReply;
  QAction* editLast;
  QAction* previousVersion;
  QAction* nextVersion;
  QAction* attachFiles;
  QAction* undoDelete;
  QAction* showTrash;
  QAction* importChats;
  QAction* exportChats;
  QAction* previousChat;
  QAction* nextChat;
  QAction* toggleThinking;
  QAction* showChats;
  QAction* showInspector;
  QAction* showMemory;
  QAction* showTimeline;
  QAction* showEvictions;
  QAction* showShades;
  QAction* comparePolicies;
  QAction* saveTrace;
  QAction* openTrace;
  QAction* closeTrace;
  QAction* showGeneration;
  QAction* zoomIn;
  QAction* zoomOut;
  QAction* zoomReset;
  QAction* chooseModel;
  QAction* openModel;
  QAction* unloadModel;
  QAction* showSettings;
  QAction* showKeys;
  QAction* showDoctor;
  QAction* quit;

 private:
  void addChatActions(QWidget* window);
  QAction* add(QWidget* window, const char* id, const QString& text, const QList<QKeySequence>& keys);
  void beginGroup(const QString& name) { groups.append({name, {}}); }
  static void showKeysOf(QAction& action);

  QHash<QString, QList<QKeySequence>> m_defaults;
};

/// "Ctrl++ or Ctrl+=", in the user's language; empty without keys.
QString keysText(const QList<QKeySequence>& keys);

}  // namespace zipage::ui
