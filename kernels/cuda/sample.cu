// One token out of each row of logits. Many blocks survey a row, slice by slice; then one block draws: the
// largest logit is known by then, and a top-k cut only looks at slices that can hold what it keeps. Weights
// are added in fixed point, so that their sums do not depend on the order. Filters find their cut eight bits
// of the logit at a time. What few candidates are left are ranked, best first; of many, as on the CPU without
// filters, the order is that of their ids.
#include "kernels/cuda/row_sampler.cuh"

namespace zipage::cuda {

namespace {

using namespace sampling;

constexpr int kSurveyThreads = 256;

/// A block for each slice of each row.
__global__ void __launch_bounds__(kSurveyThreads) surveyKernel(Draw draw) {
  awaitPrevious();
  letNextCome();
  const auto count = static_cast<int>(draw.a.logits.columns);
  const float* logits =
      static_cast<const float*>(draw.a.logits.data) + static_cast<std::int64_t>(blockIdx.y) * count;
  const int first = static_cast<int>(blockIdx.x) * kSlice;
  Key best = 0;
#pragma unroll
  for (int i = 0; i < kSlice; i += kSurveyThreads) {
    const int id = first + i + static_cast<int>(threadIdx.x);
    if (id >= count) break;
    const Key key = keyOf(cleaned(logits[id]), id);
    best = key > best ? key : best;
  }
  best = joinBlock(best, Largest{});
  if (threadIdx.x == 0) draw.best[static_cast<std::int64_t>(blockIdx.y) * draw.slices + blockIdx.x] = best;
}

__global__ void __launch_bounds__(kThreads) sampleKernel(Draw draw) {
  __shared__ int ids[kMostRanked];
  RowSampler sampler(draw, draw.a.rows[blockIdx.x], ids);
  const std::int32_t token = sampler.run(draw);
  if (threadIdx.x == 0) draw.a.tokens[blockIdx.x] = token;
}

}  // namespace

void sample(CudaContext& context, const SampleArguments& a) {
  if (a.logits.rows == 0) return;
  Draw draw{a};
  const auto numbers = static_cast<std::size_t>(a.logits.rows) * a.logits.columns;
  draw.words = static_cast<int>(ceilDivide<std::int64_t>(a.logits.columns, 32));
  draw.slices = static_cast<int>(ceilDivide<std::int64_t>(a.logits.columns, kSlice));
  const std::size_t keyBytes = static_cast<std::size_t>(a.logits.rows) * draw.slices * sizeof(Key);
  std::byte* scratch = context.scratch(
      keyBytes + (2 * numbers + static_cast<std::size_t>(a.logits.rows) * draw.words) * sizeof(float));
  if (scratch == nullptr) return;
  draw.best = reinterpret_cast<Key*>(scratch);
  draw.logits = reinterpret_cast<float*>(scratch + keyBytes);
  draw.weights = draw.logits + numbers;
  draw.seen = reinterpret_cast<std::uint32_t*>(draw.weights + numbers);
  launchChained(context, surveyKernel,
                dim3(static_cast<unsigned>(draw.slices), static_cast<unsigned>(a.logits.rows)),
                kSurveyThreads, 0, draw);
  sampleKernel<<<static_cast<unsigned>(a.logits.rows), kThreads, 0, context.stream()>>>(draw);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
