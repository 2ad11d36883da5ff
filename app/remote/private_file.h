// Files that only their owner may read, such as keys.
#pragma once

#include <QByteArray>
#include <filesystem>

#include "engine/base/result.h"

namespace zipage {

/// Writes the whole file, or leaves it as it was; makes its folder. Io: it cannot be written.
Result<void> writePrivateFile(const std::filesystem::path& path, const QByteArray& contents);

}  // namespace zipage
