#pragma once

#include <QAbstractListModel>
#include <QVector>

#include "ui/models/model_values.h"

namespace zipage::ui {

/// Models to choose from: the embedded one, recent ones, found ones; only those that have every word of the
/// filter in their name or path.
class ModelListModel final : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role { DetailRole = Qt::UserRole, PathRole, ProblemRole, SectionRole };  // Section: first of its kind

  using QAbstractListModel::QAbstractListModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

  void setEntries(const QVector<ModelEntry>& entries);
  void setFilter(const QString& words);
  int rowOf(const QString& path) const;  // -1: not shown
  ModelEntry entry(int row) const { return m_shown.value(row); }

 private:
  bool isWanted(const ModelEntry& entry) const;
  void show();

  QVector<ModelEntry> m_entries;
  QVector<ModelEntry> m_shown;
  QStringList m_words;
};

}  // namespace zipage::ui
