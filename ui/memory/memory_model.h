#pragma once

#include <QHash>
#include <QObject>
#include <QString>
#include <memory>
#include <optional>

#include "engine/trace/memory_history.h"
#include "ui/memory/memory_cursor.h"
#include "ui/memory/memory_report.h"
#include "ui/memory/owner_names.h"

namespace zipage::ui {

/// What the views of the memory show: all that is remembered, and the cursor they share.
class MemoryModel final : public QObject {
  Q_OBJECT

 public:
  explicit MemoryModel(QObject* parent = nullptr) : QObject(parent) {}

  MemoryCursor& cursor() { return m_cursor; }
  const MemoryCursor& cursor() const { return m_cursor; }
  /// What was opened, else what is going on.
  const MemoryHistory& history() const { return m_opened ? *m_opened : m_live; }
  const MemoryHistory& liveHistory() const { return m_live; }

  void beginSequence(RequestId request, OwnerId owner, TokenTexts prompt);
  void addToken(RequestId request, std::string_view bytes);
  /// This request writes that message, or goes on with it.
  void noteWriter(RequestId request, qint64 messageId);
  /// None: nobody did since the engine began.
  RequestId writerOf(qint64 messageId) const { return m_writers.value(messageId); }
  void take(const MemoryReport& report);
  /// Another engine begins.
  void clear();
  /// What was recorded at another time, in place of what is going on here, which goes on being remembered.
  void open(MemoryHistory history, OwnerNames names);
  void close();
  bool isOpened() const { return m_opened.has_value(); }

  void setOwnerNames(OwnerNames names) { m_names = std::move(names); }
  QString nameOf(OwnerId owner) const;  // never empty
  QString liveNameOf(OwnerId owner) const;
  QString nameOf(RequestId request) const;

  /// The time of the newest sample.
  Duration now() const;
  /// The cursor's, or now.
  Duration shownAt() const { return m_cursor.moment().value_or(now()); }
  /// The page map of that moment; null: none.
  std::shared_ptr<const CacheSnapshot> snapshot() const { return history().snapshotAt(shownAt()); }
  /// The request that the views are about while none is chosen: that of the reply that people look at. None:
  /// all.
  void setSubject(RequestId request);
  RequestId subject() const { return m_cursor.request() ? m_cursor.request() : m_subject; }
  /// The last compression of that moment, of the subject or of any; −1: none.
  std::int64_t compressionNumber() const;
  const CompressionEntry* compression() const { return history().compression(compressionNumber()); }
  /// The compression so many steps after the shown one, or before it, or as many as there are; of the
  /// subject, if there is one. −1: there is none.
  std::int64_t compressionAfter(int steps) const;
  /// To that compression. False: there is none.
  bool stepCompression(int steps);

  /// The text of a token for people: spaces stay, what is no character becomes U+FFFD.
  QString textOf(RequestId request, std::int32_t token) const;
  /// The word that this token is part of: whole tokens up to the spaces around it.
  QString wordAround(RequestId request, std::int32_t token) const;

 Q_SIGNALS:
  void changed();  // there is more, or all is different
  void openedChanged(bool isOpened);
  void writerNoted(qint64 messageId);

 private:
  MemoryHistory m_live;
  std::optional<MemoryHistory> m_opened;
  MemoryCursor m_cursor;
  QHash<qint64, RequestId> m_writers;
  RequestId m_subject;
  OwnerNames m_names;
  OwnerNames m_openedNames;
};

}  // namespace zipage::ui
