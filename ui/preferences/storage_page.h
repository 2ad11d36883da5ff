#pragma once

#include <QWidget>

#include "ui/preferences/storage_values.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTreeView;

namespace zipage::ui {

class StorageModel;

/// What is kept of chats on the disk so that they need not be read again: how much it may be, what there is,
/// why it was not of use, and buttons to throw it away. Nothing here is lost that cannot be computed again.
class StoragePage final : public QWidget {
  Q_OBJECT

 public:
  explicit StoragePage(QWidget* parent = nullptr);

  void setBudget(int gibibytes);  // reports nothing
  void setReport(const StorageReport& report);

 Q_SIGNALS:
  void budgetChosen(int gibibytes);
  /// The page is shown.
  void reportRequested();
  void clearRequested(qint64 model, qint64 chat);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QLayout* makeBudgetRow();
  QLayout* makeButtons();
  void showChosen();

  StorageModel* m_model;
  QComboBox* m_budget;
  QLabel* m_summary;
  QLabel* m_figures;
  QTreeView* m_table;
  QPushButton* m_clear;
  QPushButton* m_clearAll;
  bool m_isShowing = false;
};

}  // namespace zipage::ui
