// A PrefixStorage in memory that outlives engines as a disk does. What is asked for comes later, as many
// calls of collect() later as `delay` says; what tests want to happen to it can be done by hand.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "engine/cache/prefix_storage.h"

namespace zipage::test {

class MemoryStorage final : public PrefixStorage {
 public:
  bool has(const PrefixKey& key) const override { return kept.count(key) > 0; }
  void fetch(const PrefixKey& key) override {
    ++numFetched;
    m_asked.push_back({key, delay});
  }
  std::vector<FetchedPrefix> collect() override {
    std::vector<FetchedPrefix> fetched;
    for (Asked& asked : m_asked) --asked.wait;
    while (!m_asked.empty() && m_asked.front().wait <= 0) {
      const PrefixKey key = m_asked.front().key;
      m_asked.pop_front();
      const auto found = kept.find(key);
      if (found == kept.end())
        fetched.push_back({key, std::nullopt, loss});
      else
        fetched.push_back({key, found->second, PrefixLoss::None});
    }
    return fetched;
  }
  bool isKeeping() const override { return keeps; }
  bool hasRoomFor(std::size_t) const override { return hasRoom; }
  void write(OwnerId, const PrefixKey& key, StoredPrefix prefix) override {
    ++numWritten;
    kept.emplace(key, std::move(prefix));
  }
  void waitForNews(Duration) override { ++numWaits; }
  void noteLookup(PrefixLookup lookup) override { lookups.push_back(std::move(lookup)); }
  void noteTurn(PrefixTurn turn) override { turns.push_back(std::move(turn)); }

  int numPages() const { return numOf<StoredPage>(); }
  int numSequences() const { return numOf<StoredSequence>(); }

  std::map<PrefixKey, StoredPrefix> kept;
  std::vector<PrefixLookup> lookups;
  std::vector<PrefixTurn> turns;
  int delay = 2;
  bool hasRoom = true;
  bool keeps = true;
  PrefixLoss loss = PrefixLoss::Gone;  // why what is not kept does not come
  int numFetched = 0, numWritten = 0, numWaits = 0;

 private:
  struct Asked {
    PrefixKey key;
    int wait = 0;
  };
  template <typename Kind>
  int numOf() const {
    int number = 0;
    for (const auto& [key, prefix] : kept) number += std::holds_alternative<Kind>(prefix) ? 1 : 0;
    return number;
  }
  std::deque<Asked> m_asked;
};

}  // namespace zipage::test
