// Snapshots of a pool, as a line of letters: "AAbB_" is two full pages of owner 1, a half-full one of owner
// 2, a full one of owner 2 and a free one.
#pragma once

#include <cctype>
#include <map>
#include <memory>
#include <string_view>

#include "engine/cache/cache_snapshot.h"

namespace zipage::ui {

inline constexpr int kTestPageTokens = 16;

inline std::shared_ptr<CacheSnapshot> snapshotOf(std::string_view pages) {
  auto snapshot = std::make_shared<CacheSnapshot>();
  snapshot->pageTokens = kTestPageTokens;
  snapshot->bytesPerPage = 4096;
  std::map<std::uint64_t, SequenceSnapshot> sequences;
  for (const char letter : pages) {
    PageSnapshot& page = snapshot->pages.emplace_back();
    if (letter == '_') continue;
    const auto number = static_cast<std::uint64_t>(std::toupper(letter) - 'A' + 1);
    SequenceSnapshot& sequence = sequences[number];
    page.state = PageState::Held;
    page.owner = sequence.owner = OwnerId{number};
    page.request = sequence.request = RequestId{number};
    page.tokensLive =
        static_cast<std::uint16_t>(std::isupper(letter) ? kTestPageTokens : kTestPageTokens / 2);
    page.holders = 1;
    page.tableIndex = sequence.pagesHeld++;
    page.firstHolder = static_cast<std::uint32_t>(snapshot->holders.size());
    snapshot->holders.push_back({page.request, page.owner, page.tableIndex});
    sequence.physicalTokens += page.tokensLive;
    sequence.logicalTokens = sequence.physicalTokens;
    ++snapshot->pagesHeld;
    snapshot->tokensLive += page.tokensLive;
  }
  for (const auto& [number, sequence] : sequences) snapshot->sequences.push_back(sequence);
  return snapshot;
}

}  // namespace zipage::ui
