// Invariant: together the spans hold all samples there ever were, in order of time.
#include "engine/trace/sample_history.h"

#include <algorithm>

namespace zipage {

SampleSpan spanOf(const MemorySample& sample) {
  return {sample.at,         sample,         sample.pagesHeld, sample.pagesHeld,       sample.tokensLive,
          sample.tokensLive, sample.running, sample.waiting,   sample.tokensPerSecond, 1};
}

bool areApart(const SampleSpan& span, const SampleSpan& next) {
  constexpr Duration kIdle = std::chrono::milliseconds(300);
  return span.last.running == 0 && span.last.waiting == 0 && next.from - span.last.at > kIdle;
}

namespace {

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
  const SampleSpan span = spanOf(sample);
  if (!m_spans.empty() && m_spans.back().numSamples < m_perSpan && !areApart(m_spans.back(), span))
    return join(m_spans.back(), span);
  if (m_spans.size() == m_capacity) thinOut();
  m_spans.push_back(span);
}

void SampleHistory::thinOut() {
  const std::size_t most = m_capacity - m_capacity / 4;
  joinPairs([](const SampleSpan& span, const SampleSpan& next) { return !areApart(span, next); });
  if (m_spans.size() >= most) joinPairs([](const SampleSpan&, const SampleSpan&) { return true; });
  m_perSpan *= 2;
}

template <typename MayJoin>
void SampleHistory::joinPairs(MayJoin mayJoin) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < m_spans.size(); ++kept) {
    SampleSpan span = m_spans[i++];
    if (i < m_spans.size() && mayJoin(span, m_spans[i])) join(span, m_spans[i++]);
    m_spans[kept] = span;
  }
  m_spans.resize(kept);
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
