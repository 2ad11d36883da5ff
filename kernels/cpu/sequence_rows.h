// The entries of one (layer, KV head) of a sequence, gathered out of its pages into one array.
#pragma once

#include <cstdint>

#include "kernels/op_arguments.h"

namespace zipage::cpu {

/// keys [n, D] as float.
void readKeys(const SequenceEntries& entries, int layer, int kvHead, float* keys);
/// positions [n]
void readPositions(const SequenceEntries& entries, int layer, int kvHead, std::int32_t* positions);
/// scores [n]: the running scores
void readScores(const SequenceEntries& entries, int layer, int kvHead, float* scores);

}  // namespace zipage::cpu
