#include "engine/trace/compression_look.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace zipage {

CompressionLook::CompressionLook(const CompressionRecord& record) : m_record(&record) {
  ZIPAGE_CHECK(record.isWhole && record.numEntries > 0, "there is something to look at");
  m_isKept.resize(record.positions.size());
  for (int head = 0; head < numHeads(); ++head) {
    const auto first = static_cast<std::size_t>(head) * static_cast<std::size_t>(record.keep);
    for (int i = 0; i < record.keep; ++i)
      m_isKept[place(head, record.kept[first + static_cast<std::size_t>(i)])] = 1;
  }
  m_lastToken = record.positions[place(0, record.numEntries - 1)];
}

float CompressionLook::score(int head, int entry) const {
  if (!hasScores()) return NAN;
  const std::size_t at = place(head, entry);
  const float weight = m_record->weight;
  // Where a part has no weight it must not matter that it is infinite.
  const float pooled = weight > 0.0F ? weight * m_record->pooled[at] : 0.0F;
  return weight < 1.0F ? pooled - (1.0F - weight) * m_record->redundancy[at] : pooled;
}

bool CompressionLook::isPinned(int head, int entry) const {
  if (!hasScores()) return false;
  return std::isinf(m_record->pooled[place(head, entry)]) ||
         std::isinf(m_record->redundancy[place(head, entry)]);
}

Fate CompressionLook::fate(int head, int entry) const {
  if (!isKept(head, entry)) return Fate::Evicted;
  if (isPinned(head, entry)) return Fate::Pinned;
  switch (m_record->reasons[static_cast<std::size_t>(entry)]) {
    case KeepReason::Sink:
      return Fate::Sink;
    case KeepReason::Prompt:
      return Fate::Prompt;
    case KeepReason::Recent:
      return Fate::Recent;
    case KeepReason::Score:
      break;
  }
  return Fate::ByScore;
}

Verdict CompressionLook::verdict(int head, std::int32_t token) const {
  Verdict verdict;
  if (token > m_lastToken) {
    verdict.fate = Fate::Newer;
    return verdict;
  }
  const auto first = m_record->positions.begin() + static_cast<std::ptrdiff_t>(place(head, 0));
  const auto end = first + m_record->numEntries;
  const auto found = std::lower_bound(first, end, token);
  if (found == end || *found != token) return verdict;
  verdict.entry = static_cast<int>(found - first);
  const std::size_t at = place(head, verdict.entry);
  verdict.fate = fate(head, verdict.entry);
  if (!m_record->attention.empty()) verdict.attention = m_record->attention[at];
  verdict.pooled = hasScores() ? m_record->pooled[at] : NAN;
  verdict.redundancy = hasScores() ? m_record->redundancy[at] : NAN;
  verdict.score = score(head, verdict.entry);
  verdict.cut = m_record->cut[static_cast<std::size_t>(head)];
  return verdict;
}

std::vector<std::uint16_t> CompressionLook::countHeads(bool onlyKept) const {
  std::vector<std::uint16_t> heads(static_cast<std::size_t>(m_lastToken) + 1, 0);
  for (std::size_t i = 0; i < m_record->positions.size(); ++i) {
    const std::int32_t token = m_record->positions[i];
    if (token >= 0 && token <= m_lastToken && (!onlyKept || m_isKept[i] != 0))
      ++heads[static_cast<std::size_t>(token)];
  }
  return heads;
}

std::vector<std::uint16_t> CompressionLook::headsHolding() const { return countHeads(true); }

std::vector<std::uint16_t> CompressionLook::headsBefore() const { return countHeads(false); }

