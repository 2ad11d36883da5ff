#include "engine/trace/trace_file.h"

#include <xxhash.h>

#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/trace/trace_chunks.h"

namespace zipage {

namespace {

constexpr std::string_view kMagic = "ZIPTRACE";
constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 30;

void addChunk(TraceBytes& file, TraceChunk kind, const TraceBytes& payload) {
  file.byte(static_cast<std::uint8_t>(kind));
  file.fixed32(static_cast<std::uint32_t>(payload.bytes().size()));
  file.raw(payload.bytes().data(), payload.bytes().size());
  file.fixed32(traceChecksum(payload.bytes()));
}

bool readChunk(std::uint8_t kind, std::string_view payload, HistoryParts& parts, TraceFacts& facts,
               LastRecords& last) {
  TraceCursor in(payload);
  switch (static_cast<TraceChunk>(kind)) {
    case TraceChunk::Facts:
      return readFacts(in, parts, facts);
    case TraceChunk::Sequence:
      return readSequence(in, parts);
    case TraceChunk::Samples:
      return readSamples(in, parts);
    case TraceChunk::Events:
      return readEvents(in, parts);
    case TraceChunk::Compression:
      return readCompression(in, parts, last);
    case TraceChunk::PageMap:
      return readPageMap(in, parts);
  }
  return true;  // of a later program
}

/// Each sequence knows the numbers of its own.
void nameCompressions(HistoryParts& parts) {
  std::map<RequestId, SequenceTrail*> trails;
  for (SequenceTrail& trail : parts.trails) trails[trail.request] = &trail;
  std::int64_t number = parts.firstCompression;
  for (const CompressionEntry& entry : parts.compressions) {
    if (const auto found = trails.find(entry.request); found != trails.end())
      found->second->compressions.push_back(number);
    ++number;
  }
}

}  // namespace

std::uint32_t traceChecksum(std::string_view payload) {
  return static_cast<std::uint32_t>(XXH3_64bits(payload.data(), payload.size()));
}

std::string serializeTrace(const HistoryParts& parts, const TraceFacts& facts) {
  TraceBytes file;
  file.raw(kMagic.data(), kMagic.size());
  file.fixed32(kTraceVersion);
  const auto add = [&](TraceChunk kind, const auto& write) {
    TraceBytes payload;
    write(payload);
    addChunk(file, kind, payload);
  };
  add(TraceChunk::Facts, [&](TraceBytes& out) { writeFacts(out, parts, facts); });
  for (const SequenceTrail& trail : parts.trails)
    add(TraceChunk::Sequence, [&](TraceBytes& out) { writeSequence(out, trail); });
  add(TraceChunk::Samples, [&](TraceBytes& out) { writeSamples(out, parts.spans); });
  add(TraceChunk::Events, [&](TraceBytes& out) { writeEvents(out, parts.events); });
  LastRecords last;
  for (const CompressionEntry& entry : parts.compressions)
    add(TraceChunk::Compression, [&](TraceBytes& out) { writeCompression(out, entry, last); });
  for (const TimedSnapshot& taken : parts.snapshots)
    add(TraceChunk::PageMap, [&](TraceBytes& out) { writePageMap(out, taken); });
  return file.take();
}

Result<Trace> parseTrace(std::string_view bytes) {
  TraceCursor in(bytes);
  if (in.raw(kMagic.size()) != kMagic) return failure(ErrorCode::InvalidFile, "this is no trace of Zipage");
  const std::uint32_t version = in.fixed32();
  if (!in.isGood()) return failure(ErrorCode::InvalidFile, "the trace ends before it begins");
  if (version > kTraceVersion)
    return failure(ErrorCode::Unsupported, "this trace was written by a later version of Zipage");
  HistoryParts parts;
  Trace trace;
  LastRecords last;
  while (!in.isAtEnd()) {
    const std::uint8_t kind = in.byte();
    const std::string_view payload = in.raw(in.fixed32());
    const std::uint32_t checksum = in.fixed32();
    if (!in.isGood()) {
      trace.isCutShort = true;
      break;
    }
    if (checksum != traceChecksum(payload) || !readChunk(kind, payload, parts, trace.facts, last))
      return failure(ErrorCode::InvalidFile,
                     "the trace is damaged before byte " + std::to_string(bytes.size() - in.remaining()));
  }
  nameCompressions(parts);
  trace.history = MemoryHistory(std::move(parts));
  return trace;
}

Result<void> saveTrace(const std::filesystem::path& file, const HistoryParts& parts,
                       const TraceFacts& facts) {
  const std::string bytes = serializeTrace(parts, facts);
  std::filesystem::path beside = file;
  beside += ".part";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, file, error);
  if (out && !error) return {};
  const std::string why = error ? error.message() : "the disk is full or the folder cannot be written";
  std::filesystem::remove(beside, error);
  return failure(ErrorCode::Io, "cannot write " + file.string() + ": " + why);
}

Result<Trace> openTrace(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) return failure(ErrorCode::NotFound, "cannot open " + file.string() + ": " + error.message());
  if (size > kLargestFile)
    return failure(ErrorCode::Unsupported, file.string() + " is larger than any trace");
  std::ifstream in(file, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return failure(ErrorCode::Io, "cannot read " + file.string());
  auto trace = parseTrace(bytes);
  if (!trace) return failure(trace.error().code, file.string() + ": " + trace.error().message);
  return trace;
}

}  // namespace zipage
