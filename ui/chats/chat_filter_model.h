#pragma once

#include <QHash>
#include <QSortFilterProxyModel>
#include <optional>

#include "ui/chat_values.h"

namespace zipage::ui {

class ChatListModel;

/// What a chat must be to be listed.
struct ChatFilter {
  bool isPinned = false;
  bool hasReasoning = false;
  bool isRunning = false;
  int lastDays = 0;  // 0: whenever
  QString model;     // empty: any
  bool isOn() const { return isPinned || hasReasoning || isRunning || lastDays > 0 || !model.isEmpty(); }
  bool operator==(const ChatFilter&) const = default;
};

/// The chats that are listed: those that the filter lets through and, while something is searched for, hold
/// it.
class ChatFilterModel final : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  explicit ChatFilterModel(ChatListModel& chats, QObject* parent = nullptr);

  void setFilter(const ChatFilter& filter);
  const ChatFilter& filter() const { return m_filter; }
  void setHits(const QVector<ChatHit>& hits);
  void clearHits();
  bool isSearching() const { return m_hits.has_value(); }
  /// Null: nothing is searched for, or not found there.
  const ChatHit* hitAt(int row) const;
  qint64 chatAt(int row) const;  // 0: no such row
  int rowOf(qint64 chatId) const;

 protected:
  bool filterAcceptsRow(int sourceRow, const QModelIndex& sourceParent) const override;

 private:
  ChatListModel& m_chats;
  ChatFilter m_filter;
  std::optional<QHash<qint64, ChatHit>> m_hits;  // by chat; none: nothing is searched for
};

}  // namespace zipage::ui
