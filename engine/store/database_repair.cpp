// Rows are read from the beginning until that fails, and then from the end until that fails: so what is lost
// is what lies in damaged pages and, where several are damaged, between them. A text that cannot be read
// loses its row.
#include "engine/store/database_repair.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include "engine/store/database.h"
#include "engine/store/database_file.h"
#include "engine/store/instance_lock.h"
#include "engine/store/migrations.h"
#include "engine/store/session_schema.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

fs::path withEnding(fs::path path, const std::string& ending) { return path += ending; }

/// The columns of a table, as far as this database knows it.
std::vector<std::string> columnsOf(const Database& database, const std::string& table) {
  std::vector<std::string> columns;
  auto names = database.prepare("SELECT name FROM pragma_table_info('" + table + "')");
  if (!names) return columns;
  for (Result<bool> row = names->step(); row && *row; row = names->step()) columns.push_back(names->text(0));
  return columns;
}

/// Those that both have, since an older database lacks some; and a placeholder for each.
struct SharedColumns {
  SharedColumns(const Database& from, const Database& to, const std::string& table) {
    const std::vector<std::string> known = columnsOf(to, table);
    for (const std::string& column : columnsOf(from, table)) {
      if (std::find(known.begin(), known.end(), column) == known.end()) continue;
      names += (count > 0 ? ", " : "") + column;
      places += (count > 0 ? ", ?" : "?") + std::to_string(count + 1);
      ++count;
    }
  }
  std::string names, places;
  int count = 0;
};

/// Copies rows one by one, from one end, until one cannot be found. What is there already stays. An error is
/// that of the disk that is written to.
Result<void> copyFromOneEnd(const Database& from, Database& to, const std::string& table,
                            const SharedColumns& columns, const char* order) {
  auto ids = from.prepare("SELECT id FROM " + table + " NOT INDEXED ORDER BY id " + order);
  if (!ids) return {};
  const std::string find = "SELECT " + columns.names + " FROM " + table + " WHERE id = ?1";
  const std::string keep =
      "INSERT OR IGNORE INTO " + table + " (" + columns.names + ") VALUES (" + columns.places + ")";
  for (Result<bool> row = ids->step(); row && *row; row = ids->step()) {
    // A row that cannot be read, or that breaks a rule of its table, is lost alone.
    auto found = from.prepare(find);
    const bool isReadable = found && found->bind(ids->integer(0)).step().value_or(false);
    if (!isReadable) continue;
    auto kept = to.prepare(keep).and_then(
        [&](Statement statement) { return statement.bindRow(*found, columns.count).run(); });
    if (!kept && kept.error().code == ErrorCode::Io) return kept;
  }
  return {};
}

Result<void> copyTable(const Database& from, Database& to, const std::string& table) {
  const SharedColumns columns(from, to, table);
  if (columns.count == 0) return {};  // the damaged file does not even know its tables
  return copyFromOneEnd(from, to, table, columns, "ASC").and_then([&] {
    return copyFromOneEnd(from, to, table, columns, "DESC");
  });
}

/// Messages whose chat was lost come back in one that says so.
Result<void> adoptMessages(Database& database) {
  return database.execute(
      "INSERT OR IGNORE INTO chats (id, title, created_ms, updated_ms, settings, draft)"
      " SELECT chat, 'Recovered chat', min(created_ms), max(created_ms), '{}', '' FROM messages"
      " WHERE chat NOT IN (SELECT id FROM chats) GROUP BY chat");
}

Result<void> copyRows(const Database& from, Database& to) {
  // Without foreign keys, so that messages come whose chat is lost.
  if (auto set = to.execute("PRAGMA foreign_keys = OFF"); !set) return set;
  auto transaction = Transaction::begin(to);
  if (!transaction) return tl::unexpected(transaction.error());
  for (const char* table : {"chats", "messages"}) {
    if (auto copied = copyTable(from, to, table); !copied) return copied;
  }
  // What was written before there was a chat for it; nothing to stop for when it is lost.
  const auto draft = from.queryText("SELECT draft FROM new_chat_draft");
  return to.run("UPDATE new_chat_draft SET draft = ?1", std::string_view(draft.value_or("")))
      .and_then([&] { return adoptMessages(to); })
      .and_then([&] { return transaction->commit(); });
}

