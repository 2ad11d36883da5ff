#include "app/common/app_paths.h"

#include <cstdlib>
#include <string>
#include <system_error>

namespace zipage {

namespace fs = std::filesystem;

namespace {

fs::path environmentPath(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

/// An XDG variable counts only when it is absolute, as the specification has it.
fs::path baseFolder(const char* variable, const char* belowHome) {
  const fs::path chosen = environmentPath(variable);
  if (chosen.is_absolute()) return chosen;
  return environmentPath("HOME") / belowHome;
}

}  // namespace

AppPaths appPaths() {
  const fs::path home = environmentPath("ZIPAGE_HOME");
  if (!home.empty()) return {home / "config", home / "data", home / "cache", home / "state"};
  return {baseFolder("XDG_CONFIG_HOME", ".config") / "zipage",
          baseFolder("XDG_DATA_HOME", ".local/share") / "zipage",
          baseFolder("XDG_CACHE_HOME", ".cache") / "zipage",
          baseFolder("XDG_STATE_HOME", ".local/state") / "zipage"};
}

Result<void> createFolders(const AppPaths& paths) {
  for (const fs::path& folder : {paths.config, paths.data, paths.cache, paths.state}) {
    std::error_code error;
    const bool created = fs::create_directories(folder, error);
    if (!error && created) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return failure(ErrorCode::Io, "cannot create " + folder.string() + ": " + error.message());
  }
  return {};
}

}  // namespace zipage
