#include "app/cli/npy_file.h"

#include <bit>
#include <cerrno>
#include <cstring>

namespace zipage {

namespace {

static_assert(std::endian::native == std::endian::little, "the header says little-endian");

/// Magic, version, the header's length in two bytes, the header; padded so that the numbers begin at a
/// multiple of 64.
std::string headerOf(std::size_t rows, std::size_t columns) {
  constexpr std::size_t kPreamble = 10;
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(columns) + "), }";
  text.append(63 - (kPreamble + text.size()) % 64, ' ');
  text.push_back('\n');
  const auto length = static_cast<std::uint16_t>(text.size());
  std::string header("\x93NUMPY\x01\x00", 8);
  header.push_back(static_cast<char>(length & 0xFF));
  header.push_back(static_cast<char>(length >> 8));
  return header + text;
}

}  // namespace

Result<NpyFile> NpyFile::create(const std::string& path, std::size_t rows, std::size_t columns) {
  NpyFile file(path, std::fopen(path.c_str(), "wb"));
  if (!file.m_file) return file.refused();
  const std::string header = headerOf(rows, columns);
  if (std::fwrite(header.data(), 1, header.size(), file.m_file.get()) != header.size()) return file.refused();
  return file;
}

Result<void> NpyFile::append(std::span<const float> values) {
  if (std::fwrite(values.data(), sizeof(float), values.size(), m_file.get()) != values.size())
    return refused();
  return {};
}

Result<void> NpyFile::finish() {
  if (std::fclose(m_file.release()) != 0) return refused();
  return {};
}

tl::unexpected<Error> NpyFile::refused() const {
  return failure(ErrorCode::Io, m_path + ": cannot be written: " + std::strerror(errno));
}

}  // namespace zipage
