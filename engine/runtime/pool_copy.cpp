#include "engine/runtime/pool_copy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/cache/kv_layout.h"

namespace zipage {

namespace {

/// One block: the stretches that forEachStretch() visits, in that order.
class BlockCopy final : public HostCopy {
 public:
  explicit BlockCopy(DeviceBuffer block) : m_block(std::move(block)) {}
  std::size_t bytes() const override { return m_block.bytes(); }
  std::byte* block() const { return m_block.as<std::byte>(); }

 private:
  DeviceBuffer m_block;  // host memory that the device copies from and to at full speed
};

/// Calls visit(device pointer, bytes) for all that a sequence holds; without a query slot (-1) it has no
/// scores either.
template <typename Visit>
void forEachStretch(const PagedKv& kv, const QueryWindow& window, std::span<const PageIndex> pages,
                    int querySlot, Visit visit) {
  const std::size_t numSlots = static_cast<std::size_t>(kv.kvHeads) * kv.pageTokens;
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    for (const PageIndex page : pages) {
      visit(kv.keyTile(layer, page, 0), kv.pageBytes());
      visit(kv.positions + kv.slotIndex(layer, page, 0), numSlots * sizeof(std::int32_t));
      if (querySlot >= 0) visit(kv.scores + kv.slotIndex(layer, page, 0), numSlots * sizeof(float));
    }
    if (querySlot >= 0) visit(window.row(layer, querySlot, 0), window.rowBytes() * window.windowTokens);
  }
}

/// Whether the positions of one layer of one page, [kvHead][slot], are in order and inside the text.
/// `before`, of each head, is the position of its entry before this page, and becomes that of its last one in
/// it.
bool arePositionsValid(const std::byte* bytes, const PagedKv& kv, int firstEntry, const ContentsShape& shape,
                       std::vector<std::int32_t>& before) {
  for (int head = 0; head < kv.kvHeads; ++head) {
    for (int slot = 0; slot < kv.pageTokens && firstEntry + slot < shape.numEntries; ++slot) {
      std::int32_t position = 0;
      std::memcpy(&position, bytes, sizeof position);
      bytes += sizeof position;
      std::int32_t& last = before[static_cast<std::size_t>(head)];
      if (position <= last || position >= shape.firstPosition + shape.numTokens) return false;
      last = position;
    }
    // What lies behind the last entry means nothing.
    const int unused = std::max(0, std::min(kv.pageTokens, firstEntry + kv.pageTokens - shape.numEntries));
    bytes += static_cast<std::size_t>(unused) * sizeof(std::int32_t);
  }
  return true;
}

}  // namespace

std::vector<std::int32_t> copyPositions(Device& device, Stream& stream, const PagedKv& kv,
                                        std::span<const PageIndex> pages, int numEntries) {
  std::vector<std::int32_t> positions(static_cast<std::size_t>(kv.numLayers) * kv.kvHeads *
                                      static_cast<std::size_t>(numEntries));
  std::int32_t* place = positions.data();
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    for (int head = 0; head < kv.kvHeads; ++head) {
      for (int entry = 0; entry < numEntries; entry += kv.pageTokens) {
        const int count = std::min(kv.pageTokens, numEntries - entry);
        const PageIndex page = pages[static_cast<std::size_t>(entry / kv.pageTokens)];
        device.copyToHost(stream, place, kv.positions + kv.slotIndex(layer, page, head),
                          static_cast<std::size_t>(count) * sizeof(std::int32_t));
        place += count;
      }
    }
  }
  return positions;
}

Result<std::unique_ptr<HostCopy>> copyToHost(Device& device, Stream& stream, const PagedKv& kv,
                                             const QueryWindow& window, std::span<const PageIndex> pages,
                                             int querySlot) {
  std::size_t total = 0;
  forEachStretch(kv, window, pages, querySlot, [&](const void*, std::size_t bytes) { total += bytes; });
  auto block = device.allocateHost(total);
  if (!block)
    return failure(ErrorCode::OutOfMemory, "no host memory for " + std::to_string(total) +
                                               " bytes of a swap: " + block.error().message);
  auto copy = std::make_unique<BlockCopy>(std::move(*block));
  std::byte* place = copy->block();
  forEachStretch(kv, window, pages, querySlot, [&](const void* device_, std::size_t bytes) {
    device.copyToHost(stream, place, device_, bytes);
    place += bytes;
  });
  return copy;
}

