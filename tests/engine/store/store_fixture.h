// Folders, records and comparisons that the store's tests share.
#pragma once

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/store/database.h"
#include "engine/store/session_store.h"

/// Stops the test with the error's message when `result` holds none of what was asked for.
#define REQUIRE_OK(result)                                               \
  do {                                                                   \
    const auto& outcome = (result);                                      \
    if (!outcome) QFAIL(("failed: " + outcome.error().message).c_str()); \
  } while (false)

namespace zipage::testing {

inline const std::string kReplacement = "\xEF\xBF\xBD";

/// A folder of its own with a database in it; gone at the end.
class StoreFolder {
 public:
  std::filesystem::path path() const { return m_folder.path().toStdString(); }
  std::filesystem::path file() const { return path() / "zipage.db"; }
  /// Null, with a line in the log, when it fails.
  std::unique_ptr<SessionStore> open() const {
    auto store = SessionStore::open(file());
    if (!store) qWarning("%s", store.error().message.c_str());
    return store ? std::move(*store) : nullptr;
  }

 private:
  QTemporaryDir m_folder;
};

inline ChatRecord chatRecord(std::uint64_t id, const std::string& title = "A chat") {
  ChatRecord chat;
  chat.id = ChatId{id};
  chat.title = title;
  chat.createdMs = chat.updatedMs = static_cast<std::int64_t>(id);
  chat.settings = "{}";
  return chat;
}

inline MessageRecord messageRecord(std::uint64_t id, std::uint64_t chat, const std::string& text,
                                   MessageState state = MessageState::Complete) {
  MessageRecord message;
  message.id = MessageId{id};
  message.chat = ChatId{chat};
  message.role = MessageRole::Assistant;
  message.state = state;
  message.text = text;
  return message;
}

inline std::vector<MessageRecord> messagesOf(const SessionStore& store, std::uint64_t chat) {
  return store.messages(ChatId{chat}).value_or(std::vector<MessageRecord>());
}

/// The only message of a chat; an empty record where there is not exactly one.
inline MessageRecord onlyMessage(const SessionStore& store, std::uint64_t chat) {
  const auto messages = messagesOf(store, chat);
  return messages.size() == 1 ? messages.front() : MessageRecord();
}

inline QList<qulonglong> chatIds(const SessionStore& store) {
  QList<qulonglong> ids;
  for (const ChatRecord& chat : store.chats().value_or(std::vector<ChatRecord>())) ids.append(chat.id.value);
  return ids;
}

inline QList<qulonglong> found(const SessionStore& store, const std::string& query) {
  const auto hits = store.search(query);
  if (!hits) return {qulonglong(-1)};
  QList<qulonglong> ids;
  for (const SearchHit& hit : *hits) ids.append(hit.chat.value);
  return ids;
}

inline QByteArray bytesOf(const std::filesystem::path& file) {
  QFile opened(QString::fromStdString(file.string()));
  return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray("cannot be read");
}

inline bool writeBytes(const std::filesystem::path& file, const QByteArray& bytes) {
  QFile opened(QString::fromStdString(file.string()));
  return opened.open(QIODevice::WriteOnly) && opened.write(bytes) == bytes.size();
}

inline std::filesystem::perms modeOf(const std::filesystem::path& path) {
  return std::filesystem::status(path).permissions() & std::filesystem::perms::all;
}

/// "ok" when every page, index and row agrees and the search index holds exactly the texts of the tables.
/// Needs a database without streaming messages.
inline std::string integrityOf(const std::filesystem::path& file) {
  auto database = Database::open(file);
  if (!database) return database.error().message;
  const auto finding = database->queryText("PRAGMA integrity_check");
  if (!finding) return finding.error().message;
  for (const std::string table : {"chat_search", "message_search"}) {
    const auto agrees =
        database->run("INSERT INTO " + table + "(" + table + ", rank) VALUES ('integrity-check', 1)");
    if (!agrees) return table + ": " + agrees.error().message;
  }
  return *finding;
}

}  // namespace zipage::testing
