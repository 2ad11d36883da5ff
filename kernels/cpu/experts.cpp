// Mixtures of experts: which ones a token goes to, and their feed-forward layers. The products are those of
// matmul(); a row's sum goes through its experts in ascending order, so it does not depend on the other rows.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

float* rowOf(const TensorView& view, std::int64_t row) {
  return static_cast<float*>(view.data) + row * view.columns;
}

/// The largest probabilities, ties to the smaller index; of the softmax over all experts.
void routeRow(const RouteExpertsArguments& a, const float* logits, std::int32_t* experts, float* weights) {
  thread_local std::vector<float> probabilities;
  thread_local std::vector<std::int32_t> order;
  const auto count = static_cast<std::size_t>(a.logits.columns);
  probabilities.assign(logits, logits + count);
  order.resize(count);
  std::iota(order.begin(), order.end(), 0);
  const float sum = exponentials(probabilities.data(), *std::max_element(logits, logits + count), count);
  const auto isLikelier = [&](std::int32_t x, std::int32_t y) {
    return probabilities[x] != probabilities[y] ? probabilities[x] > probabilities[y] : x < y;
  };
  std::partial_sort(order.begin(), order.begin() + a.expertsUsed, order.end(), isLikelier);
  float chosen = 0.0F;
  for (int i = 0; i < a.expertsUsed; ++i) chosen += probabilities[order[i]];
  for (int i = 0; i < a.expertsUsed; ++i) {
    experts[i] = order[i];
    weights[i] = probabilities[order[i]] / (a.normalises ? chosen : sum);
  }
}

/// The rows that go to one expert.
struct Share {
  std::vector<std::int32_t> rows;
  std::vector<float> weights;
};

void gatherShare(const MixExpertsArguments& a, int expert, Share& share) {
  share.rows.clear();
  share.weights.clear();
  for (std::int64_t row = 0; row < a.input.rows; ++row) {
    const std::int32_t* experts = a.experts + row * a.expertsUsed;
    const std::int32_t* const found = std::find(experts, experts + a.expertsUsed, expert);
    if (found == experts + a.expertsUsed) continue;
    share.rows.push_back(static_cast<std::int32_t>(row));
    share.weights.push_back(a.weights[row * a.expertsUsed + (found - experts)]);
  }
}

void runExpert(CpuContext& context, const MixExpertsArguments& a, int expert, const Share& share,
               float* scratch) {
  const auto rows = static_cast<std::int64_t>(share.rows.size());
  const std::int64_t wide = a.gates[expert].rows;
  const std::int64_t model = a.input.columns;
  const TensorView input{scratch, DataType::F32, rows, model};
  const TensorView gate{scratch + a.input.rows * model, DataType::F32, rows, wide};
  const TensorView up{static_cast<float*>(gate.data) + a.input.rows * wide, DataType::F32, rows, wide};
  const TensorView down{static_cast<float*>(up.data) + a.input.rows * wide, DataType::F32, rows, model};
  gatherRows(context, {.input = a.input, .rows = share.rows.data(), .output = input});
  matmul(context, {.input = input, .weight = a.gates[expert], .bias = {}, .output = gate});
  matmul(context, {.input = input, .weight = a.ups[expert], .bias = {}, .output = up});
  siluMultiply(context, {.gate = gate, .up = up, .output = gate});
  matmul(context, {.input = gate, .weight = a.downs[expert], .bias = {}, .output = down});
  for (std::int64_t i = 0; i < rows; ++i) {
    float* const output = rowOf(a.output, share.rows[i]);
    const float* const row = rowOf(down, i);
    for (std::int64_t c = 0; c < model; ++c) output[c] += share.weights[i] * row[c];
  }
}

}  // namespace

void routeExperts(CpuContext& context, const RouteExpertsArguments& a) {
  context.parallelFor(a.logits.rows, a.logits.rows * a.logits.columns * 20, [&](std::int64_t row, int) {
    routeRow(a, static_cast<const float*>(a.logits.data) + row * a.logits.columns,
             a.experts + row * a.expertsUsed, a.weights + row * a.expertsUsed);
  });
}

void mixExperts(CpuContext& context, const MixExpertsArguments& a) {
  thread_local Share share;
  const std::int64_t wide = a.gates[0].rows;
  const auto floats = static_cast<std::size_t>(a.input.rows * 2 * (a.input.columns + wide));
  auto* const scratch = reinterpret_cast<float*>(context.sharedScratch(floats * sizeof(float)));
  for (int expert = 0; expert < a.numExperts; ++expert) {
    gatherShare(a, expert, share);
    if (!share.rows.empty()) runExpert(context, a, expert, share, scratch);
  }
}

}  // namespace zipage::cpu
