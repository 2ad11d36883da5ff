// Mixtures of experts: which ones a token goes to, and their feed-forward layers. A row's sum goes through
// its experts in ascending order, so it does not depend on the other rows.
#include <algorithm>
#include <vector>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/weight_rows.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kEight = 8;

/// A block for each row. The largest of what is left is taken, again and again.
__global__ void routeKernel(RouteExpertsArguments a) {
  extern __shared__ float probabilities[];
  const int count = static_cast<int>(a.logits.columns);
  const float* logits =
      static_cast<const float*>(a.logits.data) + static_cast<std::int64_t>(blockIdx.x) * count;
  float top = -FLT_MAX;
  for (int e = threadIdx.x; e < count; e += blockDim.x) top = fmaxf(top, logits[e]);
  top = joinBlock(top, Largest{});
  float sum = 0.0F;
  for (int e = threadIdx.x; e < count; e += blockDim.x) sum += probabilities[e] = expf(logits[e] - top);
  sum = joinBlock(sum, Sum{});
  float chosen = 0.0F;
  for (int i = 0; i < a.expertsUsed; ++i) {
    // Ordered bits above, the smaller index wins below.
    unsigned long long best = 0;
    for (int e = threadIdx.x; e < count; e += blockDim.x) {
      if (probabilities[e] < 0.0F) continue;
      const auto key =
          static_cast<unsigned long long>(orderedBits(probabilities[e])) << 32 | (0xFFFFFFFFU - e);
      best = key > best ? key : best;
    }
    best = joinBlock(best, Largest{});
    const int expert = static_cast<int>(0xFFFFFFFFU - static_cast<std::uint32_t>(best));
    const float probability = probabilities[expert];
    chosen += probability;
    __syncthreads();
    if (threadIdx.x == 0) {
      a.experts[static_cast<std::int64_t>(blockIdx.x) * a.expertsUsed + i] = expert;
      a.weights[static_cast<std::int64_t>(blockIdx.x) * a.expertsUsed + i] = probability;
      probabilities[expert] = -1.0F;
    }
    __syncthreads();
  }
  const float whole = a.normalises ? chosen : sum;
  for (int i = threadIdx.x; i < a.expertsUsed; i += blockDim.x)
    a.weights[static_cast<std::int64_t>(blockIdx.x) * a.expertsUsed + i] /= whole;
}

/// One output of one expert for one row, by one warp.
template <typename Rows, typename Input>
__device__ float product(const Rows& weight, const Input* input, int output, int columns) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  float sum = 0.0F;
  for (int column = lane * kEight; column < columns; column += kWarp * kEight) {
    float numbers[kEight];
    weight.eight(output, column, numbers);
    float inputs[kEight];
    loadEight(input + column, inputs);
#pragma unroll
    for (int i = 0; i < kEight; ++i) sum = fmaf(numbers[i], inputs[i], sum);
  }
  return warpSum(sum);
}

struct Mixture {
  MixExpertsArguments a;
  int wide;
  float* gated;  // [rows · expertsUsed, wide]
  float* down;   // [rows · expertsUsed, model]
};

/// gated = gate(input), and with kIsUp gated = silu(gated) · up(input); blockIdx.y is row · expertsUsed +
/// place.
template <bool kIsUp, typename Input, typename Rows>
__global__ void __launch_bounds__(kThreads) gateKernel(Mixture m, const Rows* experts) {
  const int output =
      static_cast<int>(blockIdx.x) * (kThreads / kWarp) + static_cast<int>(threadIdx.x) / kWarp;
  if (output >= m.wide) return;
  const std::int64_t share = blockIdx.y;
  const int columns = static_cast<int>(m.a.input.columns);
  const Input* input = static_cast<const Input*>(m.a.input.data) + share / m.a.expertsUsed * columns;
  const float sum = product(experts[m.a.experts[share]], input, output, columns);
  if (threadIdx.x % kWarp != 0) return;
  float* gated = m.gated + share * m.wide + output;
  *gated = kIsUp ? *gated / (1.0F + expf(-*gated)) * sum : sum;
}

template <typename Rows>
__global__ void __launch_bounds__(kThreads) downKernel(Mixture m, const Rows* downs) {
  const int output =
      static_cast<int>(blockIdx.x) * (kThreads / kWarp) + static_cast<int>(threadIdx.x) / kWarp;
  const int model = static_cast<int>(m.a.output.columns);
  if (output >= model) return;
  const std::int64_t share = blockIdx.y;
  const float sum = product(downs[m.a.experts[share]], m.gated + share * m.wide, output, m.wide);
  if (threadIdx.x % kWarp == 0) m.down[share * model + output] = sum;
}

