// How likely tokens are: a block for each row. The best are found one after the other, each the largest key
// below the one before; only who asks for probabilities pays for these passes.
#include "kernels/cuda/candidates.cuh"
#include "kernels/cuda/cuda_context.h"
#include "kernels/cuda/ops.h"

namespace zipage::cuda {

namespace {

using namespace sampling;

__global__ void __launch_bounds__(kThreads) rankKernel(RankTokensArguments a) {
  const auto count = static_cast<int>(a.logits.columns);
  const float* logits =
      static_cast<const float*>(a.logits.data) + static_cast<std::int64_t>(blockIdx.x) * count;
  TokenProbability* ranked = a.ranked + static_cast<std::int64_t>(blockIdx.x) * (1 + a.numBest);
  float shift = 0.0F;
  Key before = ~Key{0};
  for (int place = 0; place < (a.numBest > 0 ? a.numBest : 1); ++place) {
    Key best = 0;
    for (int id = static_cast<int>(threadIdx.x); id < count; id += kThreads) {
      const Key key = keyOf(cleaned(logits[id]), id);
      if (key < before && key > best) best = key;
    }
    best = joinBlock(best, Largest{});
    if (best == 0) {  // no key is 0, so none is left
      if (threadIdx.x == 0 && place < a.numBest) ranked[1 + place] = {-1, 0.0F};
      continue;
    }
    before = best;
    const float logit = cleaned(logits[idOf(best)]);
    if (place == 0) {
      double sum = 0.0;
      for (int id = static_cast<int>(threadIdx.x); id < count; id += kThreads)
        sum += static_cast<double>(expf(cleaned(logits[id]) - logit));
      shift = logit + static_cast<float>(log(joinBlock(sum, Sum{})));
    }
    if (threadIdx.x == 0 && place < a.numBest) ranked[1 + place] = {idOf(best), logit - shift};
  }
  if (threadIdx.x != 0) return;
  const std::int32_t token = a.tokens[blockIdx.x];
  ranked[0] = {token, cleaned(logits[token]) - shift};
}

}  // namespace

void rankTokens(CudaContext& context, const RankTokensArguments& a) {
  if (a.logits.rows == 0) return;
  rankKernel<<<static_cast<unsigned>(a.logits.rows), kThreads, 0, context.stream()>>>(a);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
