// Samples of a run of any length in a fixed amount of memory. When there is no room, neighbours become one
// span that keeps the smallest and the largest of each number, so that no peak is ever lost; the newest
// samples of each span are kept as they were. An idle time stays between two spans, as long as there is room.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/trace/memory_sample.h"

namespace zipage {

struct SampleSpan {
  Duration from{};    // of its first sample
  MemorySample last;  // its newest sample, as it was
  std::int32_t fewestPages = 0;
  std::int32_t mostPages = 0;
  std::int64_t fewestTokens = 0;
  std::int64_t mostTokens = 0;
  std::int32_t mostRunning = 0;
  std::int32_t mostWaiting = 0;
  double highestRate = 0.0;
  std::uint32_t numSamples = 0;
};

SampleSpan spanOf(const MemorySample& sample);
/// Whether nothing was going on between two neighbours for so long that one should not be taken for the
/// other.
bool areApart(const SampleSpan& span, const SampleSpan& next);

class SampleHistory {
 public:
  /// REQUIRES: an even capacity of at least 2.
  explicit SampleHistory(std::size_t capacity = 4096) : m_capacity(capacity) {}

  /// Spans of another history, in order of time.
  SampleHistory(std::size_t capacity, std::vector<SampleSpan> spans);

  /// REQUIRES: not earlier than the one before.
  void add(const MemorySample& sample);
  void clear();

  const std::vector<SampleSpan>& spans() const { return m_spans; }  // in order of time
  std::uint64_t numSamples() const { return m_numSamples; }
  /// The last span that begins at this time or before; null: none.
  const SampleSpan* at(Duration time) const;

 private:
  void thinOut();
  template <typename MayJoin>
  void joinPairs(MayJoin mayJoin);

  std::size_t m_capacity;
  std::uint32_t m_perSpan = 1;  // samples that a span takes before the next begins
  std::uint64_t m_numSamples = 0;
  std::vector<SampleSpan> m_spans;
};

}  // namespace zipage