void copyToDevice(Device& device, Stream& stream, const HostCopy& copy, const PagedKv& kv,
                  const QueryWindow& window, std::span<const PageIndex> pages, int querySlot) {
  const auto& block = static_cast<const BlockCopy&>(copy);
  const std::byte* place = block.block();
  forEachStretch(kv, window, pages, querySlot, [&](void* device_, std::size_t bytes) {
    device.copyToDevice(stream, device_, place, bytes);
    place += bytes;
  });
  ZIPAGE_CHECK(place == block.block() + block.bytes(), "as many pages come back as went");
}

std::size_t contentsBytes(const PagedKv& kv, const QueryWindow& window, int numPages, bool hasQueries) {
  const std::size_t slotBytes = static_cast<std::size_t>(kv.kvHeads) * kv.pageTokens * sizeof(std::int32_t);
  const std::size_t pageBytes = kv.pageBytes() + slotBytes * (hasQueries ? 2 : 1);
  const std::size_t queryBytes = hasQueries ? window.rowBytes() * window.windowTokens : 0;
  return static_cast<std::size_t>(kv.numLayers) *
         (pageBytes * static_cast<std::size_t>(numPages) + queryBytes);
}

std::vector<std::byte> copyContentsOut(Device& device, Stream& stream, const PagedKv& kv,
                                       const QueryWindow& window, std::span<const PageIndex> pages,
                                       int querySlot) {
  std::vector<std::byte> contents(contentsBytes(kv, window, static_cast<int>(pages.size()), querySlot >= 0));
  std::byte* place = contents.data();
  forEachStretch(kv, window, pages, querySlot, [&](const void* device_, std::size_t bytes) {
    device.copyToHost(stream, place, device_, bytes);
    place += bytes;
  });
  return contents;
}

Result<void> checkContents(const PagedKv& kv, const QueryWindow& window, std::span<const std::byte> contents,
                           const ContentsShape& shape) {
  if (shape.numEntries < 1 || shape.numTokens < shape.numEntries || shape.firstPosition < 0)
    return failure(ErrorCode::InvalidFile, "a stored prefix has impossible numbers of tokens");
  const int numPages = static_cast<int>(pagesFor(shape.numEntries, kv.pageTokens));
  if (contents.size() != contentsBytes(kv, window, numPages, shape.hasQueries))
    return failure(ErrorCode::InvalidFile, "a stored prefix is not as long as its pages");
  const std::size_t slotBytes = static_cast<std::size_t>(kv.kvHeads) * kv.pageTokens * sizeof(std::int32_t);
  const std::byte* place = contents.data();
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    std::vector<std::int32_t> before(static_cast<std::size_t>(kv.kvHeads), shape.firstPosition - 1);
    for (int page = 0; page < numPages; ++page) {
      place += kv.pageBytes();
      if (!arePositionsValid(place, kv, page * kv.pageTokens, shape, before))
        return failure(ErrorCode::InvalidFile, "a stored prefix names tokens that its text does not have");
      place += slotBytes * (shape.hasQueries ? 2 : 1);
    }
    if (shape.hasQueries) place += window.rowBytes() * window.windowTokens;
  }
  return {};
}

void copyContentsIn(Device& device, Stream& stream, std::span<const std::byte> contents, const PagedKv& kv,
                    const QueryWindow& window, std::span<const PageIndex> pages, int querySlot) {
  const std::byte* place = contents.data();
  forEachStretch(kv, window, pages, querySlot, [&](void* device_, std::size_t bytes) {
    device.copyToDevice(stream, device_, place, bytes);
    place += bytes;
  });
  ZIPAGE_CHECK(place == contents.data() + contents.size(), "contents are of as many pages as they go to");
}

}  // namespace zipage
