// The CPU form of every op of the Device interface, one function each, implemented in the file of the same
// name.
#pragma once

#include "kernels/cpu/cpu_context.h"
#include "kernels/op_arguments.h"

namespace zipage::cpu {

void followDrawn(CpuContext& context, const FollowDrawnArguments& arguments);
void embed(CpuContext& context, const EmbedArguments& arguments);
void rmsNorm(CpuContext& context, const RmsNormArguments& arguments);
void matmul(CpuContext& context, const MatmulArguments& arguments);
void storeKeyValue(CpuContext& context, const StoreKeyValueArguments& arguments);
void pagedAttention(CpuContext& context, const PagedAttentionArguments& arguments);
void siluMultiply(CpuContext& context, const SiluMultiplyArguments& arguments);
void routeExperts(CpuContext& context, const RouteExpertsArguments& arguments);
void mixExperts(CpuContext& context, const MixExpertsArguments& arguments);
void gatherRows(CpuContext& context, const GatherRowsArguments& arguments);
void sample(CpuContext& context, const SampleArguments& arguments);
void rankTokens(CpuContext& context, const RankTokensArguments& arguments);

void windowScores(CpuContext& context, const WindowScoresArguments& arguments);
void gatherPositions(CpuContext& context, const GatherPositionsArguments& arguments);
void fuseScores(CpuContext& context, const FuseScoresArguments& arguments);
void redundancy(CpuContext& context, const RedundancyArguments& arguments);
void selectEntries(CpuContext& context, const SelectEntriesArguments& arguments);
void compactPages(CpuContext& context, const CompactPagesArguments& arguments);

}  // namespace zipage::cpu
