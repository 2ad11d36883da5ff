#include "engine/store/prefix_file.h"

#include <sys/stat.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>

#include "engine/store/file_handle.h"
#include "engine/store/sequence_books.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr char kMagic[8] = {'Z', 'I', 'P', 'A', 'G', 'E', 'K', 'V'};
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::size_t kCheckedHeaderBytes = 96;
constexpr std::size_t kHeaderBytes = 112;
constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 30;
/// Keys and values shrink by a fifth at best; a file that says more wants memory that it has no use for.
constexpr std::uint64_t kMostExpansion = 16;
constexpr int kZstdLevel = 1;

enum class Kind : std::uint32_t { Page = 1, Sequence = 2 };
enum class Encoding : std::uint32_t { Plain = 0, Zstd = 1 };

struct Header {
  Kind kind = Kind::Page;
  PrefixKey key, parent;
  std::uint64_t numTokens = 0;
  std::uint64_t contentsBytes = 0;
  std::uint64_t storedBytes = 0;
  Encoding encoding = Encoding::Plain;
  std::uint32_t booksBytes = 0;
  XXH128_hash_t contentsSum{}, headSum{};

  std::uint64_t headBytes() const { return booksBytes + numTokens * sizeof(TokenId); }
};

using Bytes = std::vector<std::byte>;

tl::unexpected<Error> systemFailure(const std::string& doing, const fs::path& file, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
  return failure(code, "cannot " + doing + " " + file.string() + ": " + std::strerror(number));
}

void writeKey(LittleEndianWriter& writer, const PrefixKey& key) {
  writer.u64(key.low);
  writer.u64(key.high);
}

void writeSum(LittleEndianWriter& writer, const XXH128_hash_t& sum) {
  writer.u64(sum.low64);
  writer.u64(sum.high64);
}

/// The first bytes of a file, without their checksum.
LittleEndianWriter checkedHeader(const Header& header) {
  LittleEndianWriter writer;
  writer.raw(kMagic, sizeof kMagic);
  writer.u32(kFormatVersion);
  writer.u32(static_cast<std::uint32_t>(header.kind));
  writeKey(writer, header.key);
  writeKey(writer, header.parent);
  writer.u64(header.numTokens);
  writer.u64(header.contentsBytes);
  writer.u64(header.storedBytes);
  writer.u32(static_cast<std::uint32_t>(header.encoding));
  writer.u32(header.booksBytes);
  writeSum(writer, header.contentsSum);
  return writer;
}

XXH128_hash_t sumOf(std::span<const std::byte> header, std::span<const std::byte> rest) {
  const XXH128_hash_t first = XXH3_128bits(header.data(), header.size());
  return XXH3_128bits_withSeed(rest.data(), rest.size(), first.low64 ^ first.high64);
}

/// Empty: it would not save a tenth.
Bytes compressed(std::span<const std::byte> contents) {
  Bytes packed(ZSTD_compressBound(contents.size()));
  const std::size_t bytes =
      ZSTD_compress(packed.data(), packed.size(), contents.data(), contents.size(), kZstdLevel);
  const bool isWorthIt = ZSTD_isError(bytes) == 0 && bytes < contents.size() / 10 * 9 &&
                         contents.size() <= kMostExpansion * bytes;
  packed.resize(isWorthIt ? bytes : 0);
  return packed;
}

/// Books and tokens.
Bytes restOfHead(const StoredPrefix& prefix) {
  LittleEndianWriter writer;
  const auto* sequence = std::get_if<StoredSequence>(&prefix);
  if (sequence != nullptr) writeSequenceBooks(writer, *sequence);
  const auto& tokens = sequence != nullptr ? sequence->tokens : std::get<StoredPage>(prefix).tokens;
  for (const TokenId token : tokens) writer.i32(token);
  return writer.bytes();
}

Header headerOf(const PrefixKey& key, const StoredPrefix& prefix) {
  Header header;
  header.key = key;
  if (const auto* page = std::get_if<StoredPage>(&prefix)) {
    header.parent = page->parent;
    header.numTokens = page->tokens.size();
    header.contentsBytes = page->contents.size();
  } else {
    const auto& sequence = std::get<StoredSequence>(prefix);
    header.kind = Kind::Sequence;
    header.booksBytes = kSequenceBooksBytes;
    header.numTokens = sequence.tokens.size();
    header.contentsBytes = sequence.contents.size();
  }
  return header;
}

fs::path unfinishedNameOf(const fs::path& file) {
  fs::path part = file;
  part += "." + std::to_string(::getpid()) + ".part";
  return part;
}

tl::unexpected<Error> damaged(const fs::path& file, const char* what) {
  return failure(ErrorCode::InvalidFile, file.string() + ": " + what);
}

XXH128_hash_t readSum(LittleEndianReader& reader) {
  const std::uint64_t low = reader.u64();
  return {low, reader.u64()};
}

PrefixKey readKey(LittleEndianReader& reader) {
  const std::uint64_t low = reader.u64();
  return {low, reader.u64()};
}

