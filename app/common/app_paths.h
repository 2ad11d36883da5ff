// Where the program keeps its things: the XDG base directories, or below $ZIPAGE_HOME, which overrides all
// four.
#pragma once

#include <filesystem>

#include "engine/base/result.h"

namespace zipage {

struct AppPaths {
  std::filesystem::path config;  // settings
  std::filesystem::path data;    // the database
  std::filesystem::path cache;   // what may be deleted at any time
  std::filesystem::path state;   // logs

  std::filesystem::path databaseFile() const { return data / "zipage.db"; }
  std::filesystem::path prefixFolder() const { return cache / "kv"; }
};

/// The folders of this user. Reads the environment; creates nothing.
AppPaths appPaths();

/// Creates the folders that are missing, for this user only (mode 0700).
Result<void> createFolders(const AppPaths& paths);

}  // namespace zipage
