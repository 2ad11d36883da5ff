// Norm, rotation and the writes of one step's tokens: a warp for each head of each token.
#include "kernels/cuda/kv_entries.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/rotation.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kHeadsPerBlock = 4;

/// head[i] = head[i] · gain[i] / root mean square. All lanes of the warp call.
__device__ void normalizeHead(float* head, const float* gain, float epsilon, int headDim) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  float square = 0.0F;
  for (int i = lane; i < headDim; i += kWarp) square = fmaf(head[i], head[i], square);
  const float factor = rsqrtf(warpSum(square) / static_cast<float>(headDim) + epsilon);
  for (int i = lane; i < headDim; i += kWarp) head[i] *= factor * gain[i];
}

template <typename Entry>
__device__ void writeQuery(const StoreKeyValueArguments& a, const float* head, int token, int h) {
  const int headDim = a.kv.headDim;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  float* query = static_cast<float*>(a.queries.data) + token * a.queries.columns + h * headDim;
  for (int i = lane; i < headDim; i += kWarp) query[i] = head[i];
  if (a.window.queries == nullptr || a.batch.queryRows[token] < 0) return;
  const int row = a.batch.queryRows[token];
  auto* kept = reinterpret_cast<Entry*>(
      a.window.row(a.layer, row / a.window.windowTokens, row % a.window.windowTokens));
  for (int i = lane; i < headDim; i += kWarp) kept[h * headDim + i] = narrow<Entry>(head[i]);
}

template <typename Entry>
__device__ void writeEntry(const StoreKeyValueArguments& a, const float* key, int token, int g) {
  if (a.batch.targetSlots[token] < 0) return;
  const int headDim = a.kv.headDim;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int page = a.batch.targetSlots[token] / a.kv.pageTokens;
  const int slot = a.batch.targetSlots[token] % a.kv.pageTokens;
  storeRow<Entry>(a.kv.keyTile(a.layer, page, g), slot, headDim, key);
  storeRow<Entry>(a.kv.valueTile(a.layer, page, g), slot, headDim,
                  static_cast<const float*>(a.values.data) + token * a.values.columns + g * headDim);
  if (lane != 0) return;
  const std::size_t index = a.kv.slotIndex(a.layer, page, g) + slot;
  a.kv.positions[index] = a.batch.positions[token];
  a.kv.scores[index] = 0.0F;
}

/// Query and Entry: the types of the windows and of the pages.
template <typename Query, typename Entry>
__global__ void storeKernel(StoreKeyValueArguments a, int queryHeads, int dimensions) {
  extern __shared__ float heads[];
  awaitPrevious();
  letNextCome();
  const int headDim = a.kv.headDim;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int index = static_cast<int>(blockIdx.y) * kHeadsPerBlock + warp;
  if (index >= queryHeads + a.kv.kvHeads) return;
  const int token = static_cast<int>(blockIdx.x);
  const bool isQuery = index < queryHeads;
  const int h = isQuery ? index : index - queryHeads;
  const float* from = isQuery ? static_cast<const float*>(a.queries.data) + token * a.queries.columns
                              : static_cast<const float*>(a.keys.data) + token * a.keys.columns;
  float* head = heads + warp * headDim;
  for (int i = lane; i < headDim; i += kWarp) head[i] = from[h * headDim + i];
  __syncwarp();
  const auto* gain = static_cast<const float*>(isQuery ? a.queryGain.data : a.keyGain.data);
  if (gain != nullptr) normalizeHead(head, gain, a.epsilon, headDim);
  if (dimensions > 0) rotateHead(head, a.rope, dimensions, a.batch.positions[token], a.rope.magnitude, 1.0F);
  __syncwarp();
  if (isQuery)
    writeQuery<Query>(a, head, token, h);
  else
    writeEntry<Entry>(a, head, token, h);
}

}  // namespace

void storeKeyValue(CudaContext& context, const StoreKeyValueArguments& a) {
  if (a.batch.numTokens == 0) return;
  const int headDim = a.kv.headDim;
  const int queryHeads = static_cast<int>(a.queries.columns) / headDim;
  const int dimensions = rotatedDimensions(a.rope, a.layer, headDim);
  const dim3 grid(static_cast<unsigned>(a.batch.numTokens),
                  static_cast<unsigned>(ceilDivide(queryHeads + a.kv.kvHeads, kHeadsPerBlock)));
  const std::size_t shared = static_cast<std::size_t>(kHeadsPerBlock) * headDim * sizeof(float);
  withEntry(a.kv.type, [&](auto entry) {
    withElement(a.window.type, [&](auto query) {
      launchChained(context, storeKernel<decltype(query), decltype(entry)>, grid, kHeadsPerBlock * kWarp,
                    shared, a, queryHeads, dimensions);
    });
  });
  context.rememberLaunch();
}

}  // namespace zipage::cuda
