// A file mapped read-only into memory. Const and safe to share between threads.
// What another program writes into the file while it is mapped shows; one that cuts it off ends this program.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "engine/base/result.h"

namespace zipage {

class MappedFile {
 public:
  /// Maps all of a regular file. NotFound, Io, or InvalidFile for what is empty or no regular file; each
  /// names the path.
  static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// The file's bytes, aligned to a memory page; valid as long as this object.
  std::span<const std::byte> bytes() const { return m_bytes; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : m_bytes(bytes) {}

  std::span<const std::byte> m_bytes;
};

}  // namespace zipage
