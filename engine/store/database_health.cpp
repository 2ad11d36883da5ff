#include "engine/store/database_health.h"

#include <sqlite3.h>

#include <system_error>

#include "engine/store/database.h"
#include "engine/store/session_schema.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

using State = DatabaseHealth::State;

std::int64_t bytesOf(const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

State stateFor(const Error& error) {
  switch (error.code) {
    case ErrorCode::InvalidFile:
      return State::Damaged;
    case ErrorCode::Unsupported:
      return State::Newer;
    default:
      return State::Unreadable;
  }
}

DatabaseHealth& note(DatabaseHealth& health, State state, std::string finding) {
  health.state = state;
  health.finding = std::move(finding);
  return health;
}

/// The first finding of SQLite's own checks; empty: none.
Result<std::string> damageIn(const Database& database) {
  return database.queryText("PRAGMA integrity_check(1)")
      .and_then([&](const std::string& pages) -> Result<std::string> {
        if (pages != "ok") return pages;
        return database.queryInteger("SELECT count(*) FROM pragma_foreign_key_check")
            .map([](std::int64_t orphans) {
              return orphans == 0 ? std::string() : std::to_string(orphans) + " rows belong to nothing";
            });
      });
}

void examineOpened(const Database& database, const Schema& schema, DatabaseHealth& health) {
  const auto version = identify(database, schema);
  if (!version) {
    note(health, stateFor(version.error()), version.error().message);
    return;
  }
  health.version = *version;
  const auto damage = damageIn(database);
  if (!damage) {
    note(health, stateFor(damage.error()), damage.error().message);
  } else if (!damage->empty()) {
    note(health, State::Damaged, *damage);
  } else {
    note(health, *version < schema.latestVersion() ? State::Older : State::Good, {});
  }
}

}  // namespace

DatabaseHealth examineDatabase(const fs::path& file, const Schema& schema) {
  DatabaseHealth health;
  std::error_code error;
  if (!fs::exists(file, error)) {
    if (error) note(health, State::Unreadable, error.message());
    return health;
  }
  health.bytes = bytesOf(file) + bytesOf(file.string() + "-wal");
  const auto database = Database::open(file);
  if (!database) return note(health, stateFor(database.error()), database.error().message);
  examineOpened(*database, schema, health);
  return health;
}

DatabaseHealth examineChats(const fs::path& file) {
  DatabaseHealth health = examineDatabase(file, sessionSchema());
  if (health.state != State::Good) return health;
  if (const auto database = Database::open(file)) {
    health.numChats =
        database->queryInteger("SELECT count(*) FROM chats WHERE deleted_ms IS NULL").value_or(0);
    health.numMessages = database->queryInteger("SELECT count(*) FROM messages").value_or(0);
  }
  return health;
}

std::string sqliteVersion() { return sqlite3_libversion(); }

}  // namespace zipage
