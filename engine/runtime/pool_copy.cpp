#include "engine/runtime/pool_copy.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

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

/// Calls visit(device pointer, bytes) for all that a sequence holds.
template <typename Visit>
void forEachStretch(const PagedKv& kv, const QueryWindow& window, std::span<const PageIndex> pages,
                    int querySlot, Visit visit) {
  const std::size_t numSlots = static_cast<std::size_t>(kv.kvHeads) * kv.pageTokens;
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    for (const PageIndex page : pages) {
      visit(kv.keyTile(layer, page, 0), kv.pageBytes());
      visit(kv.positions + kv.slotIndex(layer, page, 0), numSlots * sizeof(std::int32_t));
      visit(kv.scores + kv.slotIndex(layer, page, 0), numSlots * sizeof(float));
    }
    visit(window.row(layer, querySlot, 0), window.rowBytes() * window.windowTokens);
  }
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

}  // namespace zipage
