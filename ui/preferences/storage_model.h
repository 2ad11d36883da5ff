#pragma once

#include <QAbstractItemModel>

#include "ui/preferences/storage_values.h"

namespace zipage::ui {

/// Models, and below each its chats, with what is kept of them.
class StorageModel final : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { Name, Bytes, Tokens, Reused, Verdict, NumColumns };

  using QAbstractItemModel::QAbstractItemModel;

  void setModels(const QVector<StoredModelItem>& models);
  qint64 modelAt(const QModelIndex& index) const;
  qint64 chatAt(const QModelIndex& index) const;  // kEveryChat: a model's row

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVector<StoredModelItem> m_models;
};

}  // namespace zipage::ui
