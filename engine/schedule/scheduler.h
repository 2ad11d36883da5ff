// Decides who runs: admits waiting sequences, hands out query slots, gives each running one its share of a
// step, and finds pages, if need be by letting others give way. Never touches a device: what needs one goes
// through PageRelief. One thread.
//
// Everything goes by age. A sequence takes pages from itself or from younger ones only, so the oldest that
// runs always comes forward, and a younger one that waits for it waits a finite time. The head of the queue
// is never overtaken.
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "engine/cache/kv_layout.h"
#include "engine/cache/page_allocator.h"
#include "engine/cache/prefix_index.h"
#include "engine/cache/query_slots.h"
#include "engine/schedule/admission_mode.h"
#include "engine/schedule/page_relief.h"
#include "engine/schedule/sequence.h"

namespace zipage {

struct SchedulerLimits {
  int pageTokens = 32;
  int windowTokens = 16;
  int maxBatchTokens = 512;
  int maxSequences = 64;
  double watermark = 0.02;
  AdmissionMode admission = AdmissionMode::Hybrid;
};

/// A sequence's share of a step: the next numTokens of its tokens.
struct StepShare {
  Sequence* sequence = nullptr;
  int numTokens = 0;
};

class Scheduler {
 public:
  /// `prefixes`, where nothing is to be shared, is null.
  Scheduler(const SchedulerLimits& limits, PageAllocator& allocator, QuerySlots& querySlots,
            PageRelief& relief, const PrefixIndex* prefixes = nullptr)
      : m_limits(limits),
        m_allocator(allocator),
        m_slots(querySlots),
        m_relief(relief),
        m_prefixes(prefixes) {}

  /// REQUIRES: an id larger than those before.
  void add(Sequence sequence) { m_waiting.push_back(std::move(sequence)); }

  /// Hands free query slots to running sequences, oldest first; then moves sequences from the queue to the
  /// running ones while there is room.
  void admit();
  /// Fills `shares` for one step: decodes first, then prefill chunks, none beyond what its sequence has pages
  /// for. Who must be compressed first gets no share. Prompts get `mostRead` tokens at most, together.
  void share(std::vector<StepShare>& shares, int mostRead);
  /// The same for the step after one that is under way and draws a token for each of `drawing`: a share of
  /// that token for each, in their order. False: it has to be planned when the tokens are known, since one
  /// has ended (null), another runs too, could be admitted, must be compressed or finds no page.
  bool shareAhead(const std::vector<Sequence*>& drawing, std::vector<StepShare>& shares);
  /// Makes `numPages` pages free for a compression of `sequence`. False: not now.
  bool makeRoom(Sequence& sequence, int numPages);
  /// After a compression: what `sequence` may count on from now on.
  void reserveAgain(Sequence& sequence);
  /// Tokens of its text that may come from elsewhere; the rest it must compute itself.
  std::int64_t mostShared(const Sequence& sequence) const;
  /// The one that can never go on, when nobody else could change that; null otherwise.
  Sequence* hopeless();
  /// Gives back pages and query slot, and forgets the sequence.
  void remove(RequestId id);
  Sequence* find(RequestId id);

  const std::list<Sequence>& running() const { return m_running; }
  std::list<Sequence>& running() { return m_running; }
  const std::list<Sequence>& waiting() const { return m_waiting; }
  std::list<Sequence>& waiting() { return m_waiting; }

  /// Free pages that nobody has reserved.
  int unreservedPages() const;

 private:
  using Place = std::list<Sequence>::iterator;

  bool canAdmit(const Sequence& sequence) const;
  bool admit(Place next);
  /// The first in the queue that does not wait for another to read its prompt.
  Place firstReady();
  bool isLedBy(const Sequence& sequence) const;
  std::vector<PageIndex> prefixOf(const Sequence& sequence) const;
  void giveSlot(Sequence& sequence);
  int pagesOf(std::int64_t numTokens) const;
  int reservationOf(const Sequence& sequence) const;
  int budgetLeft(int mostRead) const;
  int chunkOf(Sequence& sequence, int budget) const;
  /// Takes pages for the next tokens, `budget` at most. How many tokens have room; 0: none, for now.
  int takePages(Sequence& sequence, int budget);
  /// One more, where one is free that nobody else has reserved.
  bool takePage(Sequence& sequence);
  bool takePagesAhead(const std::vector<StepShare>& shares);
  bool canGoOn(const Sequence& sequence) const;
  bool relieve(Sequence& sequence);
  Sequence* mostOverBudget();
  /// Whether pages may have become free for `inFavourOf`; false also when it had to give way itself.
  bool letOneGiveWay(const Sequence& inFavourOf);
  void giveWay(Place itself);
  Place youngestAfter(RequestId id, bool isCompressed);
  bool isInFlight() const;
  void takeBackShare(Sequence& sequence);
  void preempt(Place victim);
  bool swapOut(Place victim);
  void release(Sequence& sequence);

  SchedulerLimits m_limits;
  PageAllocator& m_allocator;
  QuerySlots& m_slots;
  PageRelief& m_relief;
  const PrefixIndex* m_prefixes;
  std::list<Sequence> m_waiting;    // in order of arrival; they hold nothing
  std::list<Sequence> m_running;    // in order of arrival
  std::vector<StepShare> m_shares;  // of the step being planned
  std::vector<RequestId> m_order;   // of the step being planned; kept for its memory
};

}  // namespace zipage
