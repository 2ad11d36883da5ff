// What one sequence holds, token by token, and why: for somebody who looks. Values; a record never changes
// once it was handed out.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace zipage {

/// Why an entry stays in a compression.
enum class KeepReason : std::uint8_t {
  Score,   // only if it is among the best
  Sink,    // whatever its score: it is one of the first
  Prompt,  // whatever its score: the prompt is protected
  Recent,  // whatever its score: it is one of the newest
};

/// How the last compression judged. Heads are layer · kvHeads + head; entries are those from before it.
/// An entry that stays by its score has weight · pooled − (1 − weight) · redundancy ≥ the cut of its head.
struct CompressionRecord {
  bool isWhole = false;  // the parts below but for the cut are there only then
  int numLayers = 0;
  int kvHeads = 0;
  int numEntries = 0;
  int keep = 0;                         // entries that each head kept
  float weight = 0.0F;                  // of the pooled score
  std::vector<KeepReason> reasons;      // [numEntries] the same for every head
  std::vector<std::int32_t> positions;  // [heads, numEntries] the token of the text in each entry
  std::vector<std::int32_t> kept;       // [heads, keep] entries that stayed, ascending
  std::vector<float> attention;         // [heads, numEntries]; empty where a rule chose without it
  std::vector<float> global;            // [heads, numEntries] running score
  std::vector<float> pooled;            // [heads, numEntries] of the running score
  std::vector<float> redundancy;        // [heads, numEntries]
  std::vector<float> cut;               // [heads] the smallest score that was kept
};

struct SequenceRecord {
  int numLayers = 0;
  int kvHeads = 0;
  int numEntries = 0;
  std::vector<std::int32_t> positions;  // [layer, kvHead, numEntries] tokens of the text that are held
  std::shared_ptr<const CompressionRecord> lastCompression;  // null: none since somebody looks
};

}  // namespace zipage
