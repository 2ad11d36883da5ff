// Tensor cores, asynchronous copies and chained launches, as PTX names them. Fragments of m16n8k16, lane l
// with g = l / 4 and t = l % 4:
//   A [16, 16] row-major  a0 (g, 2t…)  a1 (g + 8, 2t…)  a2 (g, 2t + 8…)  a3 (g + 8, 2t + 8…)    two numbers
//   each B [16, 8]             b0 (2t…, g)  b1 (2t + 8…, g) C [16, 8] float       c0, c1 (g, 2t…)  c2, c3 (g
//   + 8, 2t…)
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

namespace zipage::cuda {

/// c += A · B.
__device__ inline void multiplyAdd(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                                   std::uint32_t a3, std::uint32_t b0, std::uint32_t b1, __nv_bfloat16) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
__device__ inline void multiplyAdd(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                                   std::uint32_t a3, std::uint32_t b0, std::uint32_t b1, __half) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

/// Two floats as neighbouring numbers of 16 bits, the first one low.
__device__ inline std::uint32_t pairOf(float low, float high, __nv_bfloat16) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&pair);
}
__device__ inline std::uint32_t pairOf(float low, float high, __half) {
  const __half2 pair = __floats2half2_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&pair);
}

/// Four 8 × 8 matrices of 16-bit numbers from shared memory; lane l gives the address of row l % 8 of matrix
/// l / 8.
__device__ inline void loadMatrices(std::uint32_t (&to)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}
__device__ inline void loadMatricesTransposed(std::uint32_t (&to)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}
/// An 8 × 8 matrix, spread over a warp as fragments are, transposed.
__device__ inline std::uint32_t transposed(std::uint32_t matrix) {
  std::uint32_t to;
  asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(to) : "r"(matrix));
  return to;
}

__device__ inline std::uint32_t sharedAddress(const void* shared) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
}
/// 16 bytes from global to shared memory, past the first-level cache; zeros where `isThere` is false.
__device__ inline void copyAsync(std::uint32_t shared, const void* global, bool isThere = true) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(shared), "l"(global),
               "r"(isThere ? 16 : 0)
               : "memory");
}
__device__ inline void copyAsync(void* shared, const void* global, bool isThere = true) {
  copyAsync(sharedAddress(shared), global, isThere);
}
__device__ inline void closeCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Until at most kOpen of the closed groups are still under way.
template <int kOpen>
__device__ inline void awaitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kOpen) : "memory");
}

__device__ inline float powerOfTwo(float exponent) {
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(exponent));
  return power;
}

/// 16 bytes that are read once: past the first-level cache, first to leave the second.
__device__ inline uint4 streamed(const void* global) {
  uint4 value;
  asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
               : "l"(global));
  return value;
}

/// Of a kernel that launchChained() started: from here on everything that was enqueued before is done and
/// seen. Before it, only weights may be read.
__device__ inline void awaitPrevious() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
/// The blocks of the next kernel may come as soon as there is room; they wait in awaitPrevious().
__device__ inline void letNextCome() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

}  // namespace zipage::cuda
