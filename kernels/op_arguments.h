// The arguments of every op, one struct each. Pointers are device memory, matrices row-major.
// Names: T tokens of the step, H query heads, G KV heads, D head dimension, L layers, n entries of a
// sequence.
#pragma once

#include <cstdint>

#include "kernels/paged_kv.h"
#include "kernels/tensor.h"

namespace zipage {

/// output[t] = table[tokenIds[t]]
struct EmbedArguments {
  ConstTensorView table;                   // [vocabulary, model]
  const std::int32_t* tokenIds = nullptr;  // [T]
  TensorView output;                       // [T, model]
};

/// So many tokens may end a row that follows what was drawn.
inline constexpr int kMostEndTokens = 8;

/// A step takes up the tokens that were drawn before it: tokenIds[t] = drawn[t]. A row whose token is among
/// its ends is void: target slot and query row become −1, so that it writes nothing.
struct FollowDrawnArguments {
  const std::int32_t* drawn = nullptr;  // [T]
  const std::int32_t* ends = nullptr;   // [T, kMostEndTokens]; −1: no further ones
  int numTokens = 0;                    // T
  std::int32_t* tokenIds = nullptr;     // [T]
  std::int32_t* targetSlots = nullptr;  // [T]
  std::int32_t* queryRows = nullptr;    // [T]
};

// Inputs of products and outputs of what comes before them (norms, attention, gated products) have the
// device's activationType; everything else is F32.

/// output[t] = input[t] / sqrt(mean(input[t]²) + epsilon) · gain. Output may be input, where types are the
/// same.
struct RmsNormArguments {
  ConstTensorView input;  // [T, columns]
  ConstTensorView gain;   // [1, columns] F32
  float epsilon = 1e-6F;
  TensorView output;  // [T, columns]
};

/// output = input · weightᵀ (+ bias) (+ output when accumulate).
struct MatmulArguments {
  ConstTensorView input;   // [T, in]
  ConstTensorView weight;  // [out, in], any DataType
  ConstTensorView bias;    // [1, out] F32 or absent
  TensorView output;       // [T, out]
  bool accumulate = false;
};

/// gate = silu(input · gateWeightᵀ + gateBias) · (input · upWeightᵀ + upBias), where input is norm.output:
/// made first, or never written where that is faster. `up` is room to work in.
struct GatedMatmulArguments {
  RmsNormArguments norm;       // output [T, in]
  ConstTensorView gateWeight;  // [out, in]
  ConstTensorView gateBias;    // [1, out] F32 or absent
  ConstTensorView upWeight;    // [out, in]
  ConstTensorView upBias;      // [1, out] F32 or absent
  TensorView gate;             // [T, out]
  TensorView up;               // [T, out]
};

enum class RopeStyle : std::uint8_t { HalfSplit, Interleaved };

/// Rotation of position t: angle[i] = t · inverseFrequencies[i]; both parts are multiplied by `magnitude`.
struct Rope {
  const float* inverseFrequencies = nullptr;  // [R / 2]; null: nothing rotates
  int dimensions = 0;                         // R: the first R of each head rotate; 0: all D
  int plainLayerInterval = 0;  // layers i with (i + 1) a multiple of this do not rotate; 0: all do
  float magnitude = 1.0F;
  RopeStyle style = RopeStyle::HalfSplit;
};

/// Normalises (where gains are present) and rotates queries and keys, writes keys, values and positions into
/// the pages, zeroes the running score of the slot, and writes queries into the query windows.
struct StoreKeyValueArguments {
  TensorView queries;         // [T, H · D], normalised and rotated in place
  ConstTensorView keys;       // [T, G · D], before norm and rotation
  ConstTensorView values;     // [T, G · D]
  ConstTensorView queryGain;  // [1, D] F32 or absent: RMS norm per head
  ConstTensorView keyGain;    // [1, D] F32 or absent
  float epsilon = 1e-6F;
  Rope rope;
  int layer = 0;
  PagedBatch batch;
  PagedKv kv;
  QueryWindow window;  // queries == nullptr: no windows
};

/// Causal attention over pages: the i-th of a sequence's c tokens sees its first physical − (c − 1 − i)
/// entries.
struct PagedAttentionArguments {
  ConstTensorView queries;  // [T, H · D]
  float scale = 1.0F;       // 1 / sqrt(D)
  int layer = 0;
  int queryHeads = 0;
  PagedBatch batch;
  PagedKv kv;
  TensorView output;  // [T, H · D]
};

/// output[t, i] = silu(gate[t, i]) · up[t, i]
struct SiluMultiplyArguments {
  ConstTensorView gate;  // [T, columns]
  ConstTensorView up;    // [T, columns]
  TensorView output;     // [T, columns]; may be gate or up
};

/// output[r] = input[rows[r]]
struct GatherRowsArguments {
  ConstTensorView input;
  const std::int32_t* rows = nullptr;  // [output.rows]
  TensorView output;
};

/// How one row of logits becomes a token. Order: repetition penalty, temperature, top-k, top-p, min-p, draw.
struct SamplingRow {
  float temperature = 0.0F;        // 0: the largest logit, ties to the smaller id
  float topP = 1.0F;               // 1: off
  float minP = 0.0F;               // 0: off
  float repetitionPenalty = 1.0F;  // 1: off; applied once to each distinct token of the history
  std::int32_t topK = 0;           // 0: off
  std::int32_t historyStart = 0;   // range in SampleArguments::history
  std::int32_t historyCount = 0;
  std::uint64_t seed = 0;  // the draw is a pure function of (seed, counter)
  std::uint64_t counter = 0;
};

struct SampleArguments {
  ConstTensorView logits;             // [rows, vocabulary] F32
  const SamplingRow* rows = nullptr;  // [rows]
  const std::int32_t* history = nullptr;
  std::int32_t* tokens = nullptr;  // [rows]
};

/// A token and the natural logarithm of its probability.
struct TokenProbability {
  std::int32_t token = -1;  // none
  float logProbability = 0.0F;
};

/// So many of the likeliest tokens are named at the most.
inline constexpr int kMostRankedTokens = 20;

/// How likely a model finds tokens, before any temperature, penalty or filter: of each row the logarithm of
/// softmax(logits) of the token that was drawn, and of the numBest likeliest, largest first, ties to the
/// smaller id. A logit that is no number counts as the least. A vocabulary of fewer leaves places behind its
/// own empty.
struct RankTokensArguments {
  ConstTensorView logits;                // [rows, vocabulary] F32
  const std::int32_t* tokens = nullptr;  // [rows]
  int numBest = 0;                       // at most kMostRankedTokens
  TokenProbability* ranked = nullptr;    // out [rows, 1 + numBest]: the drawn token, then the best
};

/// Which experts each row goes to: the expertsUsed largest of softmax(logits), ties to the smaller index,
/// largest first. Their weights are those probabilities, divided by their sum where `normalises` is set.
struct RouteExpertsArguments {
  ConstTensorView logits;  // [rows, experts] F32
  int expertsUsed = 1;
  bool normalises = true;
  std::int32_t* experts = nullptr;  // out [rows, expertsUsed]
  float* weights = nullptr;         // out [rows, expertsUsed]
};

/// output += Σ over the experts of a row of weight · down(silu(gate(input)) · up(input)).
struct MixExpertsArguments {
  ConstTensorView input;  // [rows, model]
  int numExperts = 0;
  int expertsUsed = 1;
  const std::int32_t* experts = nullptr;  // [rows, expertsUsed]
  const float* weights = nullptr;         // [rows, expertsUsed]
  // Of each expert; the lists lie in host memory.
  const ConstTensorView* gates = nullptr;  // [experts] of [expertDim, model]
  const ConstTensorView* ups = nullptr;    // [experts] of [expertDim, model]
  const ConstTensorView* downs = nullptr;  // [experts] of [model, expertDim]
  TensorView output;                       // [rows, model]
};

/// The entries of one sequence, as every compression op sees them: all layers and KV heads at once.
struct SequenceEntries {
  PagedKv kv;
  const std::int32_t* pageTable = nullptr;  // [ceil(numEntries / pageTokens)]
  int numEntries = 0;                       // n, the same for every layer and head
};

/// Which token of the text each entry is, for those who look on.
struct GatherPositionsArguments {
  SequenceEntries entries;
  std::int32_t* positions = nullptr;  // out [L, G, n]
};

/// Step 1 of a compression: attention[l, g, j] = mean over rows i of max over the group's heads h of
/// softmax_j(q[h, i] · k[j] · scale), over all n entries; an entry whose position is newer than the row's is
/// masked.
struct WindowScoresArguments {
  SequenceEntries entries;
  QueryWindow window;
  int querySlot = 0;
  int numRows = 0;                // complete rows, at most windowTokens
  std::int32_t lastPosition = 0;  // position of the newest row; row of position t is t mod windowTokens
  float scale = 1.0F;
  float* attention = nullptr;  // out [L, G, n]
};

/// Steps 2 and 3: global = attention for entries j >= numScored, else max(attention, decay · running score);
/// pooled = max over poolKernel neighbours (1: pooled = global). attention, global and pooled do not overlap.
struct FuseScoresArguments {
  SequenceEntries entries;
  const float* attention = nullptr;  // [L, G, n]
  int numScored = 0;                 // entries that were there at the last compression
  float decay = 0.0F;
  int poolKernel = 1;       // odd
  float* global = nullptr;  // out [L, G, n]
  float* pooled = nullptr;  // out [L, G, n]
};

/// How n entries are cut into the segments inside which keys are compared: of `segmentTokens` each with a
/// shorter last one, or, where they are even, into the fewest that are no longer, of equal length up to one
/// entry.
struct Segments {
  int numEntries = 0;
  int segmentTokens = 0;  // 0: one segment, of all
  bool areEven = false;

