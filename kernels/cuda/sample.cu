// One token out of each row of logits, in three kernels. Many blocks survey a row, slice by slice: penalties,
// and the likeliest of each slice. Many blocks weigh it, then the likeliest is known: how much candidates
// weigh together, by slices in the order of ids, or, where a filter ranks them, by bins of about equal
// weight. Then one block draws: it finds the bins that a filter can leave, sorts what they hold, mostly few,
// and looks up where the draw falls. Weights are added in fixed point, so that no sum depends on the order.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/row_draw.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

using namespace sampling;

constexpr int kSliceThreads = 256;

/// Scratch memory of all rows, each part [rows, …].
struct Survey {
  SampleArguments a;
  Key* best;
  Fixed* kept;
  Fixed* binWeights;
  std::uint32_t* binCounts;
  float* logits;
  int slices;

  __device__ SurveyedRow row(int r) const {
    const std::int64_t slice = static_cast<std::int64_t>(r) * slices;
    return {logits + slice * kSlice,
            best + slice,
            kept + slice,
            binWeights + static_cast<std::int64_t>(r) * kBins,
            binCounts + static_cast<std::int64_t>(r) * kBins,
            static_cast<int>(a.logits.columns),
            slices};
  }
};

/// Whether each token of a slice occurs in the history.
struct SeenTokens {
  std::uint32_t words[kSlice / 32];

  __device__ void read(const SamplingRow& row, const std::int32_t* history, int slice) {
    for (int i = static_cast<int>(threadIdx.x); i < kSlice / 32; i += kSliceThreads) words[i] = 0;
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < row.historyCount; i += kSliceThreads) {
      const std::int32_t token = history[row.historyStart + i];
      if (token / kSlice == slice) atomicOr(&words[token % kSlice / 32], 1U << (token % 32));
    }
    __syncthreads();
  }
  __device__ bool has(int place) const { return (words[place / 32] >> (place % 32) & 1U) != 0; }
};

__device__ float penalized(float logit, float penalty) {
  return logit > 0.0F ? logit / penalty : logit * penalty;
}

/// A block for each slice of each row.
__global__ void __launch_bounds__(kSliceThreads) surveyKernel(Survey survey) {
  __shared__ SeenTokens seen;
  awaitPrevious();
  letNextCome();
  const int slice = static_cast<int>(blockIdx.x);
  const SurveyedRow to = survey.row(static_cast<int>(blockIdx.y));
  const SamplingRow& row = survey.a.rows[blockIdx.y];
  for (int bin = slice * kSliceThreads + static_cast<int>(threadIdx.x); bin < kBins;
       bin += survey.slices * kSliceThreads) {
    to.binWeights[bin] = 0;
    to.binCounts[bin] = 0;
  }
  const bool isPenalized = row.repetitionPenalty != 1.0F && row.historyCount > 0;
  if (isPenalized) seen.read(row, survey.a.history, slice);
  const float* given =
      static_cast<const float*>(survey.a.logits.data) + static_cast<std::int64_t>(blockIdx.y) * to.count;
  Key best = 0;
#pragma unroll
  for (int i = static_cast<int>(threadIdx.x); i < kSlice; i += kSliceThreads) {
    const int id = slice * kSlice + i;
    if (id >= to.count) {
      to.logits[id] = 0.0F;  // read with its neighbours, though not used
      continue;
    }
    float logit = given[id];
    if (isPenalized && seen.has(i)) logit = penalized(logit, row.repetitionPenalty);
    logit = cleaned(logit);
    to.logits[id] = logit;
    const Key key = keyOf(logit, id);
    best = key > best ? key : best;
  }
  best = joinBlock(best, Largest{});
  if (threadIdx.x == 0) to.best[slice] = best;
}

/// Bins of one slice. A weight is added in two halves: shared memory adds 32 bits at a time, and kSlice
/// halves of 20 bits fit.
struct SliceBins {
  std::uint32_t low[kBins];
  std::uint32_t high[kBins];
  std::uint32_t counts[kBins];

