// Where prefixes lie beyond the life of a pool: what a store offers to the engine. Nothing here says how or
// where; what is kept is bytes with a name.
//
// Names: a page is named by its PrefixKey, whose root is salted with model, vocabulary, KV type and page
// size, so a store may hold those of many models side by side. A compressed sequence is named by the key of
// the last full page of its text under a root that is salted with its policy and settings as well: it is
// found by whoever goes on with that text under the same settings, and never by a request that wants to keep
// everything.
//
// Time: only the engine's thread calls, between two steps, so no call waits for a disk. What is there is
// known from memory; reading is asked for, and collected some steps later, while other sequences run; what is
// written is queued.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/compression_settings.h"
#include "engine/cache/memory_policy.h"
#include "engine/cache/prefix_key.h"

namespace zipage {

/// One full page of a sequence that was never compressed.
struct StoredPage {
  PrefixKey parent;                 // of the page before it
  std::vector<TokenId> tokens;      // [pageTokens] compared on a hit: a key is only a hash
  std::vector<std::byte> contents;  // keys, values and positions, as the runner lays them out
};

/// All of a sequence that was compressed: what its pages and its query window hold, and the books about it.
/// With the same request it goes on as if it had never stopped.
struct StoredSequence {
  std::vector<TokenId> tokens;  // all that were computed, whether still held or not; compared on a hit
  MemoryPolicy policy = MemoryPolicy::Budget;
  CompressionSettings settings;
  int numEntries = 0;  // per layer and KV head
  int numScored = 0;   // of them, those that were there at the last compression
  int numCompressions = 0;
  int grownTokens = 0;  // what `grow` has added to the budget
  double longRunWorkingSet = 0.0;
  std::vector<std::byte>
      contents;  // keys, values, positions, scores and queries, as the runner lays them out
};

using StoredPrefix = std::variant<StoredPage, StoredSequence>;

struct FetchedPrefix {
  PrefixKey key;
  std::optional<StoredPrefix> prefix;  // nothing: it is gone, or its checksum is wrong
};

class PrefixStorage {
 public:
  virtual ~PrefixStorage() = default;

  virtual bool has(const PrefixKey& key) const = 0;
  /// Begins to read what has this name; it comes through collect(), and stays where it is.
  virtual void fetch(const PrefixKey& key) = 0;
  /// What has been read since the last call, in any order; each fetch() is answered once.
  virtual std::vector<FetchedPrefix> collect() = 0;
  /// Keeps what is given, some time later or, under a limit of room or rate, not at all. What has this name
  /// already stays as it is.
  virtual void write(const PrefixKey& key, StoredPrefix prefix) = 0;
};

}  // namespace zipage