  constexpr int longest() const {
    return segmentTokens > 0 && segmentTokens < numEntries ? segmentTokens : numEntries;
  }
  constexpr int count() const { return numEntries > 0 ? (numEntries - 1) / longest() + 1 : 0; }
  /// The first entry of segment `index`, or behind the last entry for index = count().
  constexpr int start(int index) const {
    if (areEven) return static_cast<int>(static_cast<std::int64_t>(index) * numEntries / count());
    const std::int64_t first = static_cast<std::int64_t>(index) * longest();
    return first < numEntries ? static_cast<int>(first) : numEntries;
  }
  /// What sums of cosines in segment `index` are divided by: its own length where segments are even, else the
  /// length they have in common, also for a shorter last one.
  constexpr int divisor(int index) const {
    if (areEven) return start(index + 1) - start(index);
    return segmentTokens > 0 ? segmentTokens : numEntries;
  }
};

/// Step 4: redundancy[l, g, m] = softmax over all n of (sum of cosines of m within its segment, after the
/// newest of each column's near-duplicates has been cleared, / the segment's divisor + repeatWeight · the
/// largest cosine of m with a newer entry of its segment, or 0) / temperature.
struct RedundancyArguments {
  SequenceEntries entries;
  Rope rope;  // used when positionFree: keys are rotated back by their stored position
  bool positionFree = true;
  int segmentTokens = 256;    // 0: compare all, and divide by n
  bool evenSegments = false;  // as Segments::areEven
  float similarityThreshold = 0.5F;
  float temperature = 0.2F;
  float repeatWeight = 0.0F;
  float* redundancy = nullptr;  // out [L, G, n]

