// Invariant: Σ over running sequences of their outstanding reservations ≤ free pages; both lists are in order
// of their ids, which is that of arrival.
#include "engine/schedule/scheduler.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace zipage {

int Scheduler::pagesOf(std::int64_t numTokens) const {
  return static_cast<int>(pagesFor(numTokens, m_limits.pageTokens));
}

int Scheduler::reservationOf(const Sequence& sequence) const {
  if (!sequence.isBounded()) return pagesOf(static_cast<std::int64_t>(sequence.tokens.size()));
  const std::int64_t longest =
      static_cast<std::int64_t>(sequence.request.prompt.size()) + sequence.request.maxNewTokens;
  return pagesOf(std::min<std::int64_t>(sequence.capacity(), longest));
}

int Scheduler::unreservedPages() const {
  int outstanding = 0;
  for (const Sequence& sequence : m_running) outstanding += sequence.outstandingPages();
  return m_allocator.numFree() - outstanding;
}

bool Scheduler::canAdmit(const Sequence& sequence) const {
  // Every running sequence can take a token in every step.
  const int atOnce = std::min(m_limits.maxSequences, m_limits.maxBatchTokens);
  if (static_cast<int>(m_running.size()) >= atOnce) return false;
  if (sequence.isBounded()) return m_slots.numFree() > 0 && reservationOf(sequence) <= unreservedPages();
  // What others may grow into stays free, or it would be admitted only to give way.
  const int keptFree =
      m_running.empty() ? 0 : static_cast<int>(std::ceil(m_allocator.numPages() * m_limits.watermark));
  return reservationOf(sequence) + keptFree <= unreservedPages();
}

void Scheduler::admit() {
  while (!m_waiting.empty() && canAdmit(m_waiting.front())) {
    Sequence& next = m_waiting.front();
    next.reservedPages = reservationOf(next);
    if (next.isBounded()) next.querySlot = m_slots.acquire();
    const auto place =
        std::find_if(m_running.begin(), m_running.end(), [&](const Sequence& s) { return s.id > next.id; });
    m_running.insert(place, std::move(next));
    m_waiting.pop_front();
  }
}

int Scheduler::chunkOf(const Sequence& sequence, int budget) const {
  std::int64_t chunk = std::min<std::int64_t>(sequence.pending(), budget);
  if (sequence.isBounded()) chunk = std::min<std::int64_t>(chunk, sequence.capacity() - sequence.physical);
  return static_cast<int>(chunk);
}

void Scheduler::share(std::vector<StepShare>& shares, std::vector<std::pair<RequestId, int>>& preempted) {
  shares.clear();
  int budget = m_limits.maxBatchTokens;
  for (const bool decodes : {true, false}) {
    // A preemption removes a sequence while we walk, but only the one at hand or a younger one.
    m_order.clear();
    for (const Sequence& sequence : m_running) {
      if ((sequence.pending() == 1) == decodes) m_order.push_back(sequence.id);
    }
    for (const RequestId id : m_order) {
      Sequence* sequence = find(id);
      const bool stillRuns =
          std::any_of(m_running.begin(), m_running.end(), [&](const Sequence& s) { return s.id == id; });
      if (budget == 0 || !stillRuns) continue;
      const int chunk = chunkOf(*sequence, budget);
      if (chunk == 0 || !takePages(*sequence, chunk, preempted)) continue;
      budget -= chunk;
      shares.push_back({sequence, chunk});
    }
  }
}

bool Scheduler::takePages(Sequence& sequence, int numTokens,
                          std::vector<std::pair<RequestId, int>>& preempted) {
  const int wanted = pagesOf(static_cast<std::int64_t>(sequence.physical) + numTokens);
  const RequestId id = sequence.id;
  while (sequence.pages.numPages() < wanted) {
    if (sequence.outstandingPages() == 0 && unreservedPages() <= 0) {
      if (!preemptYoungest(sequence, preempted)) return false;
      if (preempted.back().first == id) return false;  // it was itself the youngest
      continue;
    }
    PageRef page = m_allocator.allocate();
    ZIPAGE_CHECK(static_cast<bool>(page), "reserved pages are there when they are asked for");
    sequence.pages.append(std::move(page));
  }
  sequence.peakPages = std::max(sequence.peakPages, sequence.pages.numPages());
  return true;
}

bool Scheduler::preemptYoungest(const Sequence& inFavourOf,
                                std::vector<std::pair<RequestId, int>>& preempted) {
  for (auto candidate = m_running.end(); candidate != m_running.begin();) {
    --candidate;
    if (candidate->isBounded()) continue;
    // Alone with nobody to wait for: giving way to itself would be for ever.
    if (candidate->id == inFavourOf.id && m_running.size() == 1) return false;
    preempt(candidate, preempted);
    return true;
  }
  return false;
}

void Scheduler::preempt(std::list<Sequence>::iterator victim,
                        std::vector<std::pair<RequestId, int>>& preempted) {
  preempted.emplace_back(victim->id, static_cast<int>(victim->computed));
  release(*victim);
  victim->computed = 0;
  victim->physical = 0;
  const auto place =
      std::find_if(m_waiting.begin(), m_waiting.end(), [&](const Sequence& s) { return s.id > victim->id; });
  m_waiting.insert(place, std::move(*victim));
  m_running.erase(victim);
}

void Scheduler::release(Sequence& sequence) {
  sequence.pages.clear();
  sequence.querySlot.release();
  sequence.reservedPages = 0;
}

Sequence* Scheduler::hopeless() {
  if (m_running.empty())
    return m_waiting.empty() || canAdmit(m_waiting.front()) ? nullptr : &m_waiting.front();
  if (m_running.size() > 1 || m_running.front().isBounded()) return nullptr;
  Sequence& alone = m_running.front();
  const bool hasRoom = alone.pages.numPages() * m_limits.pageTokens > alone.physical ||
                       alone.outstandingPages() > 0 || unreservedPages() > 0;
  return alone.pending() > 0 && !hasRoom ? &alone : nullptr;
}

Sequence* Scheduler::find(RequestId id) {
  const auto hasId = [id](const Sequence& sequence) { return sequence.id == id; };
  const auto running = std::find_if(m_running.begin(), m_running.end(), hasId);
  if (running != m_running.end()) return &*running;
  const auto waiting = std::find_if(m_waiting.begin(), m_waiting.end(), hasId);
  return waiting != m_waiting.end() ? &*waiting : nullptr;
}

void Scheduler::remove(RequestId id) {
  if (Sequence* sequence = find(id); sequence != nullptr) release(*sequence);
  m_running.remove_if([id](const Sequence& sequence) { return sequence.id == id; });
  std::erase_if(m_waiting, [id](const Sequence& sequence) { return sequence.id == id; });
}

}  // namespace zipage
