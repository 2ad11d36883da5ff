// Products with so few rows of bf16 inputs that reading the weight is all that costs time.
#pragma once

#include <span>

#include "kernels/cuda/cuda_context.h"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

constexpr int kMostFewRows = 16;

/// Whether the functions below take this product: bf16 inputs, a type that has a tile, whole tiles of
/// columns.
bool fewRowsFit(const MatmulArguments& arguments);

/// And whether they make the norm in front of it themselves.
bool fewRowsTakeNorm(const MatmulArguments& arguments, bool isGated);

/// Up to three products of one input, with weights of one type, in one kernel. With a norm, their input is
/// what it would write; REQUIRES then: fewRowsTakeNorm() of each. REQUIRES: fewRowsFit() of each; the same
/// accumulate and type of output.
void multiplyFewRows(CudaContext& context, std::span<const MatmulArguments> products,
                     const RmsNormArguments* norm = nullptr);
/// gate.output = silu(gate) · up. REQUIRES: fewRowsFit() of both, matrices of one shape and type; with a
/// norm, fewRowsTakeNorm().
void multiplyGated(CudaContext& context, const MatmulArguments& gate, const MatmulArguments& up,
                   const RmsNormArguments* norm = nullptr);

}  // namespace zipage::cuda
