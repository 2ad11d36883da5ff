// Unit keys of a compression: a key turned back by its rotation and made as long as 1, in F16, and sums of
// them. Bound by reading the keys and writing as much again.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/redundancy_tiles.cuh"

namespace zipage::cuda {

namespace {

constexpr int kUnitThreads = 256;

/// Two stretches of eight columns, which one thread turns back: partners where a head rotates in halves, else
/// neighbours.
struct Slot {
  int first;
  int second;
};
__device__ Slot slotAt(const TensorRepeats& t, int index, int dimensions) {
  const int halves = t.a.rope.style == RopeStyle::HalfSplit ? dimensions / kSlotColumns : 0;
  if (index < halves) return {index * 8, index * 8 + dimensions / 2};
  return {index * 16, index * 16 + 8};
}

/// 2^64 · the part of a turn that one position adds; 0 beyond what rotates.
__device__ unsigned long long stepOf(const TensorRepeats& t, int pair, int dimensions) {
  if (pair * 2 >= dimensions) return 0;
  const double turns = static_cast<double>(t.a.rope.inverseFrequencies[pair]) / 6.283185307179586476925;
  return static_cast<unsigned long long>((turns - floor(turns)) * 18446744073709551616.0);
}

/// The angle after so many steps, from −π to π. Whole turns fall out of the integer by themselves.
__device__ float angleAt(unsigned long long step, int position) {
  const auto turned = static_cast<int>(step * static_cast<unsigned long long>(position) >> 32);
  return static_cast<float>(turned) * 1.4629180792671596e-9F;  // 2 π / 2^32
}

__device__ void turnBack(float& first, float& second, unsigned long long step, int position) {
  float sine;
  float cosine;
  __sincosf(angleAt(step, position), &sine, &cosine);
  const float turned = first * cosine + second * sine;
  second = second * cosine - first * sine;
  first = turned;
}

/// Sixteen columns of each entry by one thread, an entry by kLanes neighbours; a block takes up to kUnitRows
/// entries of one segment, and sums them. Zero keys stay zero, and are then similar to nothing.
template <typename Entry, int kLanes>
__global__ void __launch_bounds__(kUnitThreads, 3) unitKernel(const __grid_constant__ TensorRepeats t) {
  awaitPrevious();
  letNextCome();
  constexpr int kEntries = kUnitThreads / kLanes;
  __shared__ float sums[kUnitThreads * kSlotColumns];
  __shared__ unsigned long long steps[8][kLanes];  // of each lane's eight pairs
  const SequenceEntries& entries = t.a.entries;
  const int n = entries.numEntries;
  const int headDim = entries.kv.headDim;
  const int segment = static_cast<int>(blockIdx.x) / t.unitTiles;
  const int tile = static_cast<int>(blockIdx.x) % t.unitTiles;
  const int first = t.segments.start(segment) + tile * kUnitRows;
  const int end = min(t.segments.start(segment + 1), first + kUnitRows);
  if (first >= end) return;
  const std::int64_t pair = blockIdx.y;
  const HeadPlace at = placeOf(entries.kv, t.firstPair + static_cast<int>(blockIdx.y));
  const int dimensions = t.turnsBack(at.layer) ? t.dimensions : 0;
  const int lane = static_cast<int>(threadIdx.x) % kLanes;
  const Slot slot = slotAt(t, lane, dimensions);
  const bool splits = t.a.rope.style == RopeStyle::HalfSplit;
  if (static_cast<int>(threadIdx.x) < 8 * kLanes && dimensions > 0) {
    const int i = static_cast<int>(threadIdx.x) / kLanes;
    const int turning = splits ? (slot.first < dimensions / 2 ? slot.first + i : dimensions)
                               : (i < 4 ? slot.first / 2 + i : slot.second / 2 + i - 4);
    steps[i][lane] = stepOf(t, turning, dimensions);
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); tile == 0 && i < t.squares * t.squares; i += kUnitThreads)
    t.hit(pair, segment, 0, i) = 0;

