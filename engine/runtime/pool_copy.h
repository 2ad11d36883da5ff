// Moves what one sequence holds between the pool and host memory: keys, values, positions and scores of its
// pages, and its query window. Enqueues copies; the caller synchronizes before it uses either side.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/cache/host_copy.h"
#include "engine/runtime/model_runner.h"
#include "kernels/device.h"

namespace zipage {

/// OutOfMemory when the host has no room for it.
Result<std::unique_ptr<HostCopy>> copyToHost(Device& device, Stream& stream, const PagedKv& kv,
                                             const QueryWindow& window, std::span<const PageIndex> pages,
                                             int querySlot);
/// REQUIRES: a copy that copyToHost() made, of as many pages.
void copyToDevice(Device& device, Stream& stream, const HostCopy& copy, const PagedKv& kv,
                  const QueryWindow& window, std::span<const PageIndex> pages, int querySlot);

// The same as plain bytes, for a PrefixStorage: keys, values and positions; with a query slot (not -1) scores
// and queries too. What one device of a kind wrote, every other of that kind reads.

std::size_t contentsBytes(const PagedKv& kv, const QueryWindow& window, int numPages, bool hasQueries);
/// There after the next synchronize().
std::vector<std::byte> copyContentsOut(Device& device, Stream& stream, const PagedKv& kv,
                                       const QueryWindow& window, std::span<const PageIndex> pages,
                                       int querySlot);
/// Refuses what is of another length, and positions that are not those of a text of `numTokens` tokens whose
/// entries begin at `firstPosition`: InvalidFile. Asks no device.
Result<void> checkContents(const PagedKv& kv, const QueryWindow& window, std::span<const std::byte> contents,
                           const ContentsShape& shape);
/// REQUIRES: contents that checkContents() accepts for as many pages; they outlive the next synchronize().
void copyContentsIn(Device& device, Stream& stream, std::span<const std::byte> contents, const PagedKv& kv,
                    const QueryWindow& window, std::span<const PageIndex> pages, int querySlot);

/// The tokens of the text in the first `numEntries` slots of these pages: [layer · kvHead, numEntries], there
/// after the next synchronize().
std::vector<std::int32_t> copyPositions(Device& device, Stream& stream, const PagedKv& kv,
                                        std::span<const PageIndex> pages, int numEntries);

}  // namespace zipage
