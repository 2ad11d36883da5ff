// One token out of each row of logits. Everything is a pure function of the row, its settings and (seed,
// counter). Candidates stay in the order of their ids unless a filter needs them ranked: ranking a large
// vocabulary costs more than all the rest.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cpu/clean_logit.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/vector_math.h"
#include "kernels/uniform_draw.h"

namespace zipage::cpu {

namespace {

struct Candidate {
  std::int32_t token;
  float logit;
  float weight;  // probability up to a factor; the best has 1
};

/// Kept between calls, so that decoding allocates nothing.
struct Work {
  std::vector<float> logits;
  std::vector<float> weights;
  std::vector<Candidate> candidates;
  std::vector<std::int32_t> tokens;
};

void penalize(const SamplingRow& row, const std::int32_t* history, Work& work) {
  if (row.repetitionPenalty == 1.0F || row.historyCount == 0) return;
  const std::int32_t* first = history + row.historyStart;
  work.tokens.assign(first, first + row.historyCount);
  std::sort(work.tokens.begin(), work.tokens.end());
  work.tokens.erase(std::unique(work.tokens.begin(), work.tokens.end()), work.tokens.end());
  for (const std::int32_t token : work.tokens) {
    float& logit = work.logits[static_cast<std::size_t>(token)];
    logit = logit > 0.0F ? logit / row.repetitionPenalty : logit * row.repetitionPenalty;
  }
}

bool isBetter(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}
bool isWorse(const Candidate& a, const Candidate& b) { return isBetter(b, a); }

/// Every token that has any weight at the row's temperature, in the order of ids.
void weigh(const SamplingRow& row, float largest, Work& work) {
  const std::size_t count = work.logits.size();
  work.weights.resize(count);
  const float sharpness = 1.0F / std::max(row.temperature, 1e-6F);
  for (std::size_t token = 0; token < count; ++token) {
    work.weights[token] = std::max((work.logits[token] - largest) * sharpness, -1e30F);
  }
  exponentials(work.weights.data(), 0.0F, count);
  work.candidates.clear();
  for (std::size_t token = 0; token < count; ++token) {
    if (work.weights[token] <= 0.0F) continue;
    work.candidates.push_back({static_cast<std::int32_t>(token), work.logits[token], work.weights[token]});
  }
}

void keepTopK(std::int32_t topK, std::vector<Candidate>& candidates) {
  const auto count = static_cast<std::ptrdiff_t>(topK);
  if (topK <= 0 || count >= std::ssize(candidates)) return;
  std::partial_sort(candidates.begin(), candidates.begin() + count, candidates.end(), isBetter);
  candidates.resize(static_cast<std::size_t>(count));
}

double totalOf(const std::vector<Candidate>& candidates) {
  double total = 0.0;
  for (const Candidate& candidate : candidates) total += candidate.weight;
  return total;
}

/// Keeps the fewest best candidates that together reach the share topP, best first; always one.
void keepTopP(float topP, std::vector<Candidate>& candidates) {
  if (topP >= 1.0F) return;
  const double wanted = totalOf(candidates) * topP;
  // A heap ranks only what is taken out of it.
  std::make_heap(candidates.begin(), candidates.end(), isWorse);
  double taken = 0.0;
  auto end = candidates.end();
  do {
    std::pop_heap(candidates.begin(), end, isWorse);
    --end;
    taken += end->weight;
  } while (taken < wanted && end != candidates.begin());
  candidates.erase(candidates.begin(), end);
  std::reverse(candidates.begin(), candidates.end());
}

/// The best candidate weighs 1, so minP is the least weight itself.
void keepMinP(float minP, std::vector<Candidate>& candidates) {
  std::erase_if(candidates,
                [minP](const Candidate& candidate) { return candidate.weight < std::min(minP, 1.0F); });
}

std::int32_t draw(const SamplingRow& row, const std::vector<Candidate>& candidates) {
  double left = uniformDraw(row.seed, row.counter) * totalOf(candidates);
  for (const Candidate& candidate : candidates) {
    left -= candidate.weight;
    if (left < 0.0) return candidate.token;
  }
  return candidates.back().token;
}

std::int32_t sampleRow(const SamplingRow& row, const std::int32_t* history, Work& work) {
  penalize(row, history, work);
  for (float& logit : work.logits) logit = cleaned(logit);
  const auto best = std::max_element(work.logits.begin(), work.logits.end());
  if (row.temperature <= 0.0F) return static_cast<std::int32_t>(best - work.logits.begin());
  weigh(row, *best, work);
  keepTopK(row.topK, work.candidates);
  keepTopP(row.topP, work.candidates);
  keepMinP(row.minP, work.candidates);
  return draw(row, work.candidates);
}

}  // namespace

void sample(CpuContext&, const SampleArguments& a) {
  thread_local Work work;
  for (std::int64_t r = 0; r < a.logits.rows; ++r) {
    const float* row = static_cast<const float*>(a.logits.data) + r * a.logits.columns;
    work.logits.assign(row, row + a.logits.columns);
    a.tokens[r] = sampleRow(a.rows[r], a.history, work);
  }
}

}  // namespace zipage::cpu
