// Attention of tokens that come one by one, for KV in 16 bits.
#pragma once

#include "kernels/cuda/cuda_context.h"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

/// Of sequences that bring at most `mostTokens` tokens. False: not for this type, head dimension or page
/// size.
bool decodeAttention(CudaContext& context, const PagedAttentionArguments& arguments, int mostTokens);

}  // namespace zipage::cuda
