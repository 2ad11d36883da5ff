// Invariant: every span but the last holds at least as many samples as the one after it was allowed to, and
// together they hold all samples there ever were.
#include "engine/trace/sample_history.h"

#include <algorithm>

namespace zipage {

namespace {

SampleSpan spanOf(const MemorySample& sample) {
  return {sample.at,         sample,         sample.pagesHeld, sample.pagesHeld,       sample.tokensLive,
          sample.tokensLive, sample.running, sample.waiting,   sample.tokensPerSecond, 1};
}

void join(SampleSpan& span, const SampleSpan& next) {
  span.last = next.last;
  span.fewestPages = std::min(span.fewestPages, next.fewestPages);
  span.mostPages = std::max(span.mostPages, next.mostPages);
  span.fewestTokens = std::min(span.fewestTokens, next.fewestTokens);
  span.mostTokens = std::max(span.mostTokens, next.mostTokens);
  span.mostRunning = std::max(span.mostRunning, next.mostRunning);
  span.mostWaiting = std::max(span.mostWaiting, next.mostWaiting);
  span.highestRate = std::max(span.highestRate, next.highestRate);
  span.numSamples += next.numSamples;
}

}  // namespace

SampleHistory::SampleHistory(std::size_t capacity, std::vector<SampleSpan> spans)
    : m_capacity(capacity), m_spans(std::move(spans)) {
  for (const SampleSpan& span : m_spans) {
    m_numSamples += span.numSamples;
    m_perSpan = std::max(m_perSpan, span.numSamples);
  }
  while (m_spans.size() > m_capacity) thinOut();
}

void SampleHistory::add(const MemorySample& sample) {
  ++m_numSamples;
  if (!m_spans.empty() && m_spans.back().numSamples < m_perSpan) return join(m_spans.back(), spanOf(sample));
  if (m_spans.size() == m_capacity) thinOut();
  m_spans.push_back(spanOf(sample));
}

void SampleHistory::thinOut() {
  const std::size_t half = m_spans.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    SampleSpan joined = m_spans[2 * i];
    join(joined, m_spans[2 * i + 1]);
    m_spans[i] = joined;
  }
  m_spans.resize(half);
  m_perSpan *= 2;
}

void SampleHistory::clear() {
  m_spans.clear();
  m_perSpan = 1;
  m_numSamples = 0;
}

const SampleSpan* SampleHistory::at(Duration time) const {
  const auto after =
      std::upper_bound(m_spans.begin(), m_spans.end(), time,
                       [](Duration value, const SampleSpan& span) { return value < span.from; });
  return after == m_spans.begin() ? nullptr : &*std::prev(after);
}

}  // namespace zipage
