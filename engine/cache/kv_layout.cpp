#include "engine/cache/kv_layout.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace zipage {

namespace {
constexpr std::array kPageSizes = {16, 32, 64, 128, 256};
}

std::size_t KvLayout::entryBytesPerPage() const {
  return 2 * static_cast<std::size_t>(numLayers) * kvHeads *
         bytesOf(type, static_cast<std::int64_t>(pageTokens) * headDim);
}

std::size_t KvLayout::slotBytesPerPage() const {
  return static_cast<std::size_t>(numLayers) * kvHeads * pageTokens * sizeof(std::int32_t);
}

std::size_t KvLayout::bytesPerQuerySlot() const {
  return static_cast<std::size_t>(numLayers) * windowTokens *
         bytesOf(queryType, static_cast<std::int64_t>(queryHeads) * headDim);
}

Result<int> KvLayout::numPages(std::int64_t poolTokens) const {
  if (std::find(kPageSizes.begin(), kPageSizes.end(), pageTokens) == kPageSizes.end()) {
    return failure(ErrorCode::InvalidArgument,
                   "a page holds 16, 32, 64, 128 or 256 tokens, not " + std::to_string(pageTokens));
  }
  if (headDim % layoutOf(type).elementsPerBlock != 0) {
    return failure(ErrorCode::InvalidArgument, std::string("pages cannot be of type ") + layoutOf(type).name +
                                                   " for heads of " + std::to_string(headDim) +
                                                   " numbers: choose f16");
  }
  if (windowTokens < 1) {
    return failure(ErrorCode::InvalidArgument,
                   "the query window needs at least one token, not " + std::to_string(windowTokens));
  }
  // Slots of the whole pool are numbered with 32 bits.
  if (poolTokens < 1 || poolTokens > std::numeric_limits<std::int32_t>::max() - pageTokens) {
    return failure(ErrorCode::InvalidArgument,
                   "a pool cannot hold " + std::to_string(poolTokens) + " tokens");
  }
  return static_cast<int>(pagesFor(poolTokens, pageTokens));
}

}  // namespace zipage
