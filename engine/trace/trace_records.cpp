// Compressions and page maps of a trace.
#include <algorithm>
#include <cmath>

#include "engine/trace/trace_chunks.h"

namespace zipage {

namespace {

constexpr int kMostHeads = 1 << 12;
constexpr int kMostEntries = 1 << 22;
constexpr std::int64_t kMostCells = std::int64_t{1} << 27;  // heads · entries
constexpr int kMostPages = 1 << 23;
constexpr int kMostSequences = 1 << 16;
constexpr std::size_t kScoreBytesPerToken = 256;
constexpr float kSteps = 254.0F;  // between least and most; one value more stands for infinity

/// The tokens that follow from the compression before: what it kept, and everything newer.
std::vector<std::int32_t> followingTokens(const CompressionRecord& record, const CompressionRecord* before) {
  std::vector<std::int32_t> tokens;
  const std::size_t heads =
      static_cast<std::size_t>(record.numLayers) * static_cast<std::size_t>(record.kvHeads);
  const bool follows = before != nullptr && before->numLayers == record.numLayers &&
                       before->kvHeads == record.kvHeads && before->keep < record.numEntries;
  for (std::size_t head = 0; head < heads; ++head) {
    std::int32_t next = 0;
    int entry = 0;
    for (; follows && entry < before->keep; ++entry) {
      const auto kept = static_cast<std::size_t>(
          before->kept[head * static_cast<std::size_t>(before->keep) + static_cast<std::size_t>(entry)]);
      tokens.push_back(before->positions[head * static_cast<std::size_t>(before->numEntries) + kept]);
    }
    if (follows) next = before->positions[(head + 1) * static_cast<std::size_t>(before->numEntries) - 1] + 1;
    for (; entry < record.numEntries; ++entry) tokens.push_back(next++);
  }
  return tokens;
}

void writeTokens(TraceBytes& out, const CompressionRecord& record, const CompressionRecord* before) {
  const bool follows = followingTokens(record, before) == record.positions;
  out.byte(follows ? 1 : 0);
  std::int32_t last = -1;
  for (std::size_t i = 0; !follows && i < record.positions.size(); ++i) {
    if (i % static_cast<std::size_t>(record.numEntries) == 0) last = -1;
    out.number(static_cast<std::uint64_t>(record.positions[i] - last));
    last = record.positions[i];
  }
}

/// Every head holds the newest token, in any record there can be.
bool endsAlike(const CompressionRecord& record) {
  const auto count = static_cast<std::size_t>(record.numEntries);
  for (std::size_t end = count; end <= record.positions.size(); end += count) {
    if (record.positions[end - 1] != record.positions[count - 1]) return false;
  }
  return record.positions[count - 1] < kMostTextTokens;
}

bool readTokens(TraceCursor& in, CompressionRecord& record, const CompressionRecord* before,
                std::size_t cells) {
  if (in.byte() == 1) {
    record.positions = followingTokens(record, before);
    return in.isGood() && endsAlike(record);
  }
  std::int64_t last = -1;
  for (std::size_t i = 0; i < cells && in.isGood(); ++i) {
    if (i % static_cast<std::size_t>(record.numEntries) == 0) last = -1;
    const std::uint64_t step = in.numberUpTo(static_cast<std::uint64_t>(kMostTextTokens));
    last += static_cast<std::int64_t>(step);
    if (step == 0 || last >= kMostTextTokens) return false;
    record.positions.push_back(static_cast<std::int32_t>(last));
  }
  return in.isGood() && endsAlike(record);
}

void writeReasons(TraceBytes& out, const std::vector<KeepReason>& reasons) {
  for (std::size_t from = 0; from < reasons.size();) {
    std::size_t to = from;
    while (to < reasons.size() && reasons[to] == reasons[from]) ++to;
    out.byte(static_cast<std::uint8_t>(reasons[from]));
    out.number(to - from);
    from = to;
  }
}

bool readReasons(TraceCursor& in, CompressionRecord& record) {
  const auto count = static_cast<std::size_t>(record.numEntries);
  while (record.reasons.size() < count && in.isGood()) {
    const std::uint8_t reason = in.byte();
    const std::uint64_t length = in.numberUpTo(count - record.reasons.size());
    if (reason > static_cast<std::uint8_t>(KeepReason::Recent) || length == 0) return false;
    record.reasons.insert(record.reasons.end(), static_cast<std::size_t>(length),
                          static_cast<KeepReason>(reason));
  }
  return in.isGood();
}

void writeKept(TraceBytes& out, const CompressionRecord& record) {
  const std::size_t heads =
      static_cast<std::size_t>(record.numLayers) * static_cast<std::size_t>(record.kvHeads);
  const auto keep = static_cast<std::size_t>(record.keep);
  std::string bits(heads * ((static_cast<std::size_t>(record.numEntries) + 7) / 8), '\0');
  const std::size_t perHead = heads == 0 ? 0 : bits.size() / heads;
  for (std::size_t i = 0; i < record.kept.size(); ++i) {
    const auto entry = static_cast<std::size_t>(record.kept[i]);
    char& place = bits[i / keep * perHead + entry / 8];
    place = static_cast<char>(static_cast<unsigned char>(place) | (1U << (entry % 8)));
  }
  out.raw(bits.data(), bits.size());
}

bool readKept(TraceCursor& in, CompressionRecord& record) {
  const int heads = record.numLayers * record.kvHeads;
  for (int head = 0; head < heads; ++head) {
    const std::string_view bits = in.raw((static_cast<std::uint64_t>(record.numEntries) + 7) / 8);
    if (!in.isGood()) return false;
    int kept = 0;
    for (int entry = 0; entry < record.numEntries; ++entry) {
      const auto byte = static_cast<unsigned char>(bits[static_cast<std::size_t>(entry / 8)]);
      if ((byte >> (entry % 8) & 1U) == 0) continue;
      record.kept.push_back(entry);
      ++kept;
    }
    if (kept != record.keep) return false;
  }
  return true;
}

/// 0 … 254 lie between least and most of a head; 255 is a pinned token's infinity, with the sign of
/// `infinity`.
void writeScores(TraceBytes& out, const std::vector<float>& scores, int numEntries) {
  const auto count = static_cast<std::size_t>(numEntries);
  for (std::size_t from = 0; from < scores.size(); from += count) {
    float least = INFINITY, most = -INFINITY;
    for (std::size_t i = from; i < from + count; ++i) {
      if (!std::isfinite(scores[i])) continue;
      least = std::min(least, scores[i]);
      most = std::max(most, scores[i]);
    }
    if (least > most) least = most = 0.0F;
    out.real(least);
    out.real(most);
    const float scale = most > least ? kSteps / (most - least) : 0.0F;
    for (std::size_t i = from; i < from + count; ++i)
      out.byte(std::isfinite(scores[i]) ? static_cast<std::uint8_t>(std::lround((scores[i] - least) * scale))
                                        : 255);
  }
}

bool readScores(TraceCursor& in, std::vector<float>& scores, int heads, int numEntries, float infinity) {
  for (int head = 0; head < heads; ++head) {
    const float least = in.real(), most = in.real();
    const std::string_view steps = in.raw(static_cast<std::uint64_t>(numEntries));
    if (!in.isGood() || !std::isfinite(least) || !std::isfinite(most) || most < least) return false;
    for (const char step : steps) {
      const auto value = static_cast<unsigned char>(step);
      scores.push_back(value == 255 ? infinity : least + (most - least) * static_cast<float>(value) / kSteps);
    }
  }
  return true;
}

void writeRecord(TraceBytes& out, const CompressionEntry& entry, const CompressionRecord* before) {
  const CompressionRecord& record = *entry.record;
  out.number(static_cast<std::uint64_t>(record.numLayers));
  out.number(static_cast<std::uint64_t>(record.kvHeads));
  out.number(static_cast<std::uint64_t>(record.numEntries));
  out.number(static_cast<std::uint64_t>(record.keep));
  out.real(record.weight);
  writeReasons(out, record.reasons);
  for (const float cut : record.cut) out.real(cut);
  writeTokens(out, record, before);
  writeKept(out, record);
  const bool hasScores = 3 * record.pooled.size() <=
                         kScoreBytesPerToken * static_cast<std::size_t>(std::max(0, entry.tokensEvicted));
  out.byte(hasScores ? 1 : 0);
  if (!hasScores) return;
  out.byte(record.attention.empty() ? 0 : 1);
  writeScores(out, record.attention, record.numEntries);
  writeScores(out, record.pooled, record.numEntries);
  writeScores(out, record.redundancy, record.numEntries);
}

std::shared_ptr<CompressionRecord> readRecord(TraceCursor& in, const CompressionRecord* before) {
  auto record = std::make_shared<CompressionRecord>();
  record->isWhole = true;
  record->numLayers = in.countUpTo(kMostHeads);
  record->kvHeads = in.countUpTo(kMostHeads);
  record->numEntries = in.countUpTo(kMostEntries);
  record->keep = in.countUpTo(record->numEntries);
  record->weight = in.real();
  const std::int64_t heads = std::int64_t{record->numLayers} * record->kvHeads;
  const std::int64_t cells = heads * record->numEntries;
  // A bit for each entry is the least a record takes.
  const bool isPossible = in.isGood() && heads > 0 && heads <= kMostHeads && record->numEntries > 0 &&
                          cells <= kMostCells && static_cast<std::uint64_t>(cells) / 8 <= in.remaining() &&
                          record->weight >= 0.0F && record->weight <= 1.0F;
  if (!isPossible || !readReasons(in, *record)) return nullptr;
  for (std::int64_t head = 0; head < heads; ++head) record->cut.push_back(in.real());
  if (!readTokens(in, *record, before, static_cast<std::size_t>(cells)) || !readKept(in, *record))
    return nullptr;
  if (in.byte() == 0) return in.isGood() ? record : nullptr;
  const bool hasAttention = in.byte() != 0;
  const auto numHeads = static_cast<int>(heads);
  const bool isRead =
      (!hasAttention || readScores(in, record->attention, numHeads, record->numEntries, INFINITY)) &&
      readScores(in, record->pooled, numHeads, record->numEntries, INFINITY) &&
      readScores(in, record->redundancy, numHeads, record->numEntries, -INFINITY);
  return isRead ? record : nullptr;
}

}  // namespace

void writeCompression(TraceBytes& out, const CompressionEntry& entry, LastRecords& last) {
  out.number(static_cast<std::uint64_t>(inMicroseconds(entry.at)));
  out.number(entry.request.value);
  out.number(entry.owner.value);
  for (const int value : {entry.entriesBefore, entry.entriesAfter, entry.tokensEvicted, entry.pagesReclaimed})
    out.number(static_cast<std::uint64_t>(std::max(0, value)));
  out.number(static_cast<std::uint64_t>(entry.duration.count()));
  out.real(entry.cut);
  out.byte(entry.record ? 1 : 0);
  std::shared_ptr<const CompressionRecord>& before = last[entry.request];
  if (entry.record) writeRecord(out, entry, before.get());
  before = entry.record;
}

bool readCompression(TraceCursor& in, HistoryParts& parts, LastRecords& last) {
  CompressionEntry entry;
  entry.at = std::chrono::microseconds(in.numberUpTo(std::uint64_t{1} << 52));
  if (!parts.compressions.empty()) entry.at = std::max(entry.at, parts.compressions.back().at + Duration(1));
  entry.request.value = in.number();
  entry.owner.value = in.number();
  for (int* value : {&entry.entriesBefore, &entry.entriesAfter, &entry.tokensEvicted, &entry.pagesReclaimed})
    *value = in.countUpTo(kMostEntries);
  entry.duration = Duration(static_cast<std::int64_t>(in.numberUpTo(std::uint64_t{1} << 60)));
  entry.cut = in.real();
  const bool hasRecord = in.byte() != 0;
  if (!in.isGood()) return false;
  std::shared_ptr<const CompressionRecord>& before = last[entry.request];
  std::shared_ptr<CompressionRecord> record = hasRecord ? readRecord(in, before.get()) : nullptr;
  if (hasRecord && record == nullptr) return false;
  before = entry.record = std::move(record);
  parts.compressions.push_back(std::move(entry));
  return true;
}

void writePageMap(TraceBytes& out, const TimedSnapshot& taken) {
  const CacheSnapshot& snapshot = *taken.snapshot;
  out.number(static_cast<std::uint64_t>(inMicroseconds(taken.at)));
  out.number(snapshot.step);
  out.number(static_cast<std::uint64_t>(snapshot.pageTokens));
  out.number(static_cast<std::uint64_t>(snapshot.bytesPerPage));
  out.number(snapshot.pages.size());
  for (std::size_t from = 0; from < snapshot.pages.size();) {
    const PageSnapshot& page = snapshot.pages[from];
    std::size_t to = from + 1;
    for (; to < snapshot.pages.size(); ++to) {
      const PageSnapshot& next = snapshot.pages[to];
      const int place = page.tableIndex < 0 ? -1 : page.tableIndex + static_cast<int>(to - from);
      if (next.state != page.state || next.request != page.request || next.owner != page.owner ||
          next.tokensLive != page.tokensLive || next.holders != page.holders || next.tableIndex != place)
        break;
    }
    out.number(to - from);
    out.byte(static_cast<std::uint8_t>(page.state));
    out.number(page.request.value);
    out.number(page.owner.value);
    out.number(page.tokensLive);
    out.number(page.holders);
    out.signedNumber(page.tableIndex);
    from = to;
  }
  out.number(snapshot.sequences.size());
  for (const SequenceSnapshot& sequence : snapshot.sequences) {
    out.number(sequence.request.value);
    out.number(sequence.owner.value);
    out.byte(static_cast<std::uint8_t>(sequence.state));
    out.byte(static_cast<std::uint8_t>(sequence.policy));
    for (const std::int64_t value :
         {sequence.logicalTokens, std::int64_t{sequence.physicalTokens}, std::int64_t{sequence.pagesHeld},
          std::int64_t{sequence.budgetTokens}, std::int64_t{sequence.compressions}, sequence.tokensEvicted,
          sequence.capacityTokens, std::int64_t{sequence.pinnedTokens}})
      out.number(static_cast<std::uint64_t>(value));
  }
}

namespace {

/// Pages of a run, each the next in the table of its first holder. Of several holders only the first is
/// known.
bool readPages(TraceCursor& in, CacheSnapshot& snapshot) {
  const int numPages = in.countUpTo(kMostPages);
  while (static_cast<int>(snapshot.pages.size()) < numPages && in.isGood()) {
    const auto count =
        static_cast<int>(in.numberUpTo(static_cast<std::uint64_t>(numPages) - snapshot.pages.size()));
    PageSnapshot page;
    const std::uint8_t state = in.byte();
    page.request.value = in.number();
    page.owner.value = in.number();
    page.tokensLive = static_cast<std::uint16_t>(in.numberUpTo(UINT16_MAX));
    page.holders = static_cast<std::uint16_t>(in.numberUpTo(UINT16_MAX));
    page.tableIndex = static_cast<std::int32_t>(std::clamp<std::int64_t>(in.signedNumber(), -1, kMostPages));
    if (!in.isGood() || count < 1 || state > static_cast<std::uint8_t>(PageState::Swapped)) return false;
    page.state = static_cast<PageState>(state);
    for (int i = 0; i < count; ++i) {
      page.firstHolder = static_cast<std::uint32_t>(snapshot.holders.size());
      const std::uint16_t holders = page.holders;
      page.holders = std::min<std::uint16_t>(holders, 1);
      snapshot.pages.push_back(page);
      if (page.holders == 1) snapshot.holders.push_back({page.request, page.owner, page.tableIndex});
      snapshot.pagesHeld += page.holders;
      snapshot.tokensLive += page.tokensLive;
      page.holders = holders;
      page.tableIndex += page.tableIndex < 0 ? 0 : 1;
    }
  }
  return in.isGood();
}

bool readSequences(TraceCursor& in, CacheSnapshot& snapshot) {
  const int numSequences = in.countUpTo(kMostSequences);
  for (int i = 0; i < numSequences && in.isGood(); ++i) {
    SequenceSnapshot sequence;
    sequence.request.value = in.number();
    sequence.owner.value = in.number();
    const std::uint8_t state = in.byte(), policy = in.byte();
    if (state > static_cast<std::uint8_t>(SequenceState::Finished) || policy > 3) return false;
    sequence.state = static_cast<SequenceState>(state);
    sequence.policy = static_cast<MemoryPolicy>(policy);
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    sequence.logicalTokens = static_cast<std::int64_t>(in.numberUpTo(kMost));
    sequence.physicalTokens = in.countUpTo(1 << 28);
    sequence.pagesHeld = in.countUpTo(kMostPages);
    sequence.budgetTokens = in.countUpTo(1 << 28);
    sequence.compressions = in.countUpTo(1 << 28);
    sequence.tokensEvicted = static_cast<std::int64_t>(in.numberUpTo(kMost));
    sequence.capacityTokens = static_cast<std::int64_t>(in.number());
    sequence.pinnedTokens = in.countUpTo(1 << 28);
    if (in.isGood()) snapshot.sequences.push_back(sequence);
  }
  return in.isGood();
}

}  // namespace

bool readPageMap(TraceCursor& in, HistoryParts& parts) {
  auto snapshot = std::make_shared<CacheSnapshot>();
  TimedSnapshot taken;
  taken.at = std::chrono::microseconds(in.numberUpTo(std::uint64_t{1} << 52));
  snapshot->step = in.number();
  snapshot->pageTokens = in.countUpTo(1 << 12);
  snapshot->bytesPerPage = static_cast<std::int64_t>(in.numberUpTo(std::uint64_t{1} << 40));
  if (!readPages(in, *snapshot) || !readSequences(in, *snapshot) || snapshot->pageTokens < 1) return false;
  if (!parts.snapshots.empty()) taken.at = std::max(taken.at, parts.snapshots.back().at);
  taken.snapshot = std::move(snapshot);
  parts.snapshots.push_back(std::move(taken));
  return true;
}

}  // namespace zipage
