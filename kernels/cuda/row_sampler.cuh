// The work of one block of sample.cu: one token out of one row of logits.
#pragma once

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda::sampling {

constexpr int kThreads = 1024;
constexpr int kBins = 256;
constexpr int kMostRanked = 1024;
constexpr int kSlice = 2048;      // logits
constexpr int kMostSlices = 512;  // that a block ranks; of larger vocabularies every logit is looked at
using Key = unsigned long long;   // of a candidate: larger for larger logits, among equals for smaller ids
constexpr float kOne = 1099511627776.0F;  // 2^40: a weight of 1 in fixed point
using Fixed = unsigned long long;

struct Draw {
  SampleArguments a;
  float* logits;        // [rows, vocabulary], penalised
  float* weights;       // [rows, vocabulary], probabilities up to a factor; the best has 1
  std::uint32_t* seen;  // [rows, words]: tokens of the history
  int words;
  Key* best;  // [rows, slices]: of the logits as given
  int slices;
};

/// The candidates that filters leave: those with larger bits, and of those with these the first `ties`.
struct Cut {
  std::uint32_t bits = 0;
  int ties = 0x7FFFFFFF;

  __device__ bool mayKeep(std::uint32_t other) const { return other >= bits; }
};

/// A uniform number in [0, 1) out of (seed, counter): two rounds of the SplitMix64 finaliser.
__device__ inline double uniform(std::uint64_t seed, std::uint64_t counter) {
  std::uint64_t bits = seed ^ (counter + 1) * 0x9E3779B97F4A7C15ULL;
  for (int round = 0; round < 2; ++round) {
    bits += 0x9E3779B97F4A7C15ULL;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31;
  }
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

__device__ inline Fixed fixedOf(float weight) { return static_cast<Fixed>(weight * kOne); }

/// What is not a number can never be drawn; infinity wins against every number, and differences stay numbers.
__device__ inline float cleaned(float logit) {
  return isnan(logit) ? -FLT_MAX : fminf(fmaxf(logit, -FLT_MAX), FLT_MAX);
}

__device__ inline Key keyOf(float logit, int id) {
  return static_cast<Key>(orderedBits(logit)) << 32 | (0xFFFFFFFFU - static_cast<std::uint32_t>(id));
}
__device__ inline std::int32_t idOf(Key key) {
  return static_cast<std::int32_t>(0xFFFFFFFFU - static_cast<std::uint32_t>(key));
}
__device__ inline std::uint32_t bitsOf(Key key) { return static_cast<std::uint32_t>(key >> 32); }

class RowSampler {
 public:
  __device__ RowSampler(const Draw& draw, const SamplingRow& row, int* ids)
      : m_row(row),
        m_count(static_cast<int>(draw.a.logits.columns)),
        m_given(static_cast<const float*>(draw.a.logits.data) +
                static_cast<std::int64_t>(blockIdx.x) * m_count),
        m_slices(draw.best + static_cast<std::int64_t>(blockIdx.x) * draw.slices),
        m_numSlices(draw.slices),
        m_logits(draw.logits + static_cast<std::int64_t>(blockIdx.x) * m_count),
        m_weights(draw.weights + static_cast<std::int64_t>(blockIdx.x) * m_count),
        m_ids(ids) {}

  __device__ void penalize(const Draw& draw) {
    std::uint32_t* seen = draw.seen + static_cast<std::int64_t>(blockIdx.x) * draw.words;
    for (int i = threadIdx.x; i < draw.words; i += kThreads) seen[i] = 0;
    for (int i = threadIdx.x; i < m_count; i += kThreads) m_logits[i] = m_given[i];
    __syncthreads();
    if (m_row.repetitionPenalty != 1.0F) {
      for (int i = threadIdx.x; i < m_row.historyCount; i += kThreads) {
        const std::int32_t token = draw.a.history[m_row.historyStart + i];
        const std::uint32_t bit = 1U << (token % 32);
        if ((atomicOr(seen + token / 32, bit) & bit) != 0) continue;
        const float logit = m_logits[token];
        m_logits[token] = logit > 0.0F ? logit / m_row.repetitionPenalty : logit * m_row.repetitionPenalty;
      }
      __syncthreads();
    }
  }

  /// The token with the largest logit, ties to the smaller id.
  __device__ std::int32_t best() {
    Key top = 0;
    for (int i = threadIdx.x; i < m_count; i += kThreads) {
      const float logit = cleaned(m_logits[i]);
      m_logits[i] = logit;
      const Key key = keyOf(logit, i);
      top = key > top ? key : top;
    }
    return idOf(joinBlock(top, Largest{}));
  }
  /// The same of the logits as given.
  __device__ std::int32_t bestGiven() {
    Key top = 0;
    for (int i = threadIdx.x; i < m_numSlices; i += kThreads) top = m_slices[i] > top ? m_slices[i] : top;
    return idOf(joinBlock(top, Largest{}));
  }

  /// Where a top-k cut keeps few, leaves only candidates that could be among one more than these, in
  /// ascending order. False: too many, or not worth it; nothing has changed.
  __device__ bool gather() {
    __shared__ int taken;
    __shared__ std::uint32_t least;
    const int wanted = m_row.topK + 1;
    if (m_row.topK <= 0 || wanted > m_numSlices || m_numSlices > kMostSlices) return false;
    // The wanted-th best of the slices' best: so many candidates are no smaller.
    if (threadIdx.x == 0) taken = 0;
    for (int i = threadIdx.x; i < m_numSlices; i += kThreads) {
      int better = 0;
      for (int j = 0; j < m_numSlices; ++j) better += m_slices[j] > m_slices[i] ? 1 : 0;
      if (better == wanted - 1) least = bitsOf(m_slices[i]);
    }
    __syncthreads();
    for (int slice = 0; slice < m_numSlices; ++slice) {
      if (bitsOf(m_slices[slice]) < least) continue;
      for (int i = threadIdx.x; i < kSlice && slice * kSlice + i < m_count; i += kThreads) {
        const int id = slice * kSlice + i;
        if (orderedBits(cleaned(m_given[id])) < least) continue;
        const int place = atomicAdd(&taken, 1);
        if (place < kMostRanked) m_ids[place] = id;
      }
    }
    __syncthreads();
    if (taken > kMostRanked) return false;
    m_count = taken;
    sortIds();
    if (static_cast<int>(threadIdx.x) < m_count) m_logits[threadIdx.x] = cleaned(m_given[m_ids[threadIdx.x]]);
    __syncthreads();
    return true;
  }

  __device__ void sortIds() {
    for (int i = m_count + static_cast<int>(threadIdx.x); i < kMostRanked; i += kThreads)
      m_ids[i] = 0x7FFFFFFF;
    __syncthreads();
    for (int size = 2; size <= kMostRanked; size *= 2) {
      for (int step = size / 2; step > 0; step /= 2) {
        const int i = static_cast<int>(threadIdx.x);
        const int other = i ^ step;
        if (other > i && (m_ids[i] > m_ids[other]) == ((i & size) == 0)) {
          const int id = m_ids[i];
          m_ids[i] = m_ids[other];
          m_ids[other] = id;
        }
        __syncthreads();
      }
    }
  }

  __device__ void weigh(float largest) {
    const float sharpness = 1.0F / fmaxf(m_row.temperature, 1e-6F);
    for (int i = threadIdx.x; i < m_count; i += kThreads)
      m_weights[i] = expf(fmaxf((m_logits[i] - largest) * sharpness, -1e30F));
    __syncthreads();
  }

  /// Fixed-point sums, or counts, of the candidates of `cut`, by the eight bits at `shift`; the bits above
  /// are those of `prefix`.
  template <typename ValueOf>
  __device__ void fillBins(Fixed* bins, int shift, std::uint32_t prefix, const Cut& cut, ValueOf valueOf) {
    for (int i = threadIdx.x; i < kBins; i += kThreads) bins[i] = 0;
    __syncthreads();
    const std::uint32_t known = shift == 24 ? 0 : 0xFFFFFFFFU << (shift + 8);
    for (int i = threadIdx.x; i < m_count; i += kThreads) {
      if (m_weights[i] <= 0.0F) continue;
      const std::uint32_t bits = orderedBits(m_logits[i]);
      if ((bits & known) == prefix && cut.mayKeep(bits))
        atomicAdd(&bins[bits >> shift & 255], valueOf(m_weights[i]));
    }
    __syncthreads();
  }

  /// The largest bits such that the values of all candidates with no smaller ones reach `wanted`; `before`
  /// gets the sum of those above.
  template <typename ValueOf>
  __device__ std::uint32_t reach(Fixed wanted, const Cut& cut, ValueOf valueOf, Fixed& before) {
    __shared__ Fixed bins[kBins];
    __shared__ std::uint32_t prefix;
    __shared__ Fixed taken;
    if (threadIdx.x == 0) {
      prefix = 0;
      taken = 0;
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      __syncthreads();
      fillBins(bins, shift, prefix, cut, valueOf);
      if (threadIdx.x == 0) {
        int bin = kBins - 1;
        int lowest = bin;  // the last bin that holds something, where rounding leaves the sum short
        while (bin > 0 && taken + bins[bin] < wanted) {
          if (bins[bin] > 0) lowest = bin;
          taken += bins[bin--];
        }
        if (bins[bin] == 0) {
          taken -= bins[lowest];
          bin = lowest;
        }
        prefix |= static_cast<std::uint32_t>(bin) << shift;
      }
    }
    __syncthreads();
    before = taken;
    return prefix;
  }

  __device__ Fixed total(const Cut& cut, bool counts) {
    // Ties beyond the cut's are left out: all have the weight of the cut.
    Fixed sum = 0;
    Fixed ties = 0;
    float tieWeight = 0.0F;
    for (int i = threadIdx.x; i < m_count; i += kThreads) {
      const float weight = m_weights[i];
      const std::uint32_t bits = orderedBits(m_logits[i]);
      if (weight <= 0.0F || !cut.mayKeep(bits)) continue;
      if (bits == cut.bits) {
        ++ties;
        tieWeight = weight;
      } else {
        sum += counts ? 1 : fixedOf(weight);
      }
    }
    sum = joinBlock(sum, Sum{});
    ties = joinBlock(ties, Sum{});
    tieWeight = joinBlock(tieWeight, Largest{});
    const Fixed kept = ties < static_cast<Fixed>(cut.ties) ? ties : static_cast<Fixed>(cut.ties);
    return sum + kept * (counts ? 1 : fixedOf(tieWeight));
  }

  __device__ void keepTopK(Cut& cut) {
    if (m_row.topK <= 0 || total(cut, true) <= static_cast<Fixed>(m_row.topK)) return;
    Fixed before;
    cut.bits = reach(
        static_cast<Fixed>(m_row.topK), cut, [](float) { return Fixed{1}; }, before);
    cut.ties = m_row.topK - static_cast<int>(before);
    m_isRanked = true;
  }

  __device__ void keepTopP(Cut& cut) {
    if (m_row.topP >= 1.0F) return;
    m_isRanked = true;
    const double share = static_cast<double>(total(cut, false)) * fmaxf(m_row.topP, 0.0F);
    const Fixed wanted = share > 1.0 ? static_cast<Fixed>(ceil(share)) : Fixed{1};  // the best is always kept
    Fixed before;
    const std::uint32_t bits = reach(
        wanted, cut, [](float weight) { return fixedOf(weight); }, before);
    const float weight = weightAt(bits);
    const Fixed each = fixedOf(weight) > 0 ? fixedOf(weight) : 1;
    const Fixed missing = wanted > before ? wanted - before : 1;
    const Fixed ties = (missing + each - 1) / each;
    const Fixed most = bits == cut.bits ? static_cast<Fixed>(cut.ties) : Fixed{0x7FFFFFFF};
    cut.bits = bits;
    cut.ties = static_cast<int>(ties < 1 ? 1 : ties < most ? ties : most);
  }

  /// Of any candidate with these bits.
  __device__ float weightAt(std::uint32_t bits) {
    float weight = 0.0F;
    for (int i = threadIdx.x; i < m_count; i += kThreads) {
      if (orderedBits(m_logits[i]) == bits) weight = m_weights[i];
    }
    return joinBlock(weight, Largest{});
  }

  /// Sets the weight of all that is filtered out to 0; returns how many are left.
  __device__ int applyCut(const Cut& cut) {
    __shared__ int warps[kThreads / kWarp];
    const float least = fminf(m_row.minP, 1.0F);
    int tiesBefore = 0;
    Fixed left = 0;
    for (int first = 0; first < m_count; first += kThreads) {
      const int i = first + static_cast<int>(threadIdx.x);
      const bool isInside = i < m_count && m_weights[i] > 0.0F;
      const std::uint32_t bits = isInside ? orderedBits(m_logits[i]) : 0;
      const bool isTie = isInside && bits == cut.bits;
      const unsigned votes = __ballot_sync(kAllLanes, isTie);
      __syncthreads();
      if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = __popc(votes);
      __syncthreads();
      int rank = tiesBefore + __popc(votes & ((1U << (threadIdx.x % kWarp)) - 1));
      for (int w = 0; w < kThreads / kWarp; ++w) {
        if (w < static_cast<int>(threadIdx.x) / kWarp) rank += warps[w];
        tiesBefore += warps[w];
      }
      const bool isKept =
          isInside && (bits > cut.bits || (isTie && rank < cut.ties)) && m_weights[i] >= least;
      if (i < m_count && !isKept) m_weights[i] = 0.0F;
      left += isKept;
    }
    return static_cast<int>(joinBlock(left, Sum{}));
  }

  __device__ std::int32_t drawRanked(int left) {
    __shared__ unsigned long long keys[kMostRanked];
    __shared__ int taken;
    for (int i = threadIdx.x; i < kMostRanked; i += kThreads) keys[i] = 0;
    if (threadIdx.x == 0) taken = 0;
    __syncthreads();
    for (int i = threadIdx.x; i < m_count; i += kThreads) {
      if (m_weights[i] > 0.0F)
        keys[atomicAdd(&taken, 1)] =
            static_cast<unsigned long long>(orderedBits(m_logits[i])) << 32 | (0xFFFFFFFFU - i);
    }
    __syncthreads();
    for (int size = 2; size <= kMostRanked; size *= 2) {
      for (int step = size / 2; step > 0; step /= 2) {
        const int i = static_cast<int>(threadIdx.x);
        const int other = i ^ step;
        if (other > i) {
          const bool isDescending = (i & size) == 0;
          const auto a = keys[i];
          const auto b = keys[other];
          if ((a < b) == isDescending) {
            keys[i] = b;
            keys[other] = a;
          }
        }
        __syncthreads();
      }
    }
    __shared__ std::int32_t drawn;
    if (threadIdx.x == 0) {
      const auto tokenAt = [&](int i) {
        return static_cast<std::int32_t>(0xFFFFFFFFU - static_cast<std::uint32_t>(keys[i]));
      };
      double sum = 0.0;
      for (int i = 0; i < left; ++i) sum += m_weights[tokenAt(i)];
      double rest = uniform(m_row.seed, m_row.counter) * sum;
      int i = 0;
      for (; i + 1 < left; ++i) {
        rest -= m_weights[tokenAt(i)];
        if (rest < 0.0) break;
      }
      drawn = tokenAt(i);
    }
    __syncthreads();
    return drawn;
  }

  __device__ std::int32_t drawInOrder() {
    __shared__ double sums[kThreads];
    __shared__ std::int32_t drawn;
    const int each = (m_count + kThreads - 1) / kThreads;
    const int first = static_cast<int>(threadIdx.x) * each;
    const int last = first + each < m_count ? first + each : m_count;
    double sum = 0.0;
    for (int i = first; i < last; ++i) sum += m_weights[i];
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
      double total = 0.0;
      for (int i = 0; i < kThreads; ++i) total += sums[i];
      double rest = uniform(m_row.seed, m_row.counter) * total;
      int owner = -1;
      for (int i = 0; i < kThreads; ++i) {
        if (sums[i] <= 0.0) continue;
        owner = i;
        if (rest < sums[i]) break;
        rest -= sums[i];
      }
      const int end = (owner + 1) * each < m_count ? (owner + 1) * each : m_count;
      for (int i = owner * each; i < end; ++i) {
        if (m_weights[i] <= 0.0F) continue;
        drawn = i;
        rest -= m_weights[i];
        if (rest < 0.0) break;
      }
    }
    __syncthreads();
    return drawn;
  }

  __device__ std::int32_t run(const Draw& draw) {
    const bool isPenalized = m_row.repetitionPenalty != 1.0F && m_row.historyCount > 0;
    if (!isPenalized) {
      const std::int32_t likeliest = bestGiven();
      if (m_row.temperature <= 0.0F) return likeliest;
      if (gather()) return m_ids[drawOne(cleaned(m_given[likeliest]))];
    }
    penalize(draw);
    const std::int32_t likeliest = best();
    return m_row.temperature <= 0.0F ? likeliest : drawOne(m_logits[likeliest]);
  }

 private:
  /// One of the candidates in m_logits, by its place.
  __device__ std::int32_t drawOne(float largest) {
    weigh(largest);
    Cut cut;
    keepTopK(cut);
    keepTopP(cut);
    const int left = applyCut(cut);
    return m_isRanked && left <= kMostRanked ? drawRanked(left) : drawInOrder();
  }

  SamplingRow m_row;
  int m_count;  // candidates
  const float* m_given;
  const Key* m_slices;  // [m_numSlices]
  int m_numSlices;
  float* m_logits;
  float* m_weights;
  int* m_ids;  // [kMostRanked] in shared memory: of gathered candidates
  bool m_isRanked = false;
};

}  // namespace zipage::cuda::sampling
