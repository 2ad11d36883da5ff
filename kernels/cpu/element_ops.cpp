// Ops that touch each element once: taking up drawn tokens, embedding look-up, norm, gated activation,
// gathering rows.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

const std::byte* rowOf(const ConstTensorView& view, std::int64_t row) {
  return static_cast<const std::byte*>(view.data) +
         static_cast<std::size_t>(row) * bytesOf(view.type, view.columns);
}

float* floatRow(const TensorView& view, std::int64_t row) {
  return static_cast<float*>(view.data) + row * view.columns;
}

}  // namespace

void followDrawn(CpuContext&, const FollowDrawnArguments& a) {
  for (int t = 0; t < a.numTokens; ++t) {
    a.tokenIds[t] = a.drawn[t];
    const std::int32_t* ends = a.ends + t * kMostEndTokens;
    if (std::find(ends, ends + kMostEndTokens, a.drawn[t]) != ends + kMostEndTokens)
      a.targetSlots[t] = a.queryRows[t] = -1;
  }
}

void embed(CpuContext&, const EmbedArguments& a) {
  for (std::int64_t t = 0; t < a.output.rows; ++t) {
    widen(rowOf(a.table, a.tokenIds[t]), a.table.type, floatRow(a.output, t), a.table.columns);
  }
}

void rmsNorm(CpuContext& context, const RmsNormArguments& a) {
  const auto columns = static_cast<std::size_t>(a.input.columns);
  context.parallelFor(a.input.rows, a.input.rows * a.input.columns, [&](std::int64_t t, int) {
    const float* row = static_cast<const float*>(a.input.data) + t * a.input.columns;
    const float meanSquare = dotProduct(row, row, columns) / static_cast<float>(columns);
    scaleBy(row, 1.0F / std::sqrt(meanSquare + a.epsilon), static_cast<const float*>(a.gain.data),
            floatRow(a.output, t), columns);
  });
}

void siluMultiply(CpuContext& context, const SiluMultiplyArguments& a) {
  // An exponential costs about as much as ten multiply-adds.
  context.parallelFor(a.output.rows, a.output.rows * a.output.columns * 10, [&](std::int64_t t, int) {
    const float* gate = static_cast<const float*>(a.gate.data) + t * a.gate.columns;
    const float* up = static_cast<const float*>(a.up.data) + t * a.up.columns;
    siluTimes(gate, up, floatRow(a.output, t), static_cast<std::size_t>(a.output.columns));
  });
}

void gatherRows(CpuContext&, const GatherRowsArguments& a) {
  for (std::int64_t r = 0; r < a.output.rows; ++r) {
    std::memcpy(floatRow(a.output, r), rowOf(a.input, a.rows[r]), bytesOf(a.input.type, a.input.columns));
  }
}

}  // namespace zipage::cpu
