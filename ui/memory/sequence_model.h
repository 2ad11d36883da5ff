#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/memory/owner_names.h"
#include "ui/theme/owner_colors.h"

namespace zipage::ui {

/// The sequences that hold pages, a row each.
class SequenceModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Chat, Pages, Live, Budget, Compressions, NumColumns };

  explicit SequenceModel(OwnerColors& colors, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  void setOwnerNames(OwnerNames names) { m_names = std::move(names); }
  void setDark(bool isDark);
  void setSequences(const std::vector<SequenceSnapshot>& sequences);

 private:
  QString cellText(const SequenceSnapshot& sequence, int column) const;
  static QString memoryOf(const SequenceSnapshot& sequence);
  QString describe(const SequenceSnapshot& sequence) const;

  OwnerColors& m_colors;
  OwnerNames m_names;
  std::vector<SequenceSnapshot> m_sequences;
  bool m_isDark = false;
};

}  // namespace zipage::ui
