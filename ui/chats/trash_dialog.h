#pragma once

#include <QDialog>

#include "ui/chat_values.h"

class QLabel;
class QPushButton;
class QTreeWidget;

namespace zipage::ui {

/// The chats that were deleted: to bring back, or to erase for good. Stays open beside the window.
class TrashDialog final : public QDialog {
  Q_OBJECT

 public:
  explicit TrashDialog(QWidget* parent);

  void setChats(const QVector<TrashItem>& chats);

 Q_SIGNALS:
  void restoreRequested(qint64 chatId);
  void emptyRequested();  // after it was confirmed

 private:
  void makeTable();
  void restoreChosen();
  void askBeforeErasing();
  void updateButtons();

  QTreeWidget* m_table;
  QLabel* m_hint;
  QPushButton* m_restore;
  QPushButton* m_erase;
};

}  // namespace zipage::ui
