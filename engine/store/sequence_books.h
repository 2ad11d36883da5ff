// The books about a stored sequence, everything but its tokens and contents, as bytes of a fixed length.
#pragma once

#include "engine/base/result.h"
#include "engine/cache/prefix_storage.h"
#include "engine/store/little_endian.h"

namespace zipage {

inline constexpr std::size_t kSequenceBooksBytes = 108;

void writeSequenceBooks(LittleEndianWriter& writer, const StoredSequence& sequence);
/// False: a number is none of those its field may have. What the numbers mean is for the engine to judge.
bool readSequenceBooks(std::span<const std::byte> books, StoredSequence& sequence);

}  // namespace zipage
