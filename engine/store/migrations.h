// Brings a database to the newest version of its schema, one numbered step at a time. The file itself says
// whose it is (application_id) and how far it has come (user_version; 0: empty, as just created).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "engine/base/result.h"
#include "engine/store/database.h"

namespace zipage {

struct Schema {
  std::int64_t applicationId = 0;
  /// The script at index n takes version n to version n + 1. Released scripts never change.
  std::span<const char* const> migrations;

  std::int64_t latestVersion() const { return static_cast<std::int64_t>(migrations.size()); }
};

/// The version of `database`; changes nothing. InvalidFile when the file is another program's, Unsupported
/// when a newer version of this program made it.
Result<std::int64_t> identify(const Database& database, const Schema& schema);

/// Where migrate() puts the copy of a database of that version.
std::filesystem::path backupFileFor(const std::filesystem::path& databaseFile, std::int64_t version);

/// Runs the missing migrations, each in a transaction of its own; a database that held something is copied
/// beside itself first. On failure the database is at the last version that was reached whole.
Result<void> migrate(Database& database, const Schema& schema);

}  // namespace zipage
