// One stored prefix as a file: a header, the books, the tokens, and the contents as the runner lays them out,
// all numbers little-endian. Written whole under another name and then renamed; read only when every length
// fits the file and every checksum is right, so a file may be cut off, changed or made by somebody else.
//
//   offset  bytes
//        0      8   "ZIPAGEKV"
//        8      4   version of this format, 1
//       12      4   1: a page; 2: a compressed sequence
//       16     16   its key: low, high
//       32     16   the key of the page before it; zero for a sequence
//       48      8   number of tokens
//       56      8   bytes of the contents
//       64      8   bytes of the contents as they lie here
//       72      4   0: as they are; 1: compressed with zstd
//       76      4   bytes of the books: 0 for a page, else those of SequenceBooks
//       80     16   XXH3-128 of the contents as they lie here
//       96     16   XXH3-128 of everything before these 16 bytes, of the books and of the tokens
//      112          books, tokens [int32], contents
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/base/result.h"
#include "engine/cache/prefix_storage.h"

namespace zipage {

/// Writes `file` (mode 0600), which is then there whole or not at all; returns its bytes. `compresses`: with
/// zstd, where that saves a tenth. Io: full disk, no right to write.
Result<std::int64_t> writePrefixFile(const std::filesystem::path& file, const PrefixKey& key,
                                     const StoredPrefix& prefix, bool compresses);

/// NotFound: there is no such file. InvalidFile: it is damaged, or not that of `key`. Unsupported: another
/// version made it. Io: it cannot be read.
Result<StoredPrefix> readPrefixFile(const std::filesystem::path& file, const PrefixKey& key);

}  // namespace zipage
