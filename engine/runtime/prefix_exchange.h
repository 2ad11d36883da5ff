// Between the pool and a PrefixStorage: brings the beginnings of texts into the pool before their requests
// are admitted, and stores what turns leave behind. One thread, the engine's, which it never lets wait for a
// disk.
//
// Into the pool: pages are written into free ones and named in the PrefixIndex, where the scheduler finds
// them as it finds any other; nobody holds them until then, so a full pool takes them away again and the
// request reads that part itself. A compressed sequence becomes a request that was swapped out. One request
// at a time is served, the others wait in line; requests that find nothing wait for nobody.
//
// To the storage: the pages of a turn that has ended are queued by name and copied some at a time, beside the
// steps of the others; what a compressed sequence holds is copied when it ends, and where its prompt ends.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "engine/base/clock.h"
#include "engine/cache/prefix_index.h"
#include "engine/cache/prefix_storage.h"
#include "engine/cache/prefix_variant.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/model_runner.h"
#include "engine/runtime/read_or_compute.h"
#include "engine/schedule/scheduler.h"

namespace zipage {

class PrefixExchange {
 public:
  /// `storage` null: nothing is kept, and every call returns at once. All others outlive the exchange.
  PrefixExchange(const EngineLimits& limits, PrefixStorage* storage, ModelRunner& runner, const Clock& clock,
                 PageAllocator& allocator, PrefixIndex& prefixes)
      : m_limits(limits),
        m_storage(limits.sharesPrefixes ? storage : nullptr),
        m_runner(runner),
        m_clock(clock),
        m_allocator(allocator),
        m_prefixes(prefixes) {}

  /// Looks up the text of a sequence that is about to be admitted, once. True: something of it is stored and
  /// comes later; until then `stored.isOnItsWay`.
  bool lookUp(Sequence& sequence, const Scheduler& scheduler);
  /// Brings into the pool what has come. An error is the device's.
  Result<void> bringIn(Scheduler& scheduler);
  /// The request goes on with what was found: tells the storage.
  void noteStart(const Sequence& sequence);
  /// Chooses where in its prompt the sequence is stored, should it be compressed by then.
  void planCheckpoint(Sequence& sequence) const;
  /// Stores a sequence that stands at its checkpoint.
  Result<void> storeAtCheckpoint(Sequence& sequence);
  /// Stores what a turn leaves: what it holds, if it was compressed, and later its named pages.
  Result<void> storeTurn(const Sequence& sequence);
  /// Copies some of the pages that are to be stored; few while somebody runs.
  Result<void> storeSome(bool isIdle);

  /// So many tokens of prompts were computed in one step.
  void noteComputed(int tokens, Duration took) { m_judge.noteComputed(tokens, took); }

  /// Nothing more can be copied: the device is lost.
  void forgetUnsaved() { m_unsaved.clear(); }

  bool isBringingIn() const { return !m_line.empty(); }
  bool isStoring() const { return !m_unsaved.empty(); }
  /// With nothing else to do: until the storage has news, but not for long.
  void waitForNews() { m_storage->waitForNews(std::chrono::milliseconds(5)); }

 private:
  /// A request that is being served, or waits for that.
  struct Fetch {
    RequestId request;
    bool hasBegun = false;
    Duration since{};
    std::vector<PrefixKey> sequences;         // that may be had, the shortest first
    std::vector<PrefixKey> pages;             // wanted, in the order of the text
    int firstPage = 0;                        // of the text; those before it are in the pool
    std::size_t numAsked = 0;                 // of `pages`
    std::size_t numFilled = 0;                // of `pages`
    int numOutstanding = 0;                   // answers
    std::map<PrefixKey, StoredPage> arrived;  // before their turn
  };
  struct Unsaved {
    PrefixKey key;
    OwnerId owner;
  };

  PrefixVariant variantOf(const Sequence& sequence) const;
  /// The names of the pages of the first `mostTokens` tokens of a text.
  std::vector<PrefixKey> keysOf(std::span<const TokenId> text, PrefixKey parent,
                                std::int64_t mostTokens) const;
  /// What the storage has of this text, beyond what is in the pool, and is sooner read than computed; false:
  /// nothing.
  bool plan(Sequence& sequence, std::int64_t mostShared, Fetch& fetch);
  void planPages(const Sequence& sequence, std::int64_t mostShared, Fetch& fetch) const;
  void planSequences(const Sequence& sequence, Fetch& fetch) const;
  void serveLine(Scheduler& scheduler);
  void begin(Fetch& fetch);
  void askForMore(Fetch& fetch);
  Result<void> take(FetchedPrefix fetched, Scheduler& scheduler);
  void takeSequence(FetchedPrefix fetched, Fetch& fetch, Sequence& sequence);
  bool restore(StoredSequence stored, const PrefixKey& key, Sequence& sequence) const;
  Result<void> fill(Fetch& fetch, Sequence& sequence, Scheduler& scheduler);
  bool isPageOf(const StoredPage& page, const Fetch& fetch, const Sequence& sequence) const;
  static void giveUp(Fetch& fetch);
  static void giveUp(Fetch& fetch, Sequence& sequence, PrefixLoss loss);
  static bool isDone(const Fetch& fetch);
  void finish(const Fetch& fetch, Sequence& sequence);
  void queuePages(std::span<const TokenId> text, OwnerId owner);
  Result<void> storeSequence(const Sequence& sequence);

  const EngineLimits& m_limits;
  PrefixStorage* m_storage;
  ModelRunner& m_runner;
  const Clock& m_clock;
  PageAllocator& m_allocator;
  PrefixIndex& m_prefixes;
  ReadOrCompute m_judge;
  std::deque<Fetch> m_line;       // the first one is being served
  std::deque<Unsaved> m_unsaved;  // pages, each after its parent
};

}  // namespace zipage
