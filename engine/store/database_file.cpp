#include "engine/store/database_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr fs::perms kOwnerReadsAndWrites = fs::perms::owner_read | fs::perms::owner_write;

tl::unexpected<Error> systemFailure(const std::string& doing, const fs::path& path,
                                    const std::string& reason) {
  return failure(ErrorCode::Io, "cannot " + doing + " " + path.string() + ": " + reason);
}

/// SQLite gives its -wal and -shm files the mode of the database. A file system without modes is no reason to
/// refuse.
void restrictToOwner(const fs::path& file) {
  std::error_code ignored;
  fs::permissions(file, kOwnerReadsAndWrites, ignored);
}

Error withAdvice(Error error, const fs::path& file) {
  if (error.code != ErrorCode::InvalidFile) return error;
  error.message +=
      ". The file was kept as it is. To start with an empty list of chats, move " + file.string() +
      " and the files beginning with its name to another place; \"sqlite3 FILE .recover\" may get chats "
      "out of a damaged database";
  return error;
}

Result<void> checkForDamage(const Database& database) {
  // Stops at the first finding. Leaves out what takes long: whether indexes and rows agree.
  return database.queryText("PRAGMA quick_check(1)")
      .and_then([&](const std::string& finding) -> Result<void> {
        if (finding == "ok") return {};
        return failure(ErrorCode::InvalidFile, database.fileName() + " is damaged: " + finding);
      });
}

/// Writes nothing into a file that identify() refuses, so it comes after that.
Result<void> configure(Database& database) {
  // FULL: what was committed survives a power cut too; the store thread commits about once a second.
  return database.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA journal_size_limit = 67108864");
}

Result<void> prepareDatabase(Database& database, const Schema& schema, bool isInUse) {
  const auto version = identify(database, schema);
  if (!version) return tl::unexpected(version.error());
  if (isInUse && *version > 0 && *version < schema.latestVersion()) {
    return failure(ErrorCode::Io,
                   database.fileName() + " is in use by an older version of Zipage. Close that first.");
  }
  restrictToOwner(database.fileName());
  return configure(database).and_then([&] { return checkForDamage(database); }).and_then([&] {
    return migrate(database, schema);
  });
}

}  // namespace

Result<void> createPrivateFolder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  fs::create_directories(folder.parent_path(), error);
  if (error) return systemFailure("create the folder", folder, error.message());
  if (::mkdir(folder.c_str(), S_IRWXU) != 0)
    return systemFailure("create the folder", folder, std::strerror(errno));
  return {};
}

Result<void> createPrivateFile(const fs::path& file) {
  // O_EXCL also because a database that is open must never be opened and closed again beside SQLite: closing
  // any descriptor of a file gives up the locks that this process holds on it.
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0 && errno == EEXIST) return {};
  if (descriptor < 0) return systemFailure("create", file, std::strerror(errno));
  if (::close(descriptor) != 0) return systemFailure("create", file, std::strerror(errno));
  return {};
}

Result<Database> openDatabaseFile(const fs::path& file, const Schema& schema, bool isInUse) {
  return Database::open(file)
      .and_then([&](Database database) -> Result<Database> {
        const Result<void> prepared = prepareDatabase(database, schema, isInUse);
        if (!prepared) return tl::unexpected(prepared.error());
        return database;
      })
      .map_error([&](Error error) { return withAdvice(std::move(error), file); });
}

}  // namespace zipage
