// What happened to an engine's memory, as far as it is remembered: samples, events, compressions, page maps,
// and the texts that sequences are made of. Live views and opened traces are the same to it.
//
// Everything in it is bounded. Samples thin out and keep their extremes; of events, records, page maps and
// texts the oldest go, and are counted. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "engine/cache/cache_snapshot.h"
#include "engine/trace/memory_event.h"
#include "engine/trace/sample_history.h"
#include "engine/trace/token_texts.h"

namespace zipage {

/// What it takes in memory.
std::size_t bytesOf(const CompressionRecord& record);

struct HistoryLimits {
  std::size_t samples = 4096;
  std::size_t events = 10000;
  std::size_t recordBytes = std::size_t{256} << 20;
  std::size_t snapshotBytes = std::size_t{64} << 20;
  std::size_t textBytes = std::size_t{32} << 20;
};

struct CompressionEntry {
  Duration at{};  // when it was done
  RequestId request;
  OwnerId owner;
  int entriesBefore = 0;
  int entriesAfter = 0;
  int tokensEvicted = 0;  // by each layer and KV head
  int pagesReclaimed = 0;
  Duration duration{};
  float cut = 0.0F;                                 // mean over layers and heads
  std::shared_ptr<const CompressionRecord> record;  // null: not recorded, or too long ago
};

/// One request, from when it was handed in.
struct SequenceTrail {
  RequestId request;
  OwnerId owner;
  int promptTokens = 0;
  TokenTexts texts;                        // of prompt and reply; none: not known, or too long ago
  std::vector<std::int64_t> compressions;  // numbers in the history, ascending
  bool isOver = false;
};

struct TimedSnapshot {
  Duration at{};
  std::shared_ptr<const CacheSnapshot> snapshot;
};

/// All that a history remembers, to be written to a file and to be made a history again.
struct HistoryParts {
  std::vector<SampleSpan> spans;
  std::uint64_t numDropped = 0;
  std::vector<MemoryEvent> events;
  std::int64_t numForgottenEvents = 0;
  std::vector<CompressionEntry> compressions;
  std::int64_t firstCompression = 0;
  std::int64_t numForgottenRecords = 0;
  std::vector<TimedSnapshot> snapshots;
  std::vector<SequenceTrail> trails;
};

class MemoryHistory {
 public:
  explicit MemoryHistory(const HistoryLimits& limits = {}) : m_limits(limits), m_samples(limits.samples) {}
  /// REQUIRES: times that do not go back, requests that are there once, records that are whole. What exceeds
  /// the limits goes, as always.
  explicit MemoryHistory(HistoryParts parts, const HistoryLimits& limits = {});

  HistoryParts parts() const;

  /// REQUIRES: before anything else is said of this request.
  void begin(RequestId request, OwnerId owner, TokenTexts prompt);
  /// The text of the next token that was drawn. Unknown requests are ignored.
  void addToken(RequestId request, std::string_view bytes);
  void add(const MemorySample& sample) { m_samples.add(sample); }
  void add(const EngineEvent& event, Duration at);
  void add(std::shared_ptr<const CacheSnapshot> snapshot, Duration at);
  /// Samples that never came here.
  void noteDropped(std::uint64_t numSamples) { m_numDropped += numSamples; }
  /// For a new engine, which numbers its requests from the beginning.
  void clear();

  const SampleHistory& samples() const { return m_samples; }
  std::uint64_t numDropped() const { return m_numDropped; }

  /// Those that are remembered; the first of them has the number numForgottenEvents().
  const std::deque<MemoryEvent>& events() const { return m_events; }
  std::int64_t numForgottenEvents() const { return m_numForgottenEvents; }

  std::int64_t numCompressions() const {
    return m_firstCompression + static_cast<std::int64_t>(m_compressions.size());
  }
  /// Null: there was none, or it is forgotten.
  const CompressionEntry* compression(std::int64_t number) const;
  std::int64_t firstCompression() const { return m_firstCompression; }
  /// Compressions whose records had to go.
  std::int64_t numForgottenRecords() const { return m_numForgottenRecords; }
  std::size_t recordBytes() const { return m_recordBytes; }
  /// The number of the last compression at this time or before, of this request or (none) of any; −1: none.
  std::int64_t lastCompression(Duration at, RequestId request = {}) const;

  /// The newest page map of this time or before; null: none.
  std::shared_ptr<const CacheSnapshot> snapshotAt(Duration at) const;
  std::size_t snapshotBytes() const { return m_snapshotBytes; }

  /// Null: not known.
  const SequenceTrail* trail(RequestId request) const;
  /// The latest request of this chat; null: none.
  const SequenceTrail* latestOf(OwnerId owner) const;
  const std::map<RequestId, SequenceTrail>& trails() const { return m_trails; }

 private:
  std::int64_t addCompression(const SequenceCompressed& event, Duration at, OwnerId owner);
  void forgetRecords();
  void forgetTexts();
  void thinOutSnapshots();

  HistoryLimits m_limits;
  SampleHistory m_samples;
  std::uint64_t m_numDropped = 0;
  std::deque<MemoryEvent> m_events;
  std::int64_t m_numForgottenEvents = 0;
  std::deque<CompressionEntry> m_compressions;
  std::int64_t m_firstCompression = 0;
  std::int64_t m_firstRecord = 0;  // compressions before it have none any more
  std::int64_t m_numForgottenRecords = 0;
  std::size_t m_recordBytes = 0;
  std::deque<TimedSnapshot> m_snapshots;
  std::size_t m_snapshotBytes = 0;
  Duration m_spacing{};  // between page maps that are kept
  std::map<RequestId, SequenceTrail> m_trails;
  std::size_t m_textBytes = 0;
};

}  // namespace zipage
