// What is kept of prefixes on the disk, as plain values.
#pragma once

#include <QString>
#include <QVector>

namespace zipage::ui {

inline constexpr qint64 kEveryModel = -1;
inline constexpr qint64 kEveryChat = -1;

struct StoredChatItem {
  qint64 chat = 0;  // 0: of no chat in particular
  QString name;
  qint64 pages = 0;
  qint64 sequences = 0;  // that were compressed
  qint64 tokens = 0;
  qint64 numBytes = 0;
  qint64 lookups = 0;
  qint64 promptTokens = 0;  // of these lookups
  qint64 foundTokens = 0;   // of the prompts, in the pool or on the disk
  qint64 storedTokens = 0;  // of them, those from the disk
  QString verdict;          // why the last lookup found no more; empty: there was none
};

struct StoredModelItem {
  qint64 id = 0;
  QString name;
  qint64 numBytes = 0;
  QVector<StoredChatItem> chats;  // largest first
};

struct StorageReport {
  QVector<StoredModelItem> models;  // largest first
  qint64 numBytes = 0;
  qint64 budgetBytes = 0;
  qint64 freeBytes = 0;  // of the disk; negative: not known
  // Since the program started, prefixes:
  qint64 hits = 0;     // read
  qint64 misses = 0;   // asked for and gone
  qint64 damaged = 0;  // asked for and thrown away
  qint64 written = 0;
  qint64 bytesWritten = 0;
  qint64 notWritten = 0;  // for want of room, or over the limit of the rate
  qint64 evicted = 0;     // that made room for others
  QString problem;        // the last one; empty: none
};

}  // namespace zipage::ui
