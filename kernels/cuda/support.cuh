// Small things that most kernels need: element types, sums over warps and blocks, rounding of extents.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cfloat>
#include <cstdint>

#include "kernels/tensor.h"

namespace zipage::cuda {

constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xFFFFFFFFU;

template <typename T>
constexpr T ceilDivide(T a, T b) {
  return (a + b - 1) / b;
}

__device__ inline float widen(float value) { return value; }
__device__ inline float widen(__half value) { return __half2float(value); }
__device__ inline float widen(__nv_bfloat16 value) { return __bfloat162float(value); }

template <typename T>
__device__ T narrow(float value);
template <>
__device__ inline float narrow<float>(float value) {
  return value;
}
template <>
__device__ inline __half narrow<__half>(float value) {
  return __float2half_rn(value);
}
template <>
__device__ inline __nv_bfloat16 narrow<__nv_bfloat16>(float value) {
  return __float2bfloat16_rn(value);
}

/// kCount neighbouring elements as floats; `from` is aligned to all of them.
template <int kCount, typename T>
__device__ inline void loadWide(const T* from, float* to) {
  struct alignas(sizeof(T) * kCount > 16 ? 16 : sizeof(T) * kCount) Packed {
    T elements[kCount];
  };
  const Packed packed = *reinterpret_cast<const Packed*>(from);
#pragma unroll
  for (int i = 0; i < kCount; ++i) to[i] = widen(packed.elements[i]);
}

__device__ inline void loadEight(const float* from, float* to) {
  loadWide<4>(from, to);
  loadWide<4>(from + 4, to + 4);
}
__device__ inline void loadEight(const __nv_bfloat16* from, float* to) { loadWide<8>(from, to); }

/// Calls with an element of the KV type, for its type only.
template <typename Call>
void withElement(DataType type, Call call) {
  switch (type) {
    case DataType::F32:
      return call(float{});
    case DataType::F16:
      return call(__half{});
    case DataType::BF16:
      return call(__nv_bfloat16{});
    default:
      return;  // not a KV type
  }
}

/// The same on every lane.
__device__ inline float warpSum(float value) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) value += __shfl_xor_sync(kAllLanes, value, offset);
  return value;
}
__device__ inline float warpMax(float value) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2)
    value = fmaxf(value, __shfl_xor_sync(kAllLanes, value, offset));
  return value;
}

struct Sum {
  template <typename T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};
struct Largest {
  template <typename T>
  __device__ T operator()(T a, T b) const {
    return a > b ? a : b;
  }
};

/// Joins the values of all threads of a block of up to 1,024, always in the same order; every thread gets the
/// result. All threads call.
template <typename T, typename Join>
__device__ inline T joinBlock(T value, Join join) {
  __shared__ T parts[kWarp];
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int numWarps = (static_cast<int>(blockDim.x) + kWarp - 1) / kWarp;
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2)
    value = join(value, __shfl_xor_sync(kAllLanes, value, offset));
  __syncthreads();  // of the call before, everybody has read
  if (lane == 0) parts[warp] = value;
  __syncthreads();
  T result = parts[0];
  for (int i = 1; i < numWarps; ++i) result = join(result, parts[i]);
  return result;
}

/// A number that sorts as the float does, NaN aside.
__device__ inline std::uint32_t orderedBits(float value) {
  const std::uint32_t bits = __float_as_uint(value == 0.0F ? 0.0F : value);  // no second zero
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}
__device__ inline float floatOfOrdered(std::uint32_t bits) {
  return __uint_as_float((bits & 0x80000000U) != 0 ? bits & 0x7FFFFFFFU : ~bits);
}

}  // namespace zipage::cuda
