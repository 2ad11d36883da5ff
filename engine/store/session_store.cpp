#include "engine/store/session_store.h"

#include <chrono>
#include <limits>
#include <optional>
#include <system_error>

#include "engine/store/attachment_json.h"
#include "engine/store/database.h"
#include "engine/store/database_file.h"
#include "engine/store/instance_lock.h"
#include "engine/store/message_row.h"
#include "engine/store/read_rows.h"
#include "engine/store/session_schema.h"
#include "engine/store/session_search.h"
#include "engine/store/storable_text.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

/// Ids that one open store may hand out: more than anyone writes in a session, and enough for 2^43 sessions.
constexpr std::int64_t kIdsPerStore = std::int64_t{1} << 20;

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool isStorable(std::uint64_t id) {
  return id > 0 && id <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

fs::path lockFileOf(fs::path databaseFile) { return databaseFile += "-lock"; }

/// Nobody is writing these any more: whoever was has ended without saying so.
Result<void> interruptStreaming(Database& database) {
  return database.run("UPDATE messages SET state = ?1 WHERE state = ?2",
                      static_cast<std::int64_t>(MessageState::Interrupted),
                      static_cast<std::int64_t>(MessageState::Streaming));
}

/// The first of kIdsPerStore ids that no other store will hand out.
Result<std::int64_t> reserveIds(Database& database) {
  const auto highest = database.queryInteger(
      "SELECT max((SELECT highest FROM id_reservation), (SELECT coalesce(max(id), 0) FROM chats),"
      " (SELECT coalesce(max(id), 0) FROM messages))");
  if (!highest) return highest;
  return database.run("UPDATE id_reservation SET highest = ?1", *highest + kIdsPerStore).map([&] {
    return *highest + 1;
  });
}

Result<std::int64_t> startSession(Database& database, bool isAlone) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return tl::unexpected(transaction.error());
  if (isAlone) {
    if (auto interrupted = interruptStreaming(database); !interrupted)
      return tl::unexpected(interrupted.error());
  }
  const auto firstId = reserveIds(database);
  if (!firstId) return firstId;
  return transaction->commit().map([&] { return *firstId; });
}

ChatRecord readChat(const Statement& row) {
  ChatRecord chat;
  chat.id.value = static_cast<std::uint64_t>(row.integer(0));
  chat.title = row.text(1);
  chat.createdMs = row.integer(2);
  chat.updatedMs = row.integer(3);
  chat.draft = {row.text(4), attachmentsFromJson(row.text(8))};
  chat.settings = row.text(5);
  chat.isPinned = row.integer(6) != 0;
  chat.tip.value = static_cast<std::uint64_t>(row.integer(7));
  return chat;
}

constexpr const char* kSelectChatsSql =
    "SELECT id, title, created_ms, updated_ms, draft, settings, pinned, tip, draft_attachments, deleted_ms"
    " FROM chats ";

}  // namespace

struct SessionStore::State {
  std::optional<InstanceLock> lock;  // released after the database is closed; none: it only reads
  Database database;
  std::uint64_t nextId = 1;
  std::optional<Transaction> transaction;

  void noteId(std::uint64_t id) { nextId = id >= nextId ? id + 1 : nextId; }
  /// What `changed` says; NotFound when it went well and met no chat.
  Result<void> requireChat(ChatId chat, Result<void> changed) const {
    if (!changed || database.numChanged() > 0) return changed;
    return failure(ErrorCode::NotFound,
                   database.fileName() + ": there is no chat " + std::to_string(chat.value));
  }
  Result<void> setDeleted(const std::vector<MessageId>& messages, std::optional<std::int64_t> deletedMs) {
    std::string ids = "[";
    for (const MessageId message : messages)
      ids += (ids.size() > 1 ? "," : "") + std::to_string(message.value);
    ids += "]";
    return database.run("UPDATE messages SET deleted_ms = ?2 WHERE id IN (SELECT value FROM json_each(?1))",
                        std::string_view(ids), deletedMs);
  }
};

