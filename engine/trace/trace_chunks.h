// The payloads of a trace's chunks; see trace_file.h. Readers return false for what cannot be.
#pragma once

#include <map>

#include "engine/trace/trace_bytes.h"
#include "engine/trace/trace_file.h"

namespace zipage {

inline constexpr int kMostTextTokens = 1 << 24;  // of prompt and reply

enum class TraceChunk : std::uint8_t { Facts = 1, Sequence, Samples, Events, Compression, PageMap };

/// The last record of each request, which the next one's tokens follow from.
using LastRecords = std::map<RequestId, std::shared_ptr<const CompressionRecord>>;

void writeFacts(TraceBytes& out, const HistoryParts& parts, const TraceFacts& facts);
bool readFacts(TraceCursor& in, HistoryParts& parts, TraceFacts& facts);
void writeSequence(TraceBytes& out, const SequenceTrail& trail);
bool readSequence(TraceCursor& in, HistoryParts& parts);
void writeSamples(TraceBytes& out, const std::vector<SampleSpan>& spans);
bool readSamples(TraceCursor& in, HistoryParts& parts);
void writeEvents(TraceBytes& out, const std::vector<MemoryEvent>& events);
bool readEvents(TraceCursor& in, HistoryParts& parts);
void writeCompression(TraceBytes& out, const CompressionEntry& entry, LastRecords& last);
bool readCompression(TraceCursor& in, HistoryParts& parts, LastRecords& last);
void writePageMap(TraceBytes& out, const TimedSnapshot& taken);
bool readPageMap(TraceCursor& in, HistoryParts& parts);

}  // namespace zipage
