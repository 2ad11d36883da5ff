// The database as a file: created for this user only, recognised, checked for damage, brought to the newest
// version. A file that is refused is left as it was.
#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/store/database.h"
#include "engine/store/migrations.h"

namespace zipage {

/// Creates the folder of `file` (mode 0700) and the folders above it, where missing.
Result<void> createPrivateFolder(const std::filesystem::path& folder);

/// Creates an empty file (mode 0600); leaves one that exists alone.
Result<void> createPrivateFile(const std::filesystem::path& file);

/// Opens an existing file, empty or of `schema`: write-ahead log, foreign keys, writes that reach the disk,
/// check for damage, migrations. `isInUse`: another program has the file open, which forbids migrations under
/// its feet.
Result<Database> openDatabaseFile(const std::filesystem::path& file, const Schema& schema, bool isInUse);

}  // namespace zipage