__global__ void joinKernel(Mixture m) {
  const int model = static_cast<int>(m.a.output.columns);
  const int column = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (column >= model) return;
  const std::int64_t row = blockIdx.y;
  const std::int32_t* experts = m.a.experts + row * m.a.expertsUsed;
  const float* weights = m.a.weights + row * m.a.expertsUsed;
  float* output = static_cast<float*>(m.a.output.data) + row * model + column;
  float sum = *output;
  int last = -1;
  for (int taken = 0; taken < m.a.expertsUsed; ++taken) {
    int next = -1;
    for (int i = 0; i < m.a.expertsUsed; ++i) {
      if (experts[i] > last && (next < 0 || experts[i] < experts[next])) next = i;
    }
    last = experts[next];
    sum = fmaf(weights[next], m.down[(row * m.a.expertsUsed + next) * model + column], sum);
  }
  *output = sum;
}

/// Copies the rows of every expert to `place`, in device memory.
template <typename Rows>
const Rows* uploadRows(CudaContext& context, const ConstTensorView* views, int count, std::byte*& place) {
  std::vector<Rows> rows;
  for (int expert = 0; expert < count; ++expert) {
    withWeightRows(views[expert], [&](auto each) {
      if constexpr (std::is_same_v<decltype(each), Rows>) rows.push_back(each);
    });
  }
  auto* target = reinterpret_cast<Rows*>(place);
  place += ceilDivide<std::size_t>(rows.size() * sizeof(Rows), 256) * 256;
  // From memory that is not pinned, the copy has been taken when the call returns.
  context.remember(cudaMemcpyAsync(target, rows.data(), rows.size() * sizeof(Rows), cudaMemcpyHostToDevice,
                                   context.stream()));
  return target;
}

}  // namespace

void routeExperts(CudaContext& context, const RouteExpertsArguments& a) {
  if (a.logits.rows == 0) return;
  routeKernel<<<static_cast<unsigned>(a.logits.rows), 128, a.logits.columns * sizeof(float),
                context.stream()>>>(a);
  context.rememberLaunch();
}

void mixExperts(CudaContext& context, const MixExpertsArguments& a) {
  if (a.input.rows == 0) return;
  Mixture m{a};
  m.wide = static_cast<int>(a.gates[0].rows);
  const auto shares = static_cast<std::size_t>(a.input.rows) * a.expertsUsed;
  constexpr std::size_t kRowsBytes = 64;  // at most, of what describes a weight
  const std::size_t tables = 3 * ceilDivide<std::size_t>(a.numExperts * kRowsBytes, 256) * 256;
  std::byte* scratch = context.scratch(tables + shares * (m.wide + a.output.columns) * sizeof(float));
  if (scratch == nullptr) return;
  m.gated = reinterpret_cast<float*>(scratch + tables);
  m.down = m.gated + shares * m.wide;
  std::byte* place = scratch;
  const auto grid = [&](std::int64_t outputs) {
    return dim3(static_cast<unsigned>(ceilDivide<std::int64_t>(outputs, kThreads / kWarp)),
                static_cast<unsigned>(shares));
  };
  const bool isNarrow = a.input.type == DataType::BF16;
  const auto withExperts = [&](const ConstTensorView* views, auto launch) {
    withWeightRows(views[0], [&](auto rows) {
      launch(uploadRows<decltype(rows)>(context, views, a.numExperts, place));
    });
  };
  withExperts(a.gates, [&](const auto* experts) {
    if (isNarrow)
      gateKernel<false, __nv_bfloat16><<<grid(m.wide), kThreads, 0, context.stream()>>>(m, experts);
    else
      gateKernel<false, float><<<grid(m.wide), kThreads, 0, context.stream()>>>(m, experts);
  });
  withExperts(a.ups, [&](const auto* experts) {
    if (isNarrow)
      gateKernel<true, __nv_bfloat16><<<grid(m.wide), kThreads, 0, context.stream()>>>(m, experts);
    else
      gateKernel<true, float><<<grid(m.wide), kThreads, 0, context.stream()>>>(m, experts);
  });
  withExperts(a.downs, [&](const auto* experts) {
    downKernel<<<grid(a.output.columns), kThreads, 0, context.stream()>>>(m, experts);
  });
  joinKernel<<<dim3(static_cast<unsigned>(ceilDivide<std::int64_t>(a.output.columns, kThreads)),
                    static_cast<unsigned>(a.input.rows)),
               kThreads, 0, context.stream()>>>(m);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