  float total[kSlotColumns] = {};
  uint4 pieces[2] = {};  // of the entry to come, on their way while the one before is worked on
  int position = 0;
  const auto fetch = [&](int entry) {
    if (entry >= end) return;
    const auto key = keyOf<Entry>(entries, at, entry);
    if (slot.first < headDim) pieces[0] = key.loadPiece(slot.first);
    if (slot.second < headDim) pieces[1] = key.loadPiece(slot.second);
    if (dimensions > 0) position = entries.kv.positions[slotOf(entries, at, entry)];
  };
  fetch(first + static_cast<int>(threadIdx.x) / kLanes);
  for (int base = first; base < end; base += kEntries) {
    const int entry = base + static_cast<int>(threadIdx.x) / kLanes;
    float numbers[kSlotColumns];
    widenPiece<typename EntryRow<Entry>::Piece>(pieces[0], numbers);
    widenPiece<typename EntryRow<Entry>::Piece>(pieces[1], numbers + 8);
    const int own = position;
    fetch(entry + kEntries);
    if (dimensions > 0) {
      if (splits) {
#pragma unroll
        for (int i = 0; i < 8; ++i) turnBack(numbers[i], numbers[8 + i], steps[i][lane], own);
      } else {
#pragma unroll
        for (int i = 0; i < 8; ++i) turnBack(numbers[2 * i], numbers[2 * i + 1], steps[i][lane], own);
      }
    }
    float square = 0.0F;
#pragma unroll
    for (int i = 0; i < kSlotColumns; ++i) square = fmaf(numbers[i], numbers[i], square);
#pragma unroll
    for (int offset = kLanes / 2; offset > 0; offset /= 2)
      square += __shfl_xor_sync(kAllLanes, square, offset);
    const float factor = square > 0.0F ? 1.0F / sqrtf(square) : 0.0F;
#pragma unroll
    for (int i = 0; i < kSlotColumns; ++i) {
      numbers[i] = __half2float(__float2half_rn(numbers[i] * factor));
      if (entry < end) total[i] += numbers[i];
    }
    if (entry >= end) continue;
    __half* unit = t.keys + (pair * n + entry) * t.width();
    if (slot.first < t.width()) *reinterpret_cast<uint4*>(unit + slot.first) = packPiece<__half>(numbers);
    if (slot.second < t.width())
      *reinterpret_cast<uint4*>(unit + slot.second) = packPiece<__half>(numbers + 8);
    if (lane == 0) t.cleared[pair * n + entry] = 0;
  }

#pragma unroll
  for (int i = 0; i < kSlotColumns; ++i) sums[i * kUnitThreads + static_cast<int>(threadIdx.x)] = total[i];
  __syncthreads();
  float* totals = t.totalsOf(pair, segment) + tile * t.width();
  for (int i = static_cast<int>(threadIdx.x); i < kLanes * kSlotColumns; i += kUnitThreads) {
    const Slot place = slotAt(t, i % kLanes, dimensions);
    const int number = i / kLanes;
    const int column = number < 8 ? place.first + number : place.second + number - 8;
    if (column >= t.width()) continue;
    float sum = 0.0F;
    for (int e = 0; e < kEntries; ++e) sum += sums[number * kUnitThreads + e * kLanes + i % kLanes];
    totals[column] = sum;
  }
}
template <typename Entry>
void launchUnits(CudaContext& context, const TensorRepeats& t, int pairs) {
  const dim3 grid(static_cast<unsigned>(t.segments.count() * t.unitTiles), static_cast<unsigned>(pairs));
  const int slots = t.width() / kSlotColumns;
  if (slots <= 4)
    launchChained(context, unitKernel<Entry, 4>, grid, kUnitThreads, 0, t);
  else if (slots <= 8)
    launchChained(context, unitKernel<Entry, 8>, grid, kUnitThreads, 0, t);
  else
    launchChained(context, unitKernel<Entry, 16>, grid, kUnitThreads, 0, t);
}
}  // namespace

void launchUnitKeys(CudaContext& context, const TensorRepeats& t, int pairs) {
  withTensorEntry(t.a.entries.kv.type, [&](auto entry) { launchUnits<decltype(entry)>(context, t, pairs); });
}

}  // namespace zipage::cuda
