// Candidates in the order of their rank, of which a block sorts a piece at a time: mostly all that filters
// leave.
#pragma once

#include "kernels/cuda/surveyed_row.cuh"

namespace zipage::cuda::sampling {

constexpr int kMostRanked = 2048;  // candidates that are sorted

struct Tally {
  Fixed count = 0;
  Fixed weight = 0;
};

/// A candidate by its rank.
struct Spot {
  Key key;
  Fixed until;  // what it and all better ones weigh
};

/// In shared memory, and all threads of the block call its functions.
struct DrawMemory {
  Key keys[kMostRanked];
  Fixed weights[kMostRanked];
  Fixed weightUntil[kBins];  // of a bin and all better ones
  std::uint32_t countUntil[kBins];
  int foundBin;
  int taken;

  __device__ void addUp(const SurveyedRow& row) {
    static_assert(kBins <= kThreads);
    const int bin = static_cast<int>(threadIdx.x);
    const Fixed weight = runningSum<Fixed>(bin < kBins ? row.binWeights[bin] : 0);
    const std::uint32_t count = runningSum<std::uint32_t>(bin < kBins ? row.binCounts[bin] : 0);
    if (bin < kBins) {
      weightUntil[bin] = weight;
      countUntil[bin] = count;
    }
    __syncthreads();
  }
  /// Before the first bin, −1, there is nothing.
  __device__ Tally until(int bin) const {
    return bin < 0 ? Tally{} : Tally{countUntil[bin], weightUntil[bin]};
  }
  /// The first with more than `mark` until its end. REQUIRES: there is one.
  template <Fixed Tally::*kMeasure>
  __device__ int binOf(Fixed mark) {
    const int bin = static_cast<int>(threadIdx.x);
    if (bin < kBins && until(bin).*kMeasure > mark && until(bin - 1).*kMeasure <= mark) foundBin = bin;
    __syncthreads();
    return foundBin;
  }
};

/// The smallest bits up to `high` for which `holds`, as it does for all larger ones. Every warp finds them by
/// itself.
template <typename Holds>
__device__ inline std::uint32_t leastBits(std::uint32_t high, Holds holds) {
  std::uint32_t low = 0;
  while (low < high) {
    const std::uint32_t step = (high - low + kWarp - 1) / kWarp;
    const std::uint32_t past = threadIdx.x % kWarp * step;
    const unsigned votes = __ballot_sync(kAllLanes, past >= high - low || holds(low + past));
    const auto first = votes == 0 ? std::uint32_t{kWarp} : static_cast<std::uint32_t>(__ffs(votes) - 1);
    high = first * step < high - low ? low + first * step : high;
    if (first == 0) return low;
    low += (first - 1) * step + 1;
  }
  return high;
}

class RankedPiece {
 public:
  __device__ RankedPiece(const SurveyedRow& from, const Scale& scale, DrawMemory& memory)
      : m_from(from), m_scale(scale), m_memory(memory) {}

  /// The candidate with which the running measure passes `mark`.
  template <Fixed Tally::*kMeasure>
  __device__ Spot spotOf(Fixed mark) {
    if (mark < m_before.*kMeasure || mark - m_before.*kMeasure >= m_held.*kMeasure) hold<kMeasure>(mark);
    const Fixed rest = mark - m_before.*kMeasure;
    if (m_held.count > kMostRanked) return spotAmongEquals(kMeasure == &Tally::count, rest);
    const auto count = static_cast<int>(m_held.count);
    const auto weightAt = [&](int i) { return m_memory.weights[i]; };
    if constexpr (kMeasure == &Tally::count) {
      const auto index = static_cast<int>(rest);
      return {m_memory.keys[index], m_before.weight + totalOf<Fixed>(index + 1, weightAt)};
    } else {
      const auto place = placeOf<Fixed>(rest, count, weightAt);
      const int index = min(place.index, count - 1);
      return {m_memory.keys[index], m_before.weight + place.before + m_memory.weights[index]};
    }
  }

  /// The candidates whose bits are in [low, high).
  __device__ Tally tallyOf(std::uint32_t low, std::uint32_t high) const {
    Tally own;
    forEach(low, high, [&](float logit, int) {
      ++own.count;
      own.weight += fixedOf(m_scale.weightOf(logit));
    });
    return {joinBlock(own.count, Sum{}), joinBlock(own.weight, Sum{})};
  }

 private:
  /// Makes the piece with the candidate that spotOf() wants: from the best one on if they can be sorted, else
  /// its bin, or as much of that as can be.
  template <Fixed Tally::*kMeasure>
  __device__ void hold(Fixed mark) {
    const int bin = m_memory.binOf<kMeasure>(mark);
    const int better = m_memory.countUntil[bin] <= kMostRanked ? -1 : bin - 1;
    m_low = lowOf(bin);
    m_high = better < 0 ? orderedBits(m_scale.largest) + 1 : lowOf(better);
    m_before = m_memory.until(better);
    m_held = {m_memory.countUntil[bin] - m_before.count, m_memory.weightUntil[bin] - m_before.weight};
    while (m_held.count > kMostRanked && m_high - m_low > 1) halve<kMeasure>(mark);
    if (m_held.count <= kMostRanked) sort();
  }

