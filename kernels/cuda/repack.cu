// From blocks as files have them to the arrays of repacked_rows.cuh. Done once for each weight, by a thread
// for each word or block.
#include "kernels/cuda/block_values.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/repacked_rows.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 128;

__global__ void repackQ8_0(const std::uint8_t* stored, std::uint8_t* numbers, std::uint16_t* scales,
                           std::int64_t blocks, std::int64_t columns) {
  const std::int64_t block = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (block >= blocks) return;
  const std::uint8_t* from = stored + block * 34;
  scales[block] = static_cast<std::uint16_t>(shortAt(from));
  const std::int64_t perRow = columns / 32;
  std::uint8_t* row = numbers + block / perRow * columns;
  for (int e = 0; e < 32; ++e) row[RepackedQ8_0::placeOf(block % perRow * 32 + e, columns)] = from[2 + e];
}

/// Element e of a stored block, 0 … 15.
__device__ std::uint32_t storedQ4_K(const std::uint8_t* block, int e) {
  return block[16 + e / 64 * 32 + e % 32] >> (e / 32 % 2 * 4) & 15;
}

__global__ void repackQ4_K(const std::uint8_t* stored, std::uint32_t* numbers, std::uint8_t* steps,
                           std::uint32_t* factors, std::int64_t blocks) {
  const std::int64_t block = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (block >= blocks) return;
  const std::uint8_t* from = stored + block * 144;
  factors[block] = wordAt(from);
  for (int group = 0; group < 8; ++group) {
    const std::uint8_t* packed = from + 4;
    int scale = packed[group] & 63;
    int minimum = packed[group + 4] & 63;
    if (group >= 4) {
      scale = (packed[group + 4] & 15) | (packed[group - 4] >> 6) << 4;
      minimum = (packed[group + 4] >> 4) | (packed[group] >> 6) << 4;
    }
    steps[block * 16 + group] = static_cast<std::uint8_t>(scale);
    steps[block * 16 + 8 + group] = static_cast<std::uint8_t>(minimum);
    for (int t = 0; t < 4; ++t) {
      std::uint32_t word = 0;
      for (int i = 0; i < 8; ++i)
        word |= storedQ4_K(from, group * 32 + t * 8 + i) << (i / 2 * 4 + i % 2 * 16);
      numbers[block * 32 + t * 8 + group] = word;
    }
  }
}

/// Element e of a stored block, 0 … 63.
__device__ std::uint32_t storedQ6_K(const std::uint8_t* block, int e) {
  const int half = e / 128;
  const int low = block[half * 64 + e % 64] >> (e % 128 / 64 * 4) & 15;
  const int high = block[128 + half * 32 + e % 32] >> (e % 128 / 32 * 2) & 3;
  return static_cast<std::uint32_t>(low | high << 4);
}

__global__ void repackQ6_K(const std::uint8_t* stored, std::uint32_t* lows, std::uint32_t* highs,
                           std::uint8_t* steps, std::uint16_t* factors, std::int64_t blocks) {
  const std::int64_t block = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (block >= blocks) return;
  const std::uint8_t* from = stored + block * 210;
  factors[block] = static_cast<std::uint16_t>(shortAt(from + 208));
  for (int i = 0; i < 16; ++i) steps[block * 16 + i] = from[192 + i] ^ 128;  // of a signed byte: + 128
  for (int t = 0; t < 4; ++t) {
    for (int group = 0; group < 8; ++group) {
      std::uint32_t low = 0;
      std::uint32_t high = 0;
      for (int i = 0; i < 8; ++i) {
        const std::uint32_t number = storedQ6_K(from, group * 32 + i / 4 * 16 + t * 4 + i % 4);
        low |= (number & 15) << (i / 2 * 4 + i % 2 * 16);
        high |= (number >> 4) << (i / 2 * 2 + i % 2 * 16);
      }
      lows[block * 32 + t * 8 + group] = low;
      std::uint32_t& both = highs[block * 16 + t * 4 + group / 2];
      both = group % 2 == 0 ? high : both | high << 8;
    }
  }
}

}  // namespace

bool isRepacked(DataType type) {
  return type == DataType::Q8_0 || type == DataType::Q4_K || type == DataType::Q6_K;
}

std::size_t weightBytes(const ConstTensorView& weight) { return repackedBytes(weight); }

void repackWeight(CudaContext& context, const ConstTensorView& stored, void* target) {
  const auto* from = static_cast<const std::uint8_t*>(stored.data);
  auto* to = static_cast<std::uint8_t*>(target);
  const std::int64_t blocks = stored.rows * (stored.columns / layoutOf(stored.type).elementsPerBlock);
  const auto grid = static_cast<unsigned>(ceilDivide<std::int64_t>(blocks, kThreads));
  const auto shorts = [&](std::int64_t bytes) { return reinterpret_cast<std::uint16_t*>(to + bytes); };
  const auto words = [&](std::int64_t bytes) { return reinterpret_cast<std::uint32_t*>(to + bytes); };
  if (stored.type == DataType::Q8_0)
    repackQ8_0<<<grid, kThreads, 0, context.stream()>>>(from, to, shorts(blocks * 32), blocks,
                                                        stored.columns);
  if (stored.type == DataType::Q4_K)
    repackQ4_K<<<grid, kThreads, 0, context.stream()>>>(from, words(0), to + blocks * 128,
                                                        words(blocks * 144), blocks);
  if (stored.type == DataType::Q6_K)
    repackQ6_K<<<grid, kThreads, 0, context.stream()>>>(from, words(0), words(blocks * 128),
                                                        to + blocks * 192, shorts(blocks * 208), blocks);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
