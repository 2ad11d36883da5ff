// How many entries a model is really looking at: the fewest that together hold 99 % of the attention. Pure.
#pragma once

#include <span>

namespace zipage {

/// The mean over the heads of `attention`: [heads, numEntries], of any scale.
double meanWorkingSet(std::span<const float> attention, int numEntries);

}  // namespace zipage
