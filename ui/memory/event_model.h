#pragma once

#include <QAbstractTableModel>
#include <deque>

#include "ui/memory/memory_model.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// What happened to memory, a row each, oldest first; as many as the history remembers.
class EventModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Kind, Chat, Detail, NumColumns };

  EventModel(MemoryModel& model, OwnerColors& colors, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  void setTheme(const Theme& theme);
  const MemoryEvent& at(int row) const { return m_events[static_cast<std::size_t>(row)]; }
  /// The last row at this moment or before; −1: none.
  int rowAt(Duration moment) const;
  /// All rows as lines of tab-separated values, with a header.
  QString table() const;

 private:
  void follow();
  QString text(const MemoryEvent& event, int column) const;

  MemoryModel& m_model;
  OwnerColors& m_colors;
  Theme m_theme;
  std::deque<MemoryEvent> m_events;  // as the views know them
  std::int64_t m_first = 0;          // the number of the first in the history
};

}  // namespace zipage::ui
