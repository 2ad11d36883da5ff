// The books about stored prefixes, in SQLite: what there is, what it costs to compute again, how often it was
// used, what is to go first. It knows names and numbers, no files. Synchronous; one thread.
//
// What goes first: priority = floor + cost · (1 + uses) / bytes, where floor is the priority of what was
// evicted last (GreedyDual-Size-Frequency: Cherkasova 1998). The floor rises with every eviction, so what was
// used long ago sinks below what is new. A page goes before the page it follows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/cache/prefix_storage.h"
#include "engine/store/database.h"
#include "engine/store/prefix_report.h"

namespace zipage {

struct CatalogEntry {
  PrefixKey key;
  PrefixKey parent;  // zero: a sequence
  std::int64_t model = 0;
  OwnerId owner;
  bool isSequence = false;
  std::int64_t tokens = 0;
  std::int64_t bytes = 0;
  double cost = 0.0;
};

/// 32 hex digits, and back; nothing where the text is none.
std::string textOf(const PrefixKey& key);
std::optional<PrefixKey> keyFromText(std::string_view text);

class PrefixCatalog {
 public:
  /// Opens or creates the database; see openDatabaseFile() for what is refused.
  static Result<PrefixCatalog> open(const std::filesystem::path& file, bool isInUse);

  /// The number of the model with this salt, which is entered where it is new.
  Result<std::int64_t> modelId(const std::string& salt, const std::string& name);
  Result<std::vector<PrefixKey>> keys() const;
  /// Of one model, of one chat, of one chat with one model.
  Result<std::vector<PrefixKey>> keysOf(std::optional<std::int64_t> model,
                                        std::optional<OwnerId> owner) const;
  /// The chats of which something is kept.
  Result<std::vector<OwnerId>> owners() const;
  Result<std::int64_t> bytesOfAll() const;
  /// As it was set last, by whichever program; kDefaultPrefixBudget when nobody has.
  Result<std::int64_t> budget() const;
  Result<void> setBudget(std::int64_t bytes);
  Result<bool> has(const PrefixKey& key) const;
  /// No effect when it is there already.
  Result<void> add(const CatalogEntry& entry);
  /// Takes out what should go first: its key; nothing when there is nothing.
  Result<std::optional<PrefixKey>> evict();
  Result<void> remove(const PrefixKey& key);
  Result<void> noteUse(const std::vector<PrefixKey>& keys);

  Result<void> noteLookup(std::int64_t model, std::uint64_t templateHash, int pageTokens,
                          const PrefixLookup& lookup);
  Result<void> noteTurn(std::int64_t model, std::uint64_t templateHash, const PrefixTurn& turn);
  /// Forgets what was asked for: likewise.
  Result<void> forgetLookups(std::optional<std::int64_t> model, std::optional<OwnerId> owner);
  /// Models and chats of a report.
  Result<std::vector<StoredModel>> models() const;

  /// Whether another connection has changed something since the last call.
  Result<bool> wasChangedByAnother();
  Database& database() { return m_database; }

 private:
  explicit PrefixCatalog(Database database) : m_database(std::move(database)) {}
  Result<std::optional<LastTurn>> lastTurn(std::int64_t model, OwnerId owner) const;

  Database m_database;
  std::int64_t m_dataVersion = 0;
};

}  // namespace zipage
