// Ops that touch each element once: embedding look-up, norm, gated activation, gathering rows.
#include <cmath>
#include <cstring>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

const std::byte* rowOf(const ConstTensorView& view, std::int64_t row) {
  return static_cast<const std::byte*>(view.data) + static_cast<std::size_t>(row) * bytesOf(view.type, view.columns);
}

float* floatRow(const TensorView& view, std::int64_t row) { return static_cast<float*>(view.data) + row * view.columns; }

}  // namespace

void embed(CpuContext&, const EmbedArguments& a) {
  for (std::int64_t t = 0; t < a.output.rows; ++t) {
    widen(rowOf(a.table, a.tokenIds[t]), a.table.type, floatRow(a.output, t), a.table.columns);
  }
}

void rmsNorm(CpuContext& context, const RmsNormArguments& a) {
  const auto columns = static_cast<std::size_t>(a.input.columns);
  const int numThreads = context.threadsFor(a.input.rows * a.input.columns);
#pragma omp parallel for schedule(static) num_threads(numThreads) if (numThreads > 1)
  for (std::int64_t t = 0; t < a.input.rows; ++t) {
    const float* row = static_cast<const float*>(a.input.data) + t * a.input.columns;
    const float meanSquare = dotProduct(row, row, columns) / static_cast<float>(columns);
    scaleBy(row, 1.0F / std::sqrt(meanSquare + a.epsilon), static_cast<const float*>(a.gain.data), floatRow(a.output, t),
            columns);
  }
}

void siluMultiply(CpuContext& context, const SiluMultiplyArguments& a) {
  // An exponential costs about as much as ten multiply-adds.
  const int numThreads = context.threadsFor(a.output.rows * a.output.columns * 10);
#pragma omp parallel for schedule(static) num_threads(numThreads) if (numThreads > 1)
  for (std::int64_t t = 0; t < a.output.rows; ++t) {
    const float* gate = static_cast<const float*>(a.gate.data) + t * a.gate.columns;
    const float* up = static_cast<const float*>(a.up.data) + t * a.up.columns;
    siluTimes(gate, up, floatRow(a.output, t), static_cast<std::size_t>(a.output.columns));
  }
}

void gatherRows(CpuContext&, const GatherRowsArguments& a) {
  for (std::int64_t r = 0; r < a.output.rows; ++r) {
    std::memcpy(floatRow(a.output, r), rowOf(a.input, a.rows[r]), bytesOf(a.input.type, a.input.columns));
  }
}

}  // namespace zipage::cpu
