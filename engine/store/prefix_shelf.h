// Prefixes on disk: a file each, and the catalog about them. Synchronous; one thread; PrefixStore puts it on
// one of its own. Several shelves, of several processes, may share a folder.
//
// What a crash can leave: files that the catalog does not know, and entries whose file is gone. Both are
// removed when the folder is opened by one who has it alone, and an entry whose file is gone also when it is
// asked for. Files are not flushed to the disk: what a power cut takes is noticed by its checksum.
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "engine/store/instance_lock.h"
#include "engine/store/known_prefixes.h"
#include "engine/store/prefix_catalog.h"
#include "engine/store/prefix_store_options.h"
#include "engine/store/write_allowance.h"

namespace zipage {

/// The model that prefixes are of.
struct PrefixModel {
  PrefixKey root;  // the parent of first pages: PrefixIndex::root()
  std::string name;
  std::uint64_t templateHash = 0;
  double costPerToken = 1.0;  // of computing one again, in a unit that all models share
  int pageTokens = 0;
};

struct PrefixToStore {
  std::shared_ptr<const PrefixModel> model;
  OwnerId owner;
  PrefixKey key;
  StoredPrefix prefix;

  std::int64_t bytes() const;
};

class PrefixShelf {
 public:
  /// A damaged catalog is put aside and a new one begun. Fails where the folder cannot be used, and with
  /// Unsupported when a newer version of the program made it; it is then left as it is. `known` outlives the
  /// shelf.
  static Result<std::unique_ptr<PrefixShelf>> open(const PrefixStoreOptions& options, KnownPrefixes& known);

  /// Damaged files are thrown away.
  FetchedPrefix read(const PrefixKey& key);
  /// Writes what the limits allow, in one transaction.
  void write(const std::vector<std::shared_ptr<const PrefixToStore>>& batch);
  void noteLookup(const PrefixModel& model, const PrefixLookup& lookup);
  void noteTurn(const PrefixModel& model, const PrefixTurn& turn);
  std::int64_t budget() const { return m_budget; }
  /// Evicts what is too much at once.
  void setBudget(std::int64_t bytes);
  /// Throws away what is stored of one model, of one chat, of one chat with one model; of neither:
  /// everything.
  void clear(std::optional<std::int64_t> model, std::optional<OwnerId> owner);
  /// Throws away what chats have stored that there are no more.
  void keepChats(const std::unordered_set<std::uint64_t>& chats);
  PrefixReport report();
  /// Learns what other processes have stored and thrown away meanwhile.
  void refresh();

 private:
  PrefixShelf(const PrefixStoreOptions& options, KnownPrefixes& known, InstanceLock lock,
              PrefixCatalog catalog)
      : m_options(options),
        m_known(known),
        m_lock(std::move(lock)),
        m_catalog(std::move(catalog)),
        m_allowance(options.burstBytes, options.bytesPerSecond, *options.clock) {}

  std::filesystem::path fileOf(const PrefixKey& key) const;
  std::filesystem::path filesFolder() const { return m_options.folder / "files"; }
  Result<std::int64_t> modelId(const PrefixModel& model);
  Result<void> matchFilesAndCatalog();
  Result<void> writeAll(const std::vector<std::shared_ptr<const PrefixToStore>>& batch,
                        std::vector<PrefixKey>& added);
  Result<bool> writeOne(const PrefixToStore& item);
  Result<bool> followsSomething(const PrefixToStore& item) const;
  /// Evicts until so many bytes may be added; false: they never may.
  Result<bool> makeRoom(std::int64_t bytes);
  std::int64_t bytesOfBooks() const;
  void drop(const PrefixKey& key);
  void dropAll(const std::vector<PrefixKey>& keys);
  void note(const Result<void>& done);

  PrefixStoreOptions m_options;
  KnownPrefixes& m_known;
  InstanceLock m_lock;  // released after the catalog is closed
  PrefixCatalog m_catalog;
  WriteAllowance m_allowance;
  std::int64_t m_budget = kDefaultPrefixBudget;                           // of the disk, bytes
  std::unordered_map<PrefixKey, std::int64_t, PrefixKeyHash> m_modelIds;  // by root
  PrefixReport m_figures;  // what is counted since the start, and the last problem
};

}  // namespace zipage
