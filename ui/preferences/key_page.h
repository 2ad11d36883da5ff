#pragma once

#include <QHash>
#include <QStringList>
#include <QWidget>

class QAction;
class QKeySequence;
class QKeySequenceEdit;
class QLabel;
class QPushButton;
class QTreeView;

namespace zipage::ui {

class KeyModel;
struct WindowActions;

/// Other keys for the actions of the window. Keys that mean something already are refused.
class KeyPage final : public QWidget {
  Q_OBJECT

 public:
  explicit KeyPage(const WindowActions& actions, QWidget* parent = nullptr);

  void setKeys(const QHash<QString, QStringList>& keys);

 Q_SIGNALS:
  void keysChosen(const QHash<QString, QStringList>& keys);

 private:
  QLayout* makeEditor();
  void take(const QKeySequence& keys);
  void giveDefaults();
  void choose(const QHash<QString, QStringList>& keys);
  void showChosen();
  const QAction* chosen() const;

  const WindowActions& m_actions;
  KeyModel* m_model;
  QTreeView* m_table;
  QKeySequenceEdit* m_edit;
  QPushButton* m_none;
  QPushButton* m_reset;
  QPushButton* m_resetAll;
  QLabel* m_answer;
  QHash<QString, QStringList> m_keys;  // other than an action came with
};

}  // namespace zipage::ui