Result<std::unique_ptr<SessionStore>> SessionStore::open(const fs::path& databaseFile) {
  // Absolute: SQLite reads some relative names as something else than a file.
  std::error_code error;
  const fs::path file = fs::absolute(databaseFile, error);
  if (error) return failure(ErrorCode::Io, databaseFile.string() + ": " + error.message());
  if (auto made = createPrivateFolder(file.parent_path()); !made) return tl::unexpected(made.error());
  auto lock = InstanceLock::acquire(lockFileOf(file));
  if (!lock) return tl::unexpected(lock.error());
  if (auto made = createPrivateFile(file); !made) return tl::unexpected(made.error());
  auto database = openDatabaseFile(file, sessionSchema(), !lock->wasAlone());
  if (!database) return tl::unexpected(database.error());
  const auto firstId = startSession(*database, lock->wasAlone());
  if (!firstId) return tl::unexpected(firstId.error());
  if (auto finished = lock->finishOpening(); !finished) return tl::unexpected(finished.error());
  return std::unique_ptr<SessionStore>(new SessionStore(std::unique_ptr<State>(new State{
      std::move(*lock), std::move(*database), static_cast<std::uint64_t>(*firstId), std::nullopt})));
}

Result<std::unique_ptr<SessionStore>> SessionStore::openReader() const {
  auto database = Database::open(m_state->database.fileName());
  if (!database) return tl::unexpected(database.error());
  if (auto set = database->execute("PRAGMA query_only = ON"); !set) return tl::unexpected(set.error());
  return std::unique_ptr<SessionStore>(new SessionStore(
      std::unique_ptr<State>(new State{std::nullopt, std::move(*database), m_state->nextId, std::nullopt})));
}

SessionStore::SessionStore(std::unique_ptr<State> state) : m_state(std::move(state)) {}

SessionStore::~SessionStore() = default;

Result<std::vector<ChatRecord>> SessionStore::chats() const {
  return m_state->database
      .prepare(std::string(kSelectChatsSql) + "WHERE deleted_ms IS NULL ORDER BY updated_ms DESC, id DESC")
      .and_then([](Statement statement) {
        return readAll<ChatRecord>(std::move(statement),
                                   [](const Statement& row) { return Result<ChatRecord>(readChat(row)); });
      });
}

Result<std::vector<TrashedChat>> SessionStore::trashedChats() const {
  return m_state->database
      .prepare(std::string(kSelectChatsSql) +
               "WHERE deleted_ms IS NOT NULL ORDER BY deleted_ms DESC, id DESC")
      .and_then([](Statement statement) {
        return readAll<TrashedChat>(std::move(statement), [](const Statement& row) {
          return Result<TrashedChat>(TrashedChat{readChat(row), row.integer(9)});
        });
      });
}

Result<std::vector<ChatId>> SessionStore::chatIds() const {
  return m_state->database.prepare("SELECT id FROM chats").and_then([](Statement statement) {
    return readAll<ChatId>(std::move(statement), [](const Statement& row) {
      return Result<ChatId>(ChatId{static_cast<std::uint64_t>(row.integer(0))});
    });
  });
}

Result<std::vector<MessageRecord>> SessionStore::messages(ChatId chat) const {
  return m_state->database.prepare(kSelectMessagesSql).and_then([&](Statement statement) {
    statement.bind(static_cast<std::int64_t>(chat.value));
    return readAll<MessageRecord>(std::move(statement), readMessage);
  });
}

Result<std::vector<SearchHit>> SessionStore::search(std::string_view query) const {
  return searchSessions(m_state->database, query);
}

Result<std::uint64_t> SessionStore::nextId() const { return m_state->nextId; }

