#pragma once

#include "kernels/cuda/cuda_context.h"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

/// A sequence that brings fewer tokens in a step is left out here.
constexpr int kLeastPrefillTokens = 16;

/// pagedAttention() for the sequences of a step that bring at least kLeastPrefillTokens, on tensor cores; the
/// rows of all others are left as they are. Queries are F32, F16 or BF16 and are rounded to the KV type,
/// output is F32 or BF16. False, with nothing done, for KV types, head dimensions and pages that it does not
/// know.
bool prefillAttention(CudaContext& context, const PagedAttentionArguments& arguments);

}  // namespace zipage::cuda
