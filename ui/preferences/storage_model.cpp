// Invariant: a model's row has the internal id 0, a chat's the number of its model's row plus one.
#include "ui/preferences/storage_model.h"

#include <QLocale>

#include "ui/theme/byte_text.h"

namespace zipage::ui {

namespace {

QString reusedText(const StoredChatItem& chat) {
  if (chat.promptTokens <= 0) return {};
  return StorageModel::tr("%1 %").arg(100 * chat.foundTokens / chat.promptTokens);
}

QString tipOf(const StoredChatItem& chat) {
  const QLocale locale;
  QStringList lines{
      StorageModel::tr("%1 pages and %2 compressed sequences are kept.")
          .arg(locale.toString(chat.pages), locale.toString(chat.sequences)),
      StorageModel::tr("Asked %1 times: of %2 tokens of prompts, %3 were found, %4 of them on the disk.")
          .arg(locale.toString(chat.lookups), locale.toString(chat.promptTokens),
               locale.toString(chat.foundTokens), locale.toString(chat.storedTokens))};
  if (!chat.verdict.isEmpty()) lines << StorageModel::tr("The last time: %1").arg(chat.verdict);
  return lines.join(QLatin1Char('\n'));
}

QVariant textOf(const StoredChatItem& chat, int column) {
  switch (column) {
    case StorageModel::Name:
      return chat.name;
    case StorageModel::Bytes:
      return bytesText(chat.numBytes);
    case StorageModel::Tokens:
      return QLocale().toString(chat.tokens);
    case StorageModel::Reused:
      return reusedText(chat);
    case StorageModel::Verdict:
      return chat.verdict;
    default:
      return {};
  }
}

/// All chats of a model together.
StoredChatItem sumOf(const StoredModelItem& model) {
  StoredChatItem sum;
  sum.name = model.name;
  sum.numBytes = model.numBytes;
  for (const StoredChatItem& chat : model.chats) {
    sum.pages += chat.pages;
    sum.sequences += chat.sequences;
    sum.tokens += chat.tokens;
    sum.lookups += chat.lookups;
    sum.promptTokens += chat.promptTokens;
    sum.foundTokens += chat.foundTokens;
    sum.storedTokens += chat.storedTokens;
  }
  return sum;
}

}  // namespace

void StorageModel::setModels(const QVector<StoredModelItem>& models) {
  beginResetModel();
  m_models = models;
  endResetModel();
}

qint64 StorageModel::modelAt(const QModelIndex& index) const {
  const QModelIndex model = index.internalId() == 0 ? index : parent(index);
  return m_models.at(model.row()).id;
}

qint64 StorageModel::chatAt(const QModelIndex& index) const {
  if (index.internalId() == 0) return kEveryChat;
  return m_models.at(parent(index).row()).chats.at(index.row()).chat;
}

QModelIndex StorageModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : 0);
}

QModelIndex StorageModel::parent(const QModelIndex& child) const {
  if (!child.isValid() || child.internalId() == 0) return {};
  return createIndex(static_cast<int>(child.internalId()) - 1, 0, static_cast<quintptr>(0));
}

int StorageModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(m_models.size());
  if (parent.internalId() != 0 || parent.column() != 0) return 0;
  return static_cast<int>(m_models.at(parent.row()).chats.size());
}

int StorageModel::columnCount(const QModelIndex&) const { return NumColumns; }

QVariant StorageModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (role == Qt::TextAlignmentRole && index.column() > Name && index.column() < Verdict)
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
  const StoredChatItem chat = index.internalId() == 0
                                  ? sumOf(m_models.at(index.row()))
                                  : m_models.at(parent(index).row()).chats.at(index.row());
  return role == Qt::ToolTipRole ? QVariant(tipOf(chat)) : textOf(chat, index.column());
}

QVariant StorageModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && section > Name && section < Verdict)
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  const QString names[] = {tr("Model and chat"), tr("On disk"), tr("Tokens"), tr("Reused"),
                           tr("Why not more, the last time")};
  return section < NumColumns ? names[section] : QVariant();
}

}  // namespace zipage::ui
