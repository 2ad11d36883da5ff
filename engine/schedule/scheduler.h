// Decides who runs: admits waiting sequences, gives each running one its share of a step, finds pages,
// preempts. Never touches a device. One thread.
//
// A bounded sequence is admitted with a query slot and with all the pages it may ever hold reserved, so it
// never waits for a page. A sequence that keeps everything has the pages of its known tokens reserved and
// takes more as it grows, out of those nobody has reserved; when there is none, the youngest such sequence
// gives way and is recomputed later. Everything goes by order of arrival, also after giving way: the head of
// the queue is never overtaken.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <vector>

#include "engine/cache/kv_layout.h"
#include "engine/cache/page_allocator.h"
#include "engine/cache/query_slots.h"
#include "engine/schedule/sequence.h"

namespace zipage {

struct SchedulerLimits {
  int pageTokens = 32;
  int windowTokens = 16;
  int maxBatchTokens = 512;
  int maxSequences = 64;
  double watermark = 0.02;
};

/// A sequence's share of a step: the next numTokens of its tokens.
struct StepShare {
  Sequence* sequence = nullptr;
  int numTokens = 0;
};

class Scheduler {
 public:
  Scheduler(const SchedulerLimits& limits, PageAllocator& allocator, QuerySlots& slots)
      : m_limits(limits), m_allocator(allocator), m_slots(slots) {}

  /// REQUIRES: an id larger than those before.
  void add(Sequence sequence) { m_waiting.push_back(std::move(sequence)); }

  /// Moves sequences from the queue to the running ones while there is room.
  void admit();
  /// Fills `shares` for one step: decodes first, then prefill chunks, none beyond what its sequence has pages
  /// for. A bounded sequence whose capacity is full gets no share until it was compressed. `preempted` gets
  /// the ids of those that gave way.
  void share(std::vector<StepShare>& shares, std::vector<std::pair<RequestId, int>>& preempted);
  /// When nothing can run and nothing is running: the head of the queue, which will never fit.
  Sequence* hopeless();
  /// Gives back pages and query slot, and forgets the sequence.
  void remove(RequestId id);
  Sequence* find(RequestId id);

  std::list<Sequence>& running() { return m_running; }
  const std::list<Sequence>& running() const { return m_running; }
  std::deque<Sequence>& waiting() { return m_waiting; }
  const std::deque<Sequence>& waiting() const { return m_waiting; }

  /// Free pages that no bounded sequence has reserved.
  int unreservedPages() const;

 private:
  bool canAdmit(const Sequence& sequence) const;
  int pagesOf(std::int64_t numTokens) const;
  int reservationOf(const Sequence& sequence) const;
  int chunkOf(const Sequence& sequence, int budget) const;
  /// Takes pages for `numTokens` more entries. False when there are none: the sequence has given way, or is
  /// hopeless().
  bool takePages(Sequence& sequence, int numTokens, std::vector<std::pair<RequestId, int>>& preempted);
  bool preemptYoungest(const Sequence& inFavourOf, std::vector<std::pair<RequestId, int>>& preempted);
  void preempt(std::list<Sequence>::iterator victim, std::vector<std::pair<RequestId, int>>& preempted);
  void release(Sequence& sequence);

  SchedulerLimits m_limits;
  PageAllocator& m_allocator;
  QuerySlots& m_slots;
  std::deque<Sequence> m_waiting;  // in order of arrival
  std::list<Sequence> m_running;   // in order of arrival
  std::vector<RequestId> m_order;  // of the step being planned; kept for its memory
};

}  // namespace zipage
