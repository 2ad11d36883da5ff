// Running sums over a block of threads, and where they pass a mark.
#pragma once

#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

/// The sum over this thread's value and those of all threads before it. All threads of a block of up to
/// 1,024, in whole warps, call.
template <typename T>
__device__ inline T runningSum(T value) {
  __shared__ T warps[kWarp];
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int numWarps = static_cast<int>(blockDim.x) / kWarp;
#pragma unroll
  for (int offset = 1; offset < kWarp; offset *= 2) {
    const T other = __shfl_up_sync(kAllLanes, value, offset);
    if (lane >= offset) value += other;
  }
  __syncthreads();  // of the call before, everybody has read
  if (lane == kWarp - 1) warps[warp] = value;
  __syncthreads();
  // Every warp sums up those before it by itself: cheaper than one more barrier.
  T before = lane < warp && lane < numWarps ? warps[lane] : T{0};
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) before += __shfl_xor_sync(kAllLanes, before, offset);
  return value + before;
}

template <typename T>
struct Place {
  int index;  // of a value; their number where the mark is not passed
  T before;   // the sum of the values before it
};

/// The first of valueOf(0 … count − 1), none negative, with which their running sum is larger than `mark`;
/// all threads get it. Neighbouring values belong to one thread. All threads of the block call.
template <typename T, typename ValueOf>
__device__ inline Place<T> placeOf(T mark, int count, ValueOf valueOf) {
  __shared__ Place<T> found;
  const int each = ceilDivide(count, static_cast<int>(blockDim.x));
  const int first = min(static_cast<int>(threadIdx.x) * each, count);
  const int last = min(first + each, count);
  T own{0};
  for (int i = first; i < last; ++i) own += valueOf(i);
  const T until = runningSum(own);  // its barriers part this call's `found` from the one before
  T sum = until - own;
  if (until > mark && sum <= mark) {
    int i = first;
    for (T next = valueOf(i); sum + next <= mark; next = valueOf(i)) {
      sum += next;
      ++i;
    }
    found = {i, sum};
  } else if (threadIdx.x == blockDim.x - 1 && until <= mark) {
    found = {count, until};
  }
  __syncthreads();
  return found;
}

template <typename T, typename ValueOf>
__device__ inline T totalOf(int count, ValueOf valueOf) {
  return placeOf<T>(static_cast<T>(~T{0}), count, valueOf).before;
}

}  // namespace zipage::cuda
