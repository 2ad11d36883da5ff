// Invariant: Σ over bounded running sequences of their outstanding reservations ≤ free pages.
#include "engine/schedule/scheduler.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace zipage {

int Scheduler::pagesOf(std::int64_t numTokens) const {
  return static_cast<int>(pagesFor(numTokens, m_limits.pageTokens));
}

int Scheduler::reservationOf(const Sequence& sequence) const {
  const std::int64_t longest = static_cast<std::int64_t>(sequence.request.prompt.size()) + sequence.request.maxNewTokens;
  return pagesOf(std::min<std::int64_t>(sequence.capacity(), longest));
}

int Scheduler::unreservedPages() const {
  int outstanding = 0;
  for (const Sequence& sequence : m_running) outstanding += sequence.outstandingPages();
  return m_allocator.numFree() - outstanding;
}

bool Scheduler::canAdmit(const Sequence& sequence) const {
  if (static_cast<int>(m_running.size()) >= m_limits.maxSequences) return false;
  if (sequence.isBounded()) return m_slots.numFree() > 0 && reservationOf(sequence) <= unreservedPages();
  // The first pages of growth must be there as well, or it would be admitted only to give way.
  const int needed = pagesOf(static_cast<std::int64_t>(sequence.tokens.size()) + 1);
  const int keptFree = m_running.empty() ? 0 : static_cast<int>(std::ceil(m_allocator.numPages() * m_limits.watermark));
  return needed + keptFree <= unreservedPages();
}

void Scheduler::admit() {
  while (!m_waiting.empty() && canAdmit(m_waiting.front())) {
    m_running.push_back(std::move(m_waiting.front()));
    m_waiting.pop_front();
    Sequence& sequence = m_running.back();
    if (!sequence.isBounded()) continue;
    sequence.reservedPages = reservationOf(sequence);
    sequence.querySlot = m_slots.acquire();
  }
}

int Scheduler::chunkOf(const Sequence& sequence, int budget) const {
  std::int64_t chunk = std::min<std::int64_t>(sequence.pending(), budget);
  if (sequence.isBounded()) chunk = std::min<std::int64_t>(chunk, sequence.capacity() - sequence.physical);
  return static_cast<int>(chunk);
}

void Scheduler::share(std::vector<StepShare>& shares, std::vector<std::pair<RequestId, int>>& preempted) {
  shares.clear();
  m_planned.clear();
  int budget = m_limits.maxBatchTokens;
  for (const bool decodes : {true, false}) {
    // Preemption removes sequences while we walk, but never one that is planned or the one at hand's elders.
    std::vector<RequestId> order;
    for (const Sequence& sequence : m_running) {
      if ((sequence.pending() == 1) == decodes) order.push_back(sequence.id);
    }
    for (const RequestId id : order) {
      Sequence* sequence = find(id);
      const bool stillRuns = std::any_of(m_running.begin(), m_running.end(), [&](const Sequence& s) { return s.id == id; });
      if (budget == 0 || !stillRuns) continue;
      const int chunk = chunkOf(*sequence, budget);
      const int granted = chunk > 0 ? takePages(*sequence, chunk, preempted) : 0;
      if (granted <= 0) continue;
      budget -= granted;
      m_planned.push_back(id);
      shares.push_back({sequence, granted});
    }
  }
}

int Scheduler::takePages(Sequence& sequence, int numTokens, std::vector<std::pair<RequestId, int>>& preempted) {
  const int wanted = pagesOf(static_cast<std::int64_t>(sequence.physical) + numTokens);
  const RequestId id = sequence.id;
  while (sequence.pages.numPages() < wanted) {
    if (!sequence.isBounded() && unreservedPages() <= 0) {
      // A chunk may run with the pages that are there; only a sequence that has room for nothing makes others give way.
      if (sequence.pages.numPages() * m_limits.pageTokens > sequence.physical) break;
      if (!preemptYoungest(sequence, preempted)) return 0;
      if (m_waiting.size() > 0 && m_waiting.front().id == id) return 0;  // it was itself the youngest
      continue;
    }
    PageRef page = m_allocator.allocate();
    ZIPAGE_CHECK(static_cast<bool>(page), "reserved pages are there when they are asked for");
    sequence.pages.append(std::move(page));
  }
  sequence.peakPages = std::max(sequence.peakPages, sequence.pages.numPages());
  return std::min(numTokens, sequence.pages.numPages() * m_limits.pageTokens - sequence.physical);
}

bool Scheduler::preemptYoungest(const Sequence& inFavourOf, std::vector<std::pair<RequestId, int>>& preempted) {
  for (auto candidate = m_running.end(); candidate != m_running.begin();) {
    --candidate;
    const bool isPlanned = std::find(m_planned.begin(), m_planned.end(), candidate->id) != m_planned.end();
    if (candidate->isBounded() || isPlanned) continue;
    // Alone with nobody to wait for: giving way to itself would be for ever.
    if (candidate->id == inFavourOf.id && m_running.size() == 1) return false;
    preempt(candidate, preempted);
    return true;
  }
  return false;
}

void Scheduler::preempt(std::list<Sequence>::iterator victim, std::vector<std::pair<RequestId, int>>& preempted) {
  preempted.emplace_back(victim->id, static_cast<int>(victim->computed));
  release(*victim);
  victim->computed = 0;
  victim->physical = 0;
  m_waiting.push_front(std::move(*victim));
  m_running.erase(victim);
}

void Scheduler::release(Sequence& sequence) {
  sequence.pages.clear();
  sequence.querySlot.release();
  sequence.reservedPages = 0;
}

Sequence* Scheduler::hopeless() {
  if (m_running.empty()) return m_waiting.empty() || canAdmit(m_waiting.front()) ? nullptr : &m_waiting.front();
  if (m_running.size() > 1 || m_running.front().isBounded()) return nullptr;
  Sequence& alone = m_running.front();
  const bool hasRoom = alone.pages.numPages() * m_limits.pageTokens > alone.physical || unreservedPages() > 0;
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
