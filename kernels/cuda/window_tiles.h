#pragma once

#include "kernels/cuda/cuda_context.h"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

/// windowScores() on tensor cores, queries rounded to the KV type; false, with nothing done, for shapes and
/// types that those do not know.
bool tensorWindowScores(CudaContext& context, const WindowScoresArguments& arguments);

}  // namespace zipage::cuda
