// How likely tokens are. One pass over a row finds its best few, a second one the sum that probabilities are
// shares of.
#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "kernels/cpu/clean_logit.h"
#include "kernels/cpu/ops.h"

namespace zipage::cpu {

namespace {

/// The best tokens with their logits, best first. A later token takes a place only with a larger logit.
std::span<TokenProbability> bestOf(std::span<const float> logits, std::span<TokenProbability> best) {
  std::size_t found = 0;
  for (std::size_t token = 0; token < logits.size(); ++token) {
    const float logit = cleaned(logits[token]);
    if (found == best.size() && logit <= best.back().logProbability) continue;
    std::size_t place = found < best.size() ? found++ : found - 1;
    for (; place > 0 && best[place - 1].logProbability < logit; --place) best[place] = best[place - 1];
    best[place] = {static_cast<std::int32_t>(token), logit};
  }
  return best.first(found);
}

void rankRow(std::span<const float> logits, std::int32_t token, std::span<TokenProbability> ranked) {
  std::array<TokenProbability, kMostRankedTokens + 1> room;
  const auto best = bestOf(logits, std::span(room).first(std::max<std::size_t>(1, ranked.size() - 1)));
  const double largest = best.front().logProbability;
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(cleaned(logit)) - largest);
  const double shift = largest + std::log(sum);
  const auto logProbability = [shift](float logit) { return static_cast<float>(logit - shift); };
  ranked[0] = {token, logProbability(cleaned(logits[static_cast<std::size_t>(token)]))};
  for (std::size_t i = 1; i < ranked.size(); ++i) {
    ranked[i] = i > best.size()
                    ? TokenProbability{}
                    : TokenProbability{best[i - 1].token, logProbability(best[i - 1].logProbability)};
  }
}

}  // namespace

void rankTokens(CpuContext&, const RankTokensArguments& a) {
  const auto columns = static_cast<std::size_t>(a.logits.columns);
  const auto each = static_cast<std::size_t>(1 + a.numBest);
  for (std::size_t r = 0; r < static_cast<std::size_t>(a.logits.rows); ++r) {
    rankRow({static_cast<const float*>(a.logits.data) + r * columns, columns}, a.tokens[r],
            {a.ranked + r * each, each});
  }
}

}  // namespace zipage::cpu
