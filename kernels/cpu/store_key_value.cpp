// Norm, rotation and the writes of one step's tokens: queries in place, keys and values into their pages,
// query rows into the windows.
#include <cmath>
#include <cstring>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/rotation.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

void normalizeHead(float* head, const ConstTensorView& gain, float epsilon, int headDim) {
  if (!gain) return;
  const auto count = static_cast<std::size_t>(headDim);
  const float meanSquare = dotProduct(head, head, count) / static_cast<float>(headDim);
  scaleBy(head, 1.0F / std::sqrt(meanSquare + epsilon), static_cast<const float*>(gain.data), head, count);
}

void writeQueries(const StoreKeyValueArguments& a, int token, const float* rotation) {
  const int headDim = a.kv.headDim;
  const auto heads = static_cast<int>(a.queries.columns / headDim);
  float* row = static_cast<float*>(a.queries.data) + token * a.queries.columns;
  for (int h = 0; h < heads; ++h) {
    normalizeHead(row + h * headDim, a.queryGain, a.epsilon, headDim);
    if (rotation != nullptr)
      rotateHead(row + h * headDim, rotatedDimensions(a.rope, headDim), a.rope.style, rotation);
  }
  const std::int32_t queryRow = a.batch.queryRows[token];
  if (a.window.queries == nullptr || queryRow < 0) return;
  narrow(row, a.window.type,
         a.window.row(a.layer, queryRow / a.window.windowTokens, queryRow % a.window.windowTokens),
         static_cast<std::size_t>(a.queries.columns));
}

void writeEntries(const StoreKeyValueArguments& a, int token, const float* rotation, float* scratch) {
  const PagedKv& kv = a.kv;
  if (a.batch.targetSlots[token] < 0) return;
  const int page = a.batch.targetSlots[token] / kv.pageTokens;
  const int slot = a.batch.targetSlots[token] % kv.pageTokens;
  const std::size_t offset = bytesOf(kv.type, static_cast<std::int64_t>(slot) * kv.headDim);
  const float* keys = static_cast<const float*>(a.keys.data) + token * a.keys.columns;
  const float* values = static_cast<const float*>(a.values.data) + token * a.values.columns;
  for (int g = 0; g < kv.kvHeads; ++g) {
    std::memcpy(scratch, keys + g * kv.headDim, kv.headDim * sizeof(float));
    normalizeHead(scratch, a.keyGain, a.epsilon, kv.headDim);
    if (rotation != nullptr)
      rotateHead(scratch, rotatedDimensions(a.rope, kv.headDim), a.rope.style, rotation);
    narrow(scratch, kv.type, kv.keyTile(a.layer, page, g) + offset, kv.headDim);
    narrow(values + g * kv.headDim, kv.type, kv.valueTile(a.layer, page, g) + offset, kv.headDim);
    const std::size_t index = kv.slotIndex(a.layer, page, g) + slot;
    kv.positions[index] = a.batch.positions[token];
    kv.scores[index] = 0.0F;
  }
}

}  // namespace

void storeKeyValue(CpuContext& context, const StoreKeyValueArguments& a) {
  const int headDim = a.kv.headDim;
  const bool isRotated = rotates(a.rope, a.layer);
  // An angle and its use cost about as much as ten multiply-adds for each element.
  const std::int64_t work = 10 * a.batch.numTokens * (a.queries.columns + 2 * a.keys.columns);
  context.parallelFor(a.batch.numTokens, work, [&](std::int64_t task, int thread) {
    const int token = static_cast<int>(task);
    float* scratch = context.threadScratch(thread, 2 * static_cast<std::size_t>(headDim));
    float* rotation = isRotated ? scratch + headDim : nullptr;
    if (isRotated)
      fillRotation(a.rope, rotatedDimensions(a.rope, headDim), a.batch.positions[token], Turn::Forwards,
                   rotation);
    writeQueries(a, token, rotation);
    writeEntries(a, token, rotation, scratch);
  });
}

}  // namespace zipage::cpu