/// What stands there, if it can be true of a file of `fileBytes` bytes.
Result<Header> parseHeader(std::span<const std::byte> bytes, std::uint64_t fileBytes, const fs::path& file) {
  if (std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) return damaged(file, "no stored prefix");
  LittleEndianReader reader(bytes.subspan(sizeof kMagic));
  if (reader.u32() != kFormatVersion)
    return failure(ErrorCode::Unsupported, file.string() + ": stored by another version");
  Header header;
  const std::uint32_t kind = reader.u32();
  header.kind = static_cast<Kind>(kind);
  header.key = readKey(reader);
  header.parent = readKey(reader);
  header.numTokens = reader.u64();
  header.contentsBytes = reader.u64();
  header.storedBytes = reader.u64();
  const std::uint32_t encoding = reader.u32();
  header.encoding = static_cast<Encoding>(encoding);
  header.booksBytes = reader.u32();
  header.contentsSum = readSum(reader);
  header.headSum = readSum(reader);
  const std::uint32_t booksBytes = header.kind == Kind::Sequence ? kSequenceBooksBytes : 0;
  if (kind < 1 || kind > 2 || encoding > 1 || header.booksBytes != booksBytes)
    return damaged(file, "its header names a kind that there is not");
  if (header.numTokens > kMostTokens || header.storedBytes > fileBytes ||
      kHeaderBytes + header.headBytes() + header.storedBytes != fileBytes)
    return damaged(file, "it is not as long as its header says");
  const std::uint64_t most =
      header.encoding == Encoding::Plain ? header.storedBytes : header.storedBytes * kMostExpansion;
  if (header.contentsBytes > most || (header.encoding == Encoding::Plain && header.contentsBytes != most))
    return damaged(file, "its contents cannot be as long as its header says");
  return header;
}

Result<Bytes> unpacked(Bytes stored, const Header& header, const fs::path& file) {
  if (header.encoding == Encoding::Plain) return stored;
  Bytes contents(header.contentsBytes);
  const std::size_t bytes = ZSTD_decompress(contents.data(), contents.size(), stored.data(), stored.size());
  if (ZSTD_isError(bytes) != 0 || bytes != contents.size())
    return damaged(file, "its contents cannot be unpacked");
  return contents;
}

std::vector<TokenId> tokensIn(std::span<const std::byte> bytes) {
  LittleEndianReader reader(bytes);
  std::vector<TokenId> tokens(bytes.size() / sizeof(TokenId));
  for (TokenId& token : tokens) token = reader.i32();
  return tokens;
}

Result<StoredPrefix> assemble(const Header& header, std::span<const std::byte> rest, Bytes contents,
                              const fs::path& file) {
  std::vector<TokenId> tokens = tokensIn(rest.subspan(header.booksBytes));
  if (header.kind == Kind::Page) return StoredPage{header.parent, std::move(tokens), std::move(contents)};
  StoredSequence sequence;
  if (!readSequenceBooks(rest.first(header.booksBytes), sequence))
    return damaged(file, "its books name what there is not");
  sequence.tokens = std::move(tokens);
  sequence.contents = std::move(contents);
  return sequence;
}

}  // namespace

Result<std::int64_t> writePrefixFile(const fs::path& file, const PrefixKey& key, const StoredPrefix& prefix,
                                     bool compresses) {
  const Bytes& contents = std::visit([](const auto& one) -> const Bytes& { return one.contents; }, prefix);
  const Bytes packed = compresses ? compressed(contents) : Bytes();
  const Bytes& stored = packed.empty() ? contents : packed;
  Header header = headerOf(key, prefix);
  header.encoding = packed.empty() ? Encoding::Plain : Encoding::Zstd;
  header.storedBytes = stored.size();
  header.contentsSum = XXH3_128bits(stored.data(), stored.size());
  LittleEndianWriter head = checkedHeader(header);
  const Bytes rest = restOfHead(prefix);
  writeSum(head, sumOf(head.bytes(), rest));
  head.raw(rest.data(), rest.size());

  const fs::path part = unfinishedNameOf(file);
  FileHandle written(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!written) return systemFailure("create", part, errno);
  const bool isWhole = written.writeAll(head.bytes().data(), head.bytes().size()) &&
                       written.writeAll(stored.data(), stored.size()) && written.close() &&
                       ::rename(part.c_str(), file.c_str()) == 0;
  if (!isWhole) {
    const int number = errno;
    ::unlink(part.c_str());
    return systemFailure("write", part, number);
  }
  return static_cast<std::int64_t>(head.bytes().size() + stored.size());
}

Result<StoredPrefix> readPrefixFile(const fs::path& file, const PrefixKey& key) {
  FileHandle opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!opened || ::fstat(opened.descriptor(), &status) != 0) return systemFailure("open", file, errno);
  const auto fileBytes = static_cast<std::uint64_t>(status.st_size);
  const auto read = [&](Bytes& bytes) { return opened.readAll(bytes.data(), bytes.size()); };
  Bytes headerBytes(kHeaderBytes);
  if (!S_ISREG(status.st_mode) || fileBytes < kHeaderBytes) return damaged(file, "it is too short");
  if (!read(headerBytes)) return systemFailure("read", file, errno);
  const auto header = parseHeader(headerBytes, fileBytes, file);
  if (!header) return tl::unexpected(header.error());
  Bytes rest(header->headBytes());
  Bytes stored(header->storedBytes);
  if (!read(rest) || !read(stored)) return systemFailure("read", file, errno);
  const std::span<const std::byte> checked = std::span(headerBytes).first(kCheckedHeaderBytes);
  if (!XXH128_isEqual(sumOf(checked, rest), header->headSum)) return damaged(file, "its header is damaged");
  if (!XXH128_isEqual(XXH3_128bits(stored.data(), stored.size()), header->contentsSum))
    return damaged(file, "its contents are damaged");
  if (header->key != key) return damaged(file, "it is that of another prefix");
  auto contents = unpacked(std::move(stored), *header, file);
  if (!contents) return tl::unexpected(contents.error());
  return assemble(*header, rest, std::move(*contents), file);
}

}  // namespace zipage