ScoreHistogram CompressionLook::histogram(int head, int numBins) const {
  ScoreHistogram histogram;
  const int firstHead = std::max(0, head), lastHead = head < 0 ? numHeads() - 1 : head;
  float lowest = INFINITY, highest = -INFINITY;
  const auto isOpen = [this](int of, int entry) {
    return m_record->reasons[static_cast<std::size_t>(entry)] == KeepReason::Score && !isPinned(of, entry);
  };
  double cuts = 0.0;
  for (int of = firstHead; of <= lastHead; ++of) {
    cuts += m_record->cut[static_cast<std::size_t>(of)];
    for (int entry = 0; entry < numEntries(); ++entry) {
      if (!isOpen(of, entry)) {
        ++histogram.numProtected;
        continue;
      }
      lowest = std::min(lowest, score(of, entry));
      highest = std::max(highest, score(of, entry));
    }
  }
  histogram.cut = static_cast<float>(cuts / (lastHead - firstHead + 1));
  histogram.isKnown = hasScores();
  if (!std::isfinite(lowest) || numBins < 1) return histogram;
  histogram.binWidth = std::max((highest - lowest) / static_cast<float>(numBins), 1e-12F);
  for (int bin = 0; bin < numBins; ++bin)
    histogram.bins.push_back({lowest + histogram.binWidth * static_cast<float>(bin), 0, 0});
  for (int of = firstHead; of <= lastHead; ++of) {
    for (int entry = 0; entry < numEntries(); ++entry) {
      if (!isOpen(of, entry)) continue;
      const int bin =
          std::clamp(static_cast<int>((score(of, entry) - lowest) / histogram.binWidth), 0, numBins - 1);
      ScoreBin& counted = histogram.bins[static_cast<std::size_t>(bin)];
      ++(isKept(of, entry) ? counted.kept : counted.evicted);
    }
  }
  return histogram;
}

std::vector<float> CompressionLook::agreement() const {
  const std::vector<std::uint16_t> holding = headsHolding();
  std::vector<float> shares;
  const int others = numHeads() - 1;
  for (int head = 0; head < numHeads(); ++head) {
    double sum = 0.0;
    for (int entry = 0; entry < numEntries(); ++entry) {
      if (isKept(head, entry)) sum += holding[static_cast<std::size_t>(token(head, entry))] - 1;
    }
    const double most = static_cast<double>(m_record->keep) * others;
    shares.push_back(most > 0.0 ? static_cast<float>(sum / most) : 1.0F);
  }
  return shares;
}

std::vector<float> CompressionLook::meanAge() const {
  std::vector<float> ages;
  for (int head = 0; head < numHeads(); ++head) {
    double sum = 0.0;
    for (int entry = 0; entry < numEntries(); ++entry) {
      if (isKept(head, entry)) sum += m_lastToken - token(head, entry);
    }
    const double most = static_cast<double>(m_record->keep) * std::max(1, m_lastToken);
    ages.push_back(static_cast<float>(sum / std::max(1.0, most)));
  }
  return ages;
}

std::vector<std::int32_t> CompressionLook::equalStretches(int number) const {
  const std::int64_t numTokens = m_lastToken + 1;
  const std::int64_t stretches = std::clamp<std::int64_t>(number, 1, numTokens);
  std::vector<std::int32_t> starts;
  for (std::int64_t i = 0; i < stretches; ++i)
    starts.push_back(static_cast<std::int32_t>((i * numTokens + stretches - 1) / stretches));
  return starts;
}

std::vector<std::int32_t> CompressionLook::stretchesByAge(int newest) const {
  std::vector<std::int32_t> starts;
  std::int64_t age = newest;
  for (std::int64_t start = m_lastToken + 1 - age; start > 0; start = m_lastToken + 1 - age) {
    starts.push_back(static_cast<std::int32_t>(start));
    age *= 2;
  }
  starts.push_back(0);
  std::reverse(starts.begin(), starts.end());
  return starts;
}

std::vector<float> CompressionLook::heldByStretch(const std::vector<std::int32_t>& starts) const {
  const std::size_t numStretches = starts.size();
  std::vector<float> shares(static_cast<std::size_t>(numHeads()) * numStretches, 0.0F);
  const auto stretchOf = [&](std::int32_t token) {
    return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), token) - starts.begin() -
                                    1);
  };
  const auto lengthOf = [&](std::size_t stretch) {
    const std::int32_t end = stretch + 1 < numStretches ? starts[stretch + 1] : m_lastToken + 1;
    return static_cast<float>(std::max(1, end - starts[stretch]));
  };
  for (int head = 0; head < numHeads(); ++head) {
    for (int entry = 0; entry < numEntries(); ++entry) {
      if (!isKept(head, entry)) continue;
      const std::size_t stretch = stretchOf(token(head, entry));
      shares[static_cast<std::size_t>(head) * numStretches + stretch] += 1.0F / lengthOf(stretch);
    }
  }
  return shares;
}

}  // namespace zipage
