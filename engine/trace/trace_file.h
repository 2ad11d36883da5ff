// Traces: what happened to an engine's memory, in a file that the window and `zipage-cli trace` open.
//
//   "ZIPTRACE"  version (4 bytes, little-endian)  chunk …
//   chunk       kind (1 byte)  length (4 bytes)  payload  checksum (4 bytes: the low half of XXH3 of the
//   payload)
//
// Numbers in payloads are those of trace_bytes.h; times are microseconds and count from the one before. The
// chunks, in this order:
//   Facts          model, program, when it was saved (ms since 1970); names of owners: id, text …; dropped
//   samples,
//                  forgotten events, number of the first compression, forgotten records
//   Sequence       request, owner, tokens of the prompt, whether it is over, then the length of each token's
//   text, then
//                  all texts
//   Samples        spans as sample_history.h has them, each as differences from the one before
//   Events         all of them
//   Compression    one each: numbers, then (if there is a record) heads, entries, what stays whatever its
//   score in runs,
//                  the cut of each head, tokens of the entries (or that they follow from the compression
//                  before), a bit for each entry that stayed, and attention, pooled score and redundancy in
//                  255 steps between least and most of each head. Where the scores would take more than 256
//                  bytes for each token that was evicted they are left out.
//   PageMap        one each: pages in runs, then sequences
// A reader passes over kinds that it does not know. A file that ends inside a chunk is read up to there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/trace/memory_history.h"

namespace zipage {

constexpr std::uint32_t kTraceVersion = 1;

struct TraceFacts {
  std::string model;
  std::string program;
  std::int64_t savedMs = 0;
  std::map<OwnerId, std::string> names;  // of chats
};

struct Trace {
  TraceFacts facts;
  MemoryHistory history;
  bool isCutShort = false;  // the file ends before its end
};

std::uint32_t traceChecksum(std::string_view payload);
std::string serializeTrace(const HistoryParts& parts, const TraceFacts& facts);
/// InvalidFile: damaged or no trace; Unsupported: of a later version.
Result<Trace> parseTrace(std::string_view bytes);

/// Writes beside the file first, so that an older one is whole until the new one is. Takes as long as the
/// disk does.
Result<void> saveTrace(const std::filesystem::path& file, const HistoryParts& parts, const TraceFacts& facts);
Result<Trace> openTrace(const std::filesystem::path& file);

}  // namespace zipage
