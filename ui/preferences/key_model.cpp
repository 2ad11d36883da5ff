#include "ui/preferences/key_model.h"

#include <QAction>

#include "ui/window/window_actions.h"

namespace zipage::ui {

KeyModel::KeyModel(const WindowActions& actions, QObject* parent)
    : QAbstractTableModel(parent), m_actions(actions) {}

int KeyModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_actions.all.size());
}

int KeyModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : NumColumns; }

const QAction* KeyModel::action(int row) const { return m_actions.all.value(row); }

QVariant KeyModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  if (role != Qt::DisplayRole) return {};
  const QAction* action = m_actions.all[index.row()];
  if (index.column() == Action) return action->text();
  return action->shortcuts().isEmpty() ? tr("none") : keysText(action->shortcuts());
}

QVariant KeyModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
  return section == Action ? tr("Action") : tr("Keys");
}

void KeyModel::noteKeysChanged() { Q_EMIT dataChanged(index(0, Keys), index(rowCount() - 1, Keys)); }

}  // namespace zipage::ui