  __device__ void clear() {
    for (int bin = static_cast<int>(threadIdx.x); bin < kBins; bin += kSliceThreads)
      low[bin] = high[bin] = counts[bin] = 0;
    __syncthreads();
  }
  __device__ void add(const Scale& scale, float logit) {
    const int bin = scale.binOf(logit);
    if (bin >= kBins) return;
    const Fixed weight = fixedOf(scale.weightOf(logit));
    atomicAdd(&low[bin], static_cast<std::uint32_t>(weight & 0xFFFFFU));
    atomicAdd(&high[bin], static_cast<std::uint32_t>(weight >> 20));
    atomicAdd(&counts[bin], 1U);
  }
  __device__ void addTo(const SurveyedRow& row) const {
    __syncthreads();
    for (int bin = static_cast<int>(threadIdx.x); bin < kBins; bin += kSliceThreads) {
      if (counts[bin] == 0) continue;
      atomicAdd(&row.binWeights[bin], (Fixed{high[bin]} << 20) + low[bin]);
      atomicAdd(&row.binCounts[bin], counts[bin]);
    }
  }
};

/// A block for each slice of each row.
__global__ void __launch_bounds__(kSliceThreads) weighKernel(Survey survey) {
  __shared__ SliceBins bins;
  awaitPrevious();
  letNextCome();
  const SurveyedRow to = survey.row(static_cast<int>(blockIdx.y));
  const SamplingRow& row = survey.a.rows[blockIdx.y];
  if (row.temperature <= 0.0F) return;
  const Scale scale(floatOfOrdered(bitsOf(to.likeliest())), row.temperature);
  const bool isBinned = ranks(row);
  if (isBinned) bins.clear();
  Fixed kept = 0;
#pragma unroll
  for (int i = static_cast<int>(threadIdx.x); i < kSlice; i += kSliceThreads) {
    const int id = static_cast<int>(blockIdx.x) * kSlice + i;
    if (id >= to.count) break;
    const float logit = to.logits[id];
    if (isBinned)
      bins.add(scale, logit);
    else
      kept += keptWeight(row, scale.weightOf(logit));
  }
  if (isBinned) {
    bins.addTo(to);
    return;
  }
  kept = joinBlock(kept, Sum{});
  if (threadIdx.x == 0) to.kept[blockIdx.x] = kept;
}

/// A block for each row.
__global__ void __launch_bounds__(kThreads) drawKernel(Survey survey) {
  __shared__ DrawMemory memory;
  awaitPrevious();
  letNextCome();
  const SurveyedRow from = survey.row(static_cast<int>(blockIdx.x));
  const SamplingRow row = survey.a.rows[blockIdx.x];
  const Key likeliest = from.likeliest();
  const std::int32_t token =
      row.temperature <= 0.0F ? idOf(likeliest) : RowDraw(from, row, likeliest, memory).run();
  if (threadIdx.x == 0) survey.a.tokens[blockIdx.x] = token;
}

}  // namespace

void sample(CudaContext& context, const SampleArguments& a) {
  if (a.logits.rows == 0) return;
  const auto rows = static_cast<std::size_t>(a.logits.rows);
  const auto slices = static_cast<std::size_t>(ceilDivide<std::int64_t>(a.logits.columns, kSlice));
  const std::size_t sliceBytes = sizeof(Key) + sizeof(Fixed) + kSlice * sizeof(float);
  const std::size_t binBytes = kBins * (sizeof(Fixed) + sizeof(std::uint32_t));
  std::byte* scratch = context.scratch(rows * (slices * sliceBytes + binBytes));
  if (scratch == nullptr) return;
  Survey survey{a};
  survey.slices = static_cast<int>(slices);
  survey.logits = reinterpret_cast<float*>(scratch);  // first: they are read four at a time
  survey.best = reinterpret_cast<Key*>(survey.logits + rows * slices * kSlice);
  survey.kept = reinterpret_cast<Fixed*>(survey.best + rows * slices);
  survey.binWeights = reinterpret_cast<Fixed*>(survey.kept + rows * slices);
  survey.binCounts = reinterpret_cast<std::uint32_t*>(survey.binWeights + rows * kBins);
  const dim3 grid(static_cast<unsigned>(slices), static_cast<unsigned>(rows));
  launchChained(context, surveyKernel, grid, kSliceThreads, 0, survey);
  launchChained(context, weighKernel, grid, kSliceThreads, 0, survey);
  launchChained(context, drawKernel, dim3(static_cast<unsigned>(rows)), kThreads, 0, survey);
}

}  // namespace zipage::cuda
