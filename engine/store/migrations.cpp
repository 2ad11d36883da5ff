#include "engine/store/migrations.h"

#include <string>
#include <system_error>

#include "engine/store/database_file.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

Result<std::int64_t> versionOf(const Database& database) {
  return database.queryInteger("PRAGMA user_version");
}

/// Writes the copy under another name first, so that what bears the name of a backup is always whole.
Result<void> backUp(const Database& database, std::int64_t version) {
  const fs::path backup = backupFileFor(database.fileName(), version);
  fs::path unfinished = backup;
  unfinished += ".part";
  std::error_code error;
  fs::remove(unfinished, error);
  Result<void> copied = createPrivateFile(unfinished)
                            .and_then([&] { return Database::open(unfinished); })
                            .and_then([&](Database target) { return database.copyTo(target); });
  if (copied) fs::rename(unfinished, backup, error);
  if (copied && !error) return {};
  const std::string reason = copied ? error.message() : copied.error().message;
  fs::remove(unfinished, error);
  return failure(ErrorCode::Io,
                 "cannot keep a copy before bringing the database to a newer version: " + reason);
}

/// True: a step was made. The version is read inside the transaction, so that nobody else makes the same
/// step.
Result<bool> migrateOneStep(Database& database, const Schema& schema) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto version = versionOf(database);
  if (!version) return tl::unexpected(version.error());
  if (*version >= schema.latestVersion()) return false;
  const std::string numbers = "PRAGMA application_id = " + std::to_string(schema.applicationId) +
                              "; PRAGMA user_version = " + std::to_string(*version + 1);
  return database.execute(schema.migrations[static_cast<std::size_t>(*version)])
      .and_then([&] { return database.execute(numbers); })
      .and_then([&] { return transaction->commit(); })
      .map([] { return true; });
}

}  // namespace

Result<std::int64_t> identify(const Database& database, const Schema& schema) {
  const auto applicationId = database.queryInteger("PRAGMA application_id");
  const auto version = versionOf(database);
  const auto numObjects = database.queryInteger("SELECT count(*) FROM sqlite_schema");
  for (const auto* value : {&applicationId, &version, &numObjects}) {
    if (!*value) return tl::unexpected(value->error());
  }
  const bool isEmpty = *applicationId == 0 && *version == 0 && *numObjects == 0;
  if (!isEmpty && *applicationId != schema.applicationId) {
    return failure(ErrorCode::InvalidFile, database.fileName() + " belongs to another program");
  }
  if (*version > schema.latestVersion()) {
    return failure(ErrorCode::Unsupported, database.fileName() +
                                               " was made by a newer version of Zipage (database version " +
                                               std::to_string(*version) + ", this program knows " +
                                               std::to_string(schema.latestVersion()) +
                                               "). It was not changed. Use the newer version.");
  }
  return *version;
}

fs::path backupFileFor(const fs::path& databaseFile, std::int64_t version) {
  fs::path backup = databaseFile;
  backup += ".backup-" + std::to_string(version);
  return backup;
}

Result<void> migrate(Database& database, const Schema& schema) {
  const auto version = versionOf(database);
  if (!version) return tl::unexpected(version.error());
  if (*version > 0 && *version < schema.latestVersion()) {
    if (auto kept = backUp(database, *version); !kept) return kept;
  }
  Result<bool> more = migrateOneStep(database, schema);
  while (more && *more) more = migrateOneStep(database, schema);
  if (!more) return tl::unexpected(more.error());
  return {};
}

}  // namespace zipage
