// Prefixes on disk for every engine of the program: a PrefixShelf on a thread of its own. Any thread may
// call; nobody waits but in flush() and in the destructor. What is read comes before what is written.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/cache/prefix_storage.h"
#include "engine/store/prefix_report.h"
#include "engine/store/prefix_shelf.h"

namespace zipage {

class PrefixStore {
 public:
  using ReportSink = std::function<void(const PrefixReport&)>;

  /// Opens the folder on its thread. Where that fails nothing is stored or found, and reports say why.
  explicit PrefixStore(PrefixStoreOptions options);
  /// Writes what is queued, for some seconds at most, then joins.
  ~PrefixStore();
  PrefixStore(const PrefixStore&) = delete;
  PrefixStore& operator=(const PrefixStore&) = delete;

  /// For one engine. The store outlives it.
  std::unique_ptr<PrefixStorage> storageFor(PrefixModel model);

  void setBudget(std::int64_t bytes);
  /// See PrefixShelf::clear().
  void clear(std::optional<std::int64_t> model = std::nullopt, std::optional<OwnerId> owner = std::nullopt);
  /// See PrefixShelf::keepChats().
  void keepChats(std::unordered_set<std::uint64_t> chats);
  /// `sink` is called on the store's thread, after everything that was asked for so far; not at all once the
  /// store is being destroyed.
  void report(ReportSink sink);
  /// Blocks until the folder is open and everything asked for so far is done. For tests and for closing.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
