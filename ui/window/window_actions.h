#pragma once

#include <QVector>
#include <QWidget>

#include "ui/theme/theme.h"

class QAction;

namespace zipage::ui {

/// What the window can do by key, in the order of the list of keys.
struct WindowActions {
  explicit WindowActions(QWidget* window);
  void setTheme(const Theme& theme);

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
  QAction* importChats;
  QAction* exportChats;
  QAction* previousChat;
  QAction* nextChat;
  QAction* showChats;
  QAction* showInspector;
  QAction* chooseModel;
  QAction* showSettings;
  QAction* toggleThinking;
  QAction* zoomIn;
  QAction* zoomOut;
  QAction* zoomReset;
  QAction* showKeys;
  QAction* quit;

 private:
  QAction* add(QWidget* window, const QString& text, const QList<QKeySequence>& keys);
};

}  // namespace zipage::ui