  /// The smallest bits in the bin.
  __device__ std::uint32_t lowOf(int bin) const {
    return leastBits(orderedBits(m_scale.largest),
                     [&](std::uint32_t bits) { return m_scale.binOf(floatOfOrdered(bits)) <= bin; });
  }

  template <Fixed Tally::*kMeasure>
  __device__ void halve(Fixed mark) {
    const std::uint32_t middle = m_low + (m_high - m_low) / 2;
    const Tally upper = tallyOf(middle, m_high);
    if (mark - m_before.*kMeasure < upper.*kMeasure) {
      m_low = middle;
      m_held = upper;
    } else {
      m_high = middle;
      m_before = {m_before.count + upper.count, m_before.weight + upper.weight};
      m_held = {m_held.count - upper.count, m_held.weight - upper.weight};
    }
  }

  /// Calls with each logit of this thread that has bits in [low, high), and its id.
  template <typename Call>
  __device__ void forEach(std::uint32_t low, std::uint32_t high, Call call) const {
    const float least = floatOfOrdered(low);
    const float beyond = floatOfOrdered(high);
    const auto* quads = reinterpret_cast<const float4*>(m_from.logits);
#pragma unroll 4
    for (int i = static_cast<int>(threadIdx.x); 4 * i < m_from.count; i += kThreads) {
      const float4 quad = quads[i];
      if (fmaxf(fmaxf(quad.x, quad.y), fmaxf(quad.z, quad.w)) < least) continue;
      const float logits[4] = {quad.x, quad.y, quad.z, quad.w};
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        if (logits[j] >= least && logits[j] < beyond && 4 * i + j < m_from.count) call(logits[j], 4 * i + j);
      }
    }
  }

  /// Fills keys, the best first, and weights. The network is bitonic, and each thread holds two that it
  /// compares, so that short steps stay within a warp.
  __device__ void sort() {
    gather();
    int size = kWarp;
    while (size < static_cast<int>(m_held.count)) size *= 2;
    for (int i = static_cast<int>(m_held.count + threadIdx.x); i < size; i += kThreads) m_memory.keys[i] = 0;
    __syncthreads();
    const int pair = static_cast<int>(threadIdx.x);
    for (int run = 2; run <= size; run *= 2) {
      for (int step = run / 2; step > 0; step /= 2) {
        if (pair < size / 2) order(2 * pair - (pair & (step - 1)), step, run);
        if (step > kWarp || (step == 1 && run > kWarp)) {
          __syncthreads();  // the next step reaches across warps, or this one did
        } else {
          __syncwarp();
        }
      }
    }
    __syncthreads();
    for (int i = pair; i < static_cast<int>(m_held.count); i += kThreads)
      m_memory.weights[i] = fixedOf(m_scale.weightOf(floatOfOrdered(bitsOf(m_memory.keys[i]))));
    __syncthreads();
  }

  __device__ void order(int i, int step, int run) {
    const Key a = m_memory.keys[i];
    const Key b = m_memory.keys[i + step];
    if ((a < b) != ((i & run) == 0)) return;
    m_memory.keys[i] = b;
    m_memory.keys[i + step] = a;
  }

  __device__ void gather() {
    if (threadIdx.x == 0) m_memory.taken = 0;
    __syncthreads();
    forEach(m_low, m_high, [&](float logit, int id) {
      const int place = atomicAdd(&m_memory.taken, 1);
      if (place < kMostRanked) m_memory.keys[place] = keyOf(logit, id);
    });
    __syncthreads();
  }

  /// All that are held have the same logit, and the smaller id comes first.
  __device__ Spot spotAmongEquals(bool isCount, Fixed rest) const {
    const float logit = floatOfOrdered(m_low);
    const Fixed each = fixedOf(m_scale.weightOf(logit));
    const Fixed rank = isCount ? rest : rest / each;
    const auto place = placeOf<std::uint32_t>(static_cast<std::uint32_t>(rank), m_from.count, [&](int id) {
      return std::uint32_t{orderedBits(m_from.logits[id]) == m_low ? 1U : 0U};
    });
    return {keyOf(logit, place.index), m_before.weight + (rank + 1) * each};
  }

  const SurveyedRow& m_from;
  Scale m_scale;
  DrawMemory& m_memory;
  std::uint32_t m_low = 0, m_high = 0;  // bits that are held, without the latter
  Tally m_before, m_held;
};

}  // namespace zipage::cuda::sampling
