#pragma once

#include <QAbstractTableModel>

class QAction;

namespace zipage::ui {

struct WindowActions;

/// The actions of the window and their keys.
class KeyModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Action, Keys, NumColumns };

  /// `actions` outlive the model.
  explicit KeyModel(const WindowActions& actions, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  const QAction* action(int row) const;
  void noteKeysChanged();

 private:
  const WindowActions& m_actions;
};

}  // namespace zipage::ui