Result<void> SessionStore::saveChat(const ChatRecord& chat) {
  if (!isStorable(chat.id.value))
    return failure(ErrorCode::InvalidArgument, "a chat without an id cannot be saved");
  const std::string title = storableText(chat.title);
  const std::string draft = storableText(chat.draft.text);
  const std::string settings = storableText(chat.settings);
  const std::string attachments = attachmentsToJson(chat.draft.attachments);
  const auto tip =
      chat.tip ? std::optional(static_cast<std::int64_t>(chat.tip.value)) : std::optional<std::int64_t>();
  m_state->noteId(chat.id.value);
  return m_state->database.run(
      "INSERT INTO chats (id, title, created_ms, updated_ms, draft, settings, pinned, tip, draft_attachments)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
      " ON CONFLICT (id) DO UPDATE SET title = excluded.title, created_ms = excluded.created_ms,"
      " updated_ms = excluded.updated_ms, draft = excluded.draft, settings = excluded.settings,"
      " pinned = excluded.pinned, tip = excluded.tip, draft_attachments = excluded.draft_attachments",
      static_cast<std::int64_t>(chat.id.value), std::string_view(title), chat.createdMs, chat.updatedMs,
      std::string_view(draft), std::string_view(settings), std::int64_t{chat.isPinned}, tip,
      std::string_view(attachments));
}

Result<void> SessionStore::saveMessage(const MessageRecord& message) {
  if (!isStorable(message.id.value)) {
    return failure(ErrorCode::InvalidArgument, "a message without an id cannot be saved");
  }
  m_state->noteId(message.id.value);
  return writeMessage(m_state->database, message);
}

Result<Draft> SessionStore::newChatDraft() const {
  return m_state->database.prepare("SELECT draft, attachments FROM new_chat_draft")
      .and_then([](Statement statement) -> Result<Draft> {
        const auto found = statement.step();
        if (!found) return tl::unexpected(found.error());
        return *found ? Draft{statement.text(0), attachmentsFromJson(statement.text(1))} : Draft{};
      });
}

Result<void> SessionStore::saveNewChatDraft(const Draft& draft) {
  const std::string text = storableText(draft.text);
  const std::string attachments = attachmentsToJson(draft.attachments);
  return m_state->database.run("UPDATE new_chat_draft SET draft = ?1, attachments = ?2",
                               std::string_view(text), std::string_view(attachments));
}

Result<void> SessionStore::deleteChat(ChatId chat) {
  return m_state->requireChat(
      chat, m_state->database.run("UPDATE chats SET deleted_ms = coalesce(deleted_ms, ?2) WHERE id = ?1",
                                  static_cast<std::int64_t>(chat.value), nowMs()));
}

Result<void> SessionStore::restoreChat(ChatId chat) {
  return m_state->requireChat(chat, m_state->database.run("UPDATE chats SET deleted_ms = NULL WHERE id = ?1",
                                                          static_cast<std::int64_t>(chat.value)));
}

Result<void> SessionStore::deleteMessages(const std::vector<MessageId>& messages) {
  return m_state->setDeleted(messages, nowMs());
}

Result<void> SessionStore::restoreMessages(const std::vector<MessageId>& messages) {
  return m_state->setDeleted(messages, std::nullopt);
}

Result<void> SessionStore::emptyTrash(std::int64_t deletedBeforeMs) {
  return m_state->database.run("DELETE FROM messages WHERE deleted_ms < ?1", deletedBeforeMs).and_then([&] {
    return m_state->database.run("DELETE FROM chats WHERE deleted_ms < ?1", deletedBeforeMs);
  });
}

Result<void> SessionStore::begin() {
  auto transaction = Transaction::begin(m_state->database);
  if (!transaction) return tl::unexpected(transaction.error());
  m_state->transaction.emplace(std::move(*transaction));
  return {};
}

Result<void> SessionStore::commit() {
  if (!m_state->transaction) return failure(ErrorCode::InvalidArgument, "there is no transaction to commit");
  Result<void> committed = m_state->transaction->commit();
  m_state->transaction.reset();
  return committed;
}

void SessionStore::rollBack() { m_state->transaction.reset(); }

}  // namespace zipage
