// Invariants: m_recordBytes, m_snapshotBytes and m_textBytes are the sums over what is there. The newest page
// map is always kept, whatever it takes; so is the newest record, and the texts of the newest request.
#include "engine/trace/memory_history.h"

#include <algorithm>
#include <iterator>

namespace zipage {

namespace {

std::size_t bytesOf(const CacheSnapshot& snapshot) {
  return snapshot.pages.size() * sizeof(PageSnapshot) + snapshot.holders.size() * sizeof(PageHolder) +
         snapshot.sequences.size() * sizeof(SequenceSnapshot);
}

}  // namespace

std::size_t bytesOf(const CompressionRecord& record) {
  const auto all = [](const auto& values) { return values.size() * sizeof(values.front()); };
  return all(record.reasons) + all(record.positions) + all(record.kept) + all(record.attention) +
         all(record.global) + all(record.pooled) + all(record.redundancy) + all(record.cut);
}

MemoryHistory::MemoryHistory(HistoryParts parts, const HistoryLimits& limits)
    : m_limits(limits),
      m_samples(limits.samples, std::move(parts.spans)),
      m_numDropped(parts.numDropped),
      m_events(parts.events.begin(), parts.events.end()),
      m_numForgottenEvents(parts.numForgottenEvents),
      m_compressions(parts.compressions.begin(), parts.compressions.end()),
      m_firstCompression(parts.firstCompression),
      m_firstRecord(parts.firstCompression),
      m_numForgottenRecords(parts.numForgottenRecords) {
  for (const CompressionEntry& entry : m_compressions)
    m_recordBytes += entry.record ? bytesOf(*entry.record) : 0;
  forgetRecords();
  for (TimedSnapshot& taken : parts.snapshots) add(std::move(taken.snapshot), taken.at);
  for (SequenceTrail& trail : parts.trails) {
    m_textBytes += trail.texts.bytes();
    m_trails.emplace(trail.request, std::move(trail));
  }
  forgetTexts();
}

HistoryParts MemoryHistory::parts() const {
  HistoryParts parts;
  parts.spans = m_samples.spans();
  parts.numDropped = m_numDropped;
  parts.events.assign(m_events.begin(), m_events.end());
  parts.numForgottenEvents = m_numForgottenEvents;
  parts.compressions.assign(m_compressions.begin(), m_compressions.end());
  parts.firstCompression = m_firstCompression;
  parts.numForgottenRecords = m_numForgottenRecords;
  parts.snapshots.assign(m_snapshots.begin(), m_snapshots.end());
  for (const auto& [request, trail] : m_trails) parts.trails.push_back(trail);
  return parts;
}

void MemoryHistory::begin(RequestId request, OwnerId owner, TokenTexts prompt) {
  SequenceTrail& trail = m_trails[request];
  trail.request = request;
  trail.owner = owner;
  trail.promptTokens = prompt.numTokens();
  trail.texts = std::move(prompt);
  m_textBytes += trail.texts.bytes();
  forgetTexts();
}

void MemoryHistory::addToken(RequestId request, std::string_view bytes) {
  const auto found = m_trails.find(request);
  if (found == m_trails.end() || found->second.texts.numTokens() == 0) return;
  const std::size_t before = found->second.texts.bytes();
  found->second.texts.add(bytes);
  m_textBytes += found->second.texts.bytes() - before;
  forgetTexts();
}

/// Those of requests that are over go first.
void MemoryHistory::forgetTexts() {
  for (const bool onlyOver : {true, false}) {
    for (auto place = m_trails.begin(); place != m_trails.end();) {
      const bool isNewest = std::next(place) == m_trails.end();
      if (m_textBytes <= m_limits.textBytes || isNewest) break;
      const bool mayGo = place->second.isOver || !onlyOver;
      if (mayGo) m_textBytes -= place->second.texts.bytes();
      place = mayGo ? m_trails.erase(place) : std::next(place);
    }
  }
}

void MemoryHistory::add(const EngineEvent& event, Duration at) {
  std::optional<MemoryEvent> happened = memoryEventOf(event, at);
  if (!happened) return;
  // Compressions may have come a moment later than they did; time never goes back for it.
  if (!m_events.empty()) at = happened->at = std::max(at, m_events.back().at);
  const auto trail = m_trails.find(happened->request);
  if (trail != m_trails.end()) happened->owner = trail->second.owner;
  if (const auto* compressed = std::get_if<SequenceCompressed>(&event)) {
    happened->compression = addCompression(*compressed, at, happened->owner);
    happened->at = m_compressions.back().at;
    if (trail != m_trails.end()) trail->second.compressions.push_back(happened->compression);
  }
  if (happened->kind == MemoryEventKind::Finished && trail != m_trails.end()) trail->second.isOver = true;
  m_events.push_back(*happened);
  if (m_events.size() <= m_limits.events) return;
  m_events.pop_front();
  ++m_numForgottenEvents;
}

std::int64_t MemoryHistory::addCompression(const SequenceCompressed& event, Duration at, OwnerId owner) {
  const std::int64_t number = numCompressions();
  // Each has a moment of its own, so that a moment names one of them.
  if (!m_compressions.empty()) at = std::max(at, m_compressions.back().at + Duration(1));
  m_compressions.push_back({at, event.request, owner, event.entriesBefore, event.entriesAfter,
                            event.tokensEvicted, event.pagesReclaimed, event.duration, event.cut,
                            event.record});
  if (event.record) m_recordBytes += bytesOf(*event.record);
  forgetRecords();
  return number;
}

void MemoryHistory::forgetRecords() {
  while (m_recordBytes > m_limits.recordBytes && m_firstRecord + 1 < numCompressions()) {
    CompressionEntry& oldest = m_compressions[static_cast<std::size_t>(m_firstRecord++ - m_firstCompression)];
    if (!oldest.record) continue;
    m_recordBytes -= bytesOf(*oldest.record);
    oldest.record = nullptr;
    ++m_numForgottenRecords;
  }
  if (m_compressions.size() <= m_limits.events) return;
  if (m_compressions.front().record) {
    m_recordBytes -= bytesOf(*m_compressions.front().record);
    ++m_numForgottenRecords;
  }
  m_compressions.pop_front();
  m_firstRecord = std::max(m_firstRecord, ++m_firstCompression);
}

const CompressionEntry* MemoryHistory::compression(std::int64_t number) const {
  if (number < m_firstCompression || number >= numCompressions()) return nullptr;
  return &m_compressions[static_cast<std::size_t>(number - m_firstCompression)];
}

std::int64_t MemoryHistory::lastCompression(Duration at, RequestId request) const {
  for (std::int64_t number = numCompressions() - 1; number >= m_firstCompression; --number) {
    const CompressionEntry& entry = *compression(number);
    if (entry.at <= at && (!request || entry.request == request)) return number;
  }
  return -1;
}

void MemoryHistory::add(std::shared_ptr<const CacheSnapshot> snapshot, Duration at) {
  const std::size_t bytes = bytesOf(*snapshot);
  // Until the next one is far enough from the one before it, the newest stands in its place.
  const bool isClose = m_snapshots.size() > 1 && at - m_snapshots[m_snapshots.size() - 2].at < m_spacing;
  if (isClose) {
    m_snapshotBytes -= bytesOf(*m_snapshots.back().snapshot);
    m_snapshots.pop_back();
  }
  m_snapshots.push_back({at, std::move(snapshot)});
  m_snapshotBytes += bytes;
  while (m_snapshotBytes > m_limits.snapshotBytes && m_snapshots.size() > 1) thinOutSnapshots();
}

void MemoryHistory::thinOutSnapshots() {
  std::deque<TimedSnapshot> kept;
  m_snapshotBytes = 0;
  for (std::size_t i = 0; i < m_snapshots.size(); ++i) {
    const bool isNewest = i + 1 == m_snapshots.size();
    if (i % 2 == 0 && !isNewest) continue;
    m_snapshotBytes += bytesOf(*m_snapshots[i].snapshot);
    kept.push_back(std::move(m_snapshots[i]));
  }
  m_snapshots = std::move(kept);
  const Duration whole = m_snapshots.back().at - m_snapshots.front().at;
  m_spacing = std::max(m_spacing, whole / static_cast<std::int64_t>(m_snapshots.size()));
}

std::shared_ptr<const CacheSnapshot> MemoryHistory::snapshotAt(Duration at) const {
  const auto after =
      std::upper_bound(m_snapshots.begin(), m_snapshots.end(), at,
                       [](Duration value, const TimedSnapshot& taken) { return value < taken.at; });
  return after == m_snapshots.begin() ? nullptr : std::prev(after)->snapshot;
}

const SequenceTrail* MemoryHistory::trail(RequestId request) const {
  const auto found = m_trails.find(request);
  return found == m_trails.end() ? nullptr : &found->second;
}

const SequenceTrail* MemoryHistory::latestOf(OwnerId owner) const {
  const auto found = std::find_if(m_trails.rbegin(), m_trails.rend(),
                                  [&](const auto& entry) { return entry.second.owner == owner; });
  return found == m_trails.rend() ? nullptr : &found->second;
}

void MemoryHistory::clear() { *this = MemoryHistory(m_limits); }

}  // namespace zipage
