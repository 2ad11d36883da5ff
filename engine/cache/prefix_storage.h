// Where prefixes lie beyond the life of a pool: what a store offers to the engine. Nothing here says how or
// where; what is kept is bytes with a name. One object serves one engine, for one model.
//
// Names: a page is named by its PrefixKey, whose root is salted with model, vocabulary, KV type and page
// size, so a store may hold those of many models side by side. A compressed sequence is named by the key of
// the last full page of its text under a root that is salted with its policy and settings as well
// (PrefixVariant): it is found by whoever goes on with that text under the same settings, and never by a
// request that wants to keep everything.
//
// Time: only the engine's thread calls, between two steps, so no call but waitForNews() waits for a disk.
// What is there is known from memory; reading is asked for, and collected some steps later, while other
// sequences run; what is written is queued.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
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

/// Why what was asked for did not come.
enum class PrefixLoss : std::uint8_t {
  None,
  Gone,     // thrown away since, or the file cannot be read
  Damaged,  // a checksum is wrong, or what it holds is not what its name says
  Slower,   // it was not asked for: computing it again takes less time than reading it
};

struct FetchedPrefix {
  PrefixKey key;
  std::optional<StoredPrefix> prefix;
  PrefixLoss loss = PrefixLoss::None;  // while there is no prefix
};

/// What a request found, for the books that people read.
struct PrefixLookup {
  OwnerId owner;
  std::vector<TokenId> prompt;
  std::vector<PrefixKey> used;  // the names of what it goes on with
  int mostTokens = 0;           // of the prompt that could have been found at all
  int foundTokens = 0;          // in the pool or in the store
  int storedTokens = 0;         // of them, those that came from the store
  std::uint64_t variant = 0;    // see PrefixVariant
  PrefixLoss loss = PrefixLoss::None;
};

/// The text of a turn that has ended, so that the next lookup can be told where it differs.
struct PrefixTurn {
  OwnerId owner;
  std::vector<TokenId> text;  // all that was computed
  std::uint64_t variant = 0;
};

class PrefixStorage {
 public:
  virtual ~PrefixStorage() = default;

  virtual bool has(const PrefixKey& key) const = 0;
  /// Begins to read what has this name; it comes through collect(), and stays where it is.
  virtual void fetch(const PrefixKey& key) = 0;
  /// What has been read since the last call, in any order; each fetch() is answered once.
  virtual std::vector<FetchedPrefix> collect() = 0;
  /// Whether anything that is written may be kept; not under a budget of nothing.
  virtual bool isKeeping() const = 0;
  /// Whether there is memory to queue this many bytes now.
  virtual bool hasRoomFor(std::size_t bytes) const = 0;
  /// Keeps what is given, some time later or, under a limit of room or rate, not at all. What has this name
  /// already stays as it is.
  virtual void write(OwnerId owner, const PrefixKey& key, StoredPrefix prefix) = 0;
  /// Waits until something has been read or written since the last call, or until this long has passed. For
  /// an engine that has nothing else to do.
  virtual void waitForNews(Duration atMost) = 0;

  virtual void noteLookup(PrefixLookup lookup) = 0;
  virtual void noteTurn(PrefixTurn turn) = 0;
};

}  // namespace zipage
