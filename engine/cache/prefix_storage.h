// Where pages of prefixes lie beyond the life of a pool: what a store offers to the engine. Nothing here says
// how or where; pages are bytes with a name. Called by the engine's thread, so an implementation that writes
// to a disk queues what it is given.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/prefix_key.h"

namespace zipage {

struct StoredPage {
  PrefixKey parent;
  std::vector<TokenId> tokens;      // [pageTokens] compared on a hit: a key is only a hash
  std::vector<std::byte> contents;  // keys, values, positions, as the runner lays them out
};

class PrefixStorage {
 public:
  virtual ~PrefixStorage() = default;

  virtual bool has(const PrefixKey& key) const = 0;
  /// Nothing when there is no such page or its checksum is wrong. Reading deletes nothing.
  virtual std::optional<StoredPage> read(const PrefixKey& key) const = 0;
  /// Keeps a copy; a page that is there already stays as it is.
  virtual void write(const PrefixKey& key, const StoredPage& page) = 0;
};

}  // namespace zipage
