// Writes a float32 matrix as NumPy's .npy (format 1.0), some rows at a time.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace zipage {

class NpyFile {
 public:
  /// Replaces what is at `path` by a matrix of `rows` x `columns` whose rows are still to come.
  static Result<NpyFile> create(const std::string& path, std::size_t rows, std::size_t columns);

  /// Whole rows, in order. Io when the system refuses, e.g. because the disk is full.
  Result<void> append(std::span<const float> values);
  /// Flushes and closes; only then is the file complete.
  Result<void> finish();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  NpyFile(std::string path, std::FILE* file) : m_path(std::move(path)), m_file(file) {}
  tl::unexpected<Error> refused() const;

  std::string m_path;
  std::unique_ptr<std::FILE, Closer> m_file;
};

}  // namespace zipage
