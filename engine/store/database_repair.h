// What can be done about a damaged database of chats: its rows are copied, as far as they can be read, into a
// new file that takes its place; the damaged one is kept beside it. Where nothing can be read at all, the
// copy that was made before the last migration is taken.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/base/result.h"

namespace zipage {

struct RepairedDatabase {
  std::filesystem::path keptAs;  // the damaged file
  std::int64_t numChats = 0;     // that were saved, those in the trash too
  std::int64_t numMessages = 0;
  bool isFromBackup = false;
};

/// REQUIRES nobody to have the file open: Io when somebody does, or when there is no room. InvalidFile, and
/// nothing is done, when the file is another program's; Unsupported when a newer version of this one made it.
Result<RepairedDatabase> repairSessionDatabase(const std::filesystem::path& databaseFile);

}  // namespace zipage
