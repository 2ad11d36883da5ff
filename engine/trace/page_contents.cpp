#include "engine/trace/page_contents.h"

#include <algorithm>
#include <map>

namespace zipage {

namespace {

const SequenceSnapshot* find(const CacheSnapshot& snapshot, RequestId request) {
  const auto found =
      std::find_if(snapshot.sequences.begin(), snapshot.sequences.end(),
                   [&](const SequenceSnapshot& sequence) { return sequence.request == request; });
  return found == snapshot.sequences.end() ? nullptr : &*found;
}

/// How a sequence lay when the snapshot was taken.
struct Lying {
  const SequenceSnapshot* sequence = nullptr;
  const CompressionRecord* record = nullptr;  // of its last compression; null: it had none
  bool isKnown = false;

  int numHeads() const { return record == nullptr ? 1 : record->numLayers * record->kvHeads; }
  std::int32_t tokenAt(int head, int entry) const {
    if (record == nullptr) return entry;
    const auto first = static_cast<std::size_t>(head) * static_cast<std::size_t>(record->numEntries);
    const auto kept = static_cast<std::size_t>(head) * static_cast<std::size_t>(record->keep);
    if (entry < record->keep)
      return record
          ->positions[first + static_cast<std::size_t>(record->kept[kept + static_cast<std::size_t>(entry)])];
    return record->positions[first + static_cast<std::size_t>(record->numEntries) - 1] + 1 + entry -
           record->keep;
  }
};

Lying lyingOf(const MemoryHistory& history, const CacheSnapshot& snapshot, RequestId request) {
  Lying lying;
  lying.sequence = find(snapshot, request);
  if (lying.sequence == nullptr) return lying;
  const auto compressions = static_cast<std::size_t>(lying.sequence->compressions);
  lying.isKnown = compressions == 0;
  const SequenceTrail* trail = history.trail(request);
  if (compressions == 0 || trail == nullptr || trail->compressions.size() < compressions) return lying;
  const CompressionEntry* last = history.compression(trail->compressions[compressions - 1]);
  if (last == nullptr || last->record == nullptr) return lying;
  lying.record = last->record.get();
  lying.isKnown = true;
  return lying;
}

}  // namespace

PageContents contentsOf(const MemoryHistory& history, const CacheSnapshot& snapshot, PageIndex page) {
  PageContents contents;
  for (const PageHolder& holder : snapshot.holdersOf(page)) {
    if (holder.tableIndex < 0) continue;
    contents.request = holder.request;
    contents.tableIndex = holder.tableIndex;
    break;
  }
  if (!contents.request) return contents;
  const Lying lying = lyingOf(history, snapshot, contents.request);
  contents.isKnown = lying.isKnown;
  if (!lying.isKnown) return contents;
  contents.numHeads = lying.numHeads();
  const std::int64_t begin = static_cast<std::int64_t>(contents.tableIndex) * snapshot.pageTokens;
  const auto physical = static_cast<std::int64_t>(lying.sequence->physicalTokens);
  const int first = static_cast<int>(std::min(begin, physical));
  const int end = static_cast<int>(std::min(begin + snapshot.pageTokens, physical));
  std::map<std::int32_t, int> heads;
  for (int head = 0; head < contents.numHeads; ++head) {
    for (int entry = first; entry < end; ++entry) ++heads[lying.tokenAt(head, entry)];
  }
  for (const auto& [token, numHeads] : heads) contents.tokens.push_back({token, numHeads});
  return contents;
}

std::vector<PageOfToken> pagesOf(const MemoryHistory& history, const CacheSnapshot& snapshot,
                                 RequestId request, std::int32_t token) {
  const Lying lying = lyingOf(history, snapshot, request);
  if (!lying.isKnown) return {};
  std::map<int, int> heads;  // by place in the page table
  for (int head = 0; head < lying.numHeads(); ++head) {
    // Entries lie in the order of the text.
    int low = 0, high = lying.sequence->physicalTokens;
    while (low < high) {
      const int middle = (low + high) / 2;
      lying.tokenAt(head, middle) < token ? low = middle + 1 : high = middle;
    }
    const bool isThere = low < lying.sequence->physicalTokens && lying.tokenAt(head, low) == token;
    if (isThere) ++heads[low / snapshot.pageTokens];
  }
  std::map<int, PageIndex> table;
  for (std::size_t page = 0; page < snapshot.pages.size(); ++page) {
    for (const PageHolder& holder : snapshot.holdersOf(static_cast<PageIndex>(page))) {
      if (holder.request == request && holder.tableIndex >= 0)
        table[holder.tableIndex] = static_cast<PageIndex>(page);
    }
  }
  std::vector<PageOfToken> pages;
  for (const auto& [tableIndex, numHeads] : heads) {
    if (table.contains(tableIndex)) pages.push_back({table[tableIndex], numHeads});
  }
  return pages;
}

}  // namespace zipage
