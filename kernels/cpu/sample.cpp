// One token out of each row of logits. Everything is a pure function of the row, its settings and (seed,
// counter).
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cpu/ops.h"

namespace zipage::cpu {

namespace {

struct Candidate {
  std::int32_t token;
  float logit;
  double probability;
};

/// A uniform number in [0, 1) out of (seed, counter): two rounds of the SplitMix64 finaliser.
double uniform(std::uint64_t seed, std::uint64_t counter) {
  std::uint64_t bits = seed ^ (counter + 1) * 0x9E3779B97F4A7C15ULL;
  for (int round = 0; round < 2; ++round) {
    bits += 0x9E3779B97F4A7C15ULL;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31;
  }
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

/// Logits that are not numbers can never be drawn.
float cleaned(float logit) { return std::isnan(logit) ? -std::numeric_limits<float>::infinity() : logit; }

void penalize(std::vector<float>& logits, const SamplingRow& row, const std::int32_t* history) {
  if (row.repetitionPenalty == 1.0F || row.historyCount == 0) return;
  std::vector<std::int32_t> tokens(history + row.historyStart, history + row.historyStart + row.historyCount);
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  for (const std::int32_t token : tokens) {
    float& logit = logits[static_cast<std::size_t>(token)];
    logit = logit > 0.0F ? logit / row.repetitionPenalty : logit * row.repetitionPenalty;
  }
}

std::int32_t largestOf(const std::vector<float>& logits) {
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

bool isBetter(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

/// Candidates, best first, cut to the k best, with probabilities that sum to 1.
void rank(const std::vector<float>& logits, const SamplingRow& row, std::vector<Candidate>& candidates) {
  candidates.clear();
  for (std::size_t token = 0; token < logits.size(); ++token) {
    if (std::isfinite(logits[token]))
      candidates.push_back({static_cast<std::int32_t>(token), logits[token], 0.0});
  }
  const auto count =
      row.topK > 0 ? std::min(candidates.size(), static_cast<std::size_t>(row.topK)) : candidates.size();
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                    candidates.end(), isBetter);
  candidates.resize(count);
  double sum = 0.0;
  for (Candidate& candidate : candidates) {
    candidate.probability =
        std::exp((static_cast<double>(candidate.logit) - candidates.front().logit) / row.temperature);
    sum += candidate.probability;
  }
  for (Candidate& candidate : candidates) candidate.probability /= sum;
}

/// Keeps the fewest best candidates that together reach topP, then those that reach minP of the best one.
void truncate(const SamplingRow& row, std::vector<Candidate>& candidates) {
  if (row.topP < 1.0F) {
    double sum = 0.0;
    std::size_t count = 0;
    while (count < candidates.size() && (count == 0 || sum < row.topP))
      sum += candidates[count++].probability;
    candidates.resize(count);
  }
  const double least = candidates.front().probability * row.minP;
  while (candidates.back().probability < least) candidates.pop_back();
}

std::int32_t draw(const SamplingRow& row, const std::vector<Candidate>& candidates) {
  double sum = 0.0;
  for (const Candidate& candidate : candidates) sum += candidate.probability;
  double left = uniform(row.seed, row.counter) * sum;
  for (const Candidate& candidate : candidates) {
    left -= candidate.probability;
    if (left < 0.0) return candidate.token;
  }
  return candidates.back().token;
}

std::int32_t sampleRow(std::vector<float>& logits, const SamplingRow& row, const std::int32_t* history,
                       std::vector<Candidate>& candidates) {
  for (float& logit : logits) logit = cleaned(logit);
  penalize(logits, row, history);
  if (row.temperature <= 0.0F) return largestOf(logits);
  rank(logits, row, candidates);
  if (candidates.empty()) return largestOf(logits);  // every logit is infinite
  truncate(row, candidates);
  return draw(row, candidates);
}

}  // namespace

void sample(CpuContext&, const SampleArguments& a) {
  // Kept between calls, so that decoding allocates nothing.
  thread_local std::vector<float> logits;
  thread_local std::vector<Candidate> candidates;
  for (std::int64_t r = 0; r < a.logits.rows; ++r) {
    const float* row = static_cast<const float*>(a.logits.data) + r * a.logits.columns;
    logits.assign(row, row + a.logits.columns);
    a.tokens[r] = sampleRow(logits, a.rows[r], a.history, candidates);
  }
}

}  // namespace zipage::cpu
