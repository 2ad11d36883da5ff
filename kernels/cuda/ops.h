// The ops of the CUDA device, as functions: each enqueues its kernels and returns.
#pragma once

#include <span>

#include "kernels/cuda/cuda_context.h"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

void followDrawn(CudaContext& context, const FollowDrawnArguments& arguments);
void embed(CudaContext& context, const EmbedArguments& arguments);
void rmsNorm(CudaContext& context, const RmsNormArguments& arguments);
void matmul(CudaContext& context, const MatmulArguments& arguments);
void normedMatmul(CudaContext& context, const RmsNormArguments& norm,
                  std::span<const MatmulArguments> products);
void gatedMatmul(CudaContext& context, const GatedMatmulArguments& arguments);
void storeKeyValue(CudaContext& context, const StoreKeyValueArguments& arguments);
void pagedAttention(CudaContext& context, const PagedAttentionArguments& arguments);
void siluMultiply(CudaContext& context, const SiluMultiplyArguments& arguments);
void routeExperts(CudaContext& context, const RouteExpertsArguments& arguments);
void mixExperts(CudaContext& context, const MixExpertsArguments& arguments);
void gatherRows(CudaContext& context, const GatherRowsArguments& arguments);
void sample(CudaContext& context, const SampleArguments& arguments);
void rankTokens(CudaContext& context, const RankTokensArguments& arguments);
void windowScores(CudaContext& context, const WindowScoresArguments& arguments);
void gatherPositions(CudaContext& context, const GatherPositionsArguments& arguments);
void fuseScores(CudaContext& context, const FuseScoresArguments& arguments);
void redundancy(CudaContext& context, const RedundancyArguments& arguments);
void selectEntries(CudaContext& context, const SelectEntriesArguments& arguments);
void compactPages(CudaContext& context, const CompactPagesArguments& arguments);

/// Copies by a kernel where that is faster than by the copy engine; `host` is the end that lies in host
/// memory. False: nothing was enqueued.
bool copySmall(CudaContext& context, void* to, const void* from, std::size_t bytes, const void* host);

/// Bytes a weight takes here, and its way from the form it has in files, which lies at `stored` in device
/// memory.
std::size_t weightBytes(const ConstTensorView& weight);
bool isRepacked(DataType type);
void repackWeight(CudaContext& context, const ConstTensorView& stored, void* target);

}  // namespace zipage::cuda