  constexpr Segments segments() const { return {entries.numEntries, segmentTokens, evenSegments}; }
};

/// Step 5: score = weight · pooled − (1 − weight) · redundancy, +infinity where protectedEntries is set; the
/// `keep` best of each (layer, head), exact, ties to the larger index.
struct SelectEntriesArguments {
  int numLayers = 0;
  int kvHeads = 0;
  int numEntries = 0;
  const float* pooled = nullptr;                   // [L, G, n]
  const float* redundancy = nullptr;               // [L, G, n]
  const std::uint8_t* protectedEntries = nullptr;  // [n], the same for every layer and head
  float weight = 0.2F;
  int keep = 0;
  float* scores = nullptr;       // out [L, G, n]
  std::int32_t* kept = nullptr;  // out [L, G, keep] physical indices, ascending
  float* cut = nullptr;          // out [L, G] the smallest kept score
};

/// Step 6: moves the kept entries, in order, into the first pages of the target table, with their positions
/// and their new running score. Target pages may be fresh ones or source pages in any arrangement: every kept
/// entry is read before the page it lies in is overwritten.
struct CompactPagesArguments {
  SequenceEntries entries;
  const std::int32_t* targetTable = nullptr;  // [ceil(keep / pageTokens)]
  const std::int32_t* kept = nullptr;         // [L, G, keep]
  int keep = 0;
  const float* global = nullptr;  // [L, G, n]
  // Promises that a target page which is a source page too stands no later in the source table than in the
  // target table: then what a slot holds has been read once the entries before it have moved.
  bool isAscending = false;
};

}  // namespace zipage