Result<Database> emptyDatabase(const fs::path& file) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(withEnding(file, ending), ignored);
  return createPrivateFile(file).and_then([&] { return openDatabaseFile(file, sessionSchema(), false); });
}

/// The newest copy that a migration has left, if there is one that opens.
fs::path newestBackup(const fs::path& file) {
  for (std::int64_t version = sessionSchema().latestVersion(); version > 0; --version) {
    std::error_code ignored;
    if (fs::exists(backupFileFor(file, version), ignored)) return backupFileFor(file, version);
  }
  return {};
}

Result<void> count(const Database& database, RepairedDatabase& repaired) {
  const auto chats = database.queryInteger("SELECT count(*) FROM chats");
  const auto messages = database.queryInteger("SELECT count(*) FROM messages");
  if (!chats) return tl::unexpected(chats.error());
  if (!messages) return tl::unexpected(messages.error());
  repaired.numChats = *chats;
  repaired.numMessages = *messages;
  return {};
}

/// Refuses what is whole and not ours. A file that cannot even be asked is damaged.
Result<void> checkThatItIsOurs(const fs::path& file) {
  const auto database = Database::open(file);
  if (!database) return tl::unexpected(database.error());
  const auto version = identify(*database, sessionSchema());
  if (version || version.error().code == ErrorCode::Io) return version.map([](auto) {});
  const bool canBeRead = database->queryInteger("PRAGMA schema_version").has_value();
  if (canBeRead) return tl::unexpected(version.error());
  return {};
}

Result<void> moveAside(const fs::path& file, const fs::path& keptAs) {
  std::error_code error;
  fs::rename(file, keptAs, error);
  if (error) return failure(ErrorCode::Io, "cannot move " + file.string() + ": " + error.message());
  std::error_code ignored;
  for (const char* ending : {"-wal", "-shm"})
    fs::rename(withEnding(file, ending), withEnding(keptAs, ending), ignored);
  return {};
}

fs::path nameForDamaged(const fs::path& file) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return withEnding(
      file, ".damaged-" + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

}  // namespace

Result<RepairedDatabase> repairSessionDatabase(const fs::path& databaseFile) {
  const auto lock = InstanceLock::acquire(withEnding(databaseFile, "-lock"));
  if (!lock) return tl::unexpected(lock.error());
  if (!lock->wasAlone())
    return failure(ErrorCode::Io, databaseFile.string() + " is in use by another Zipage");
  if (auto ours = checkThatItIsOurs(databaseFile); !ours) return tl::unexpected(ours.error());
  RepairedDatabase repaired;
  repaired.keptAs = nameForDamaged(databaseFile);
  const fs::path unfinished = withEnding(databaseFile, ".repaired");
  auto done = [&]() -> Result<void> {
    auto database = emptyDatabase(unfinished);
    if (!database) return tl::unexpected(database.error());
    const auto damaged = Database::open(databaseFile);
    if (!damaged) return tl::unexpected(damaged.error());
    if (auto copied = copyRows(*damaged, *database); !copied) return copied;
    if (auto counted = count(*database, repaired); !counted) return counted;
    const fs::path backup = repaired.numChats == 0 ? newestBackup(databaseFile) : fs::path();
    if (!backup.empty()) {
      auto source = Database::open(backup);
      if (!source) return tl::unexpected(source.error());
      repaired.isFromBackup = true;
      if (auto copied = source->copyTo(*database); !copied) return copied;
      if (auto counted = count(*database, repaired); !counted) return counted;
    }
    return database->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }();
  if (done) done = moveAside(databaseFile, repaired.keptAs);
  if (!done) return tl::unexpected(done.error());
  std::error_code error;
  fs::rename(unfinished, databaseFile, error);
  if (error)
    return failure(ErrorCode::Io,
                   "cannot put " + databaseFile.string() + " into its place: " + error.message());
  return repaired;
}

}  // namespace zipage
