// Invariant: Σ over running sequences of their outstanding reservations ≤ free pages; both lists are in order
// of their ids, which is that of arrival. A sequence keeps its address while it moves between the lists.
#include "engine/schedule/scheduler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/check.h"

namespace zipage {

namespace {

/// Where a sequence with this id belongs.
std::list<Sequence>::iterator placeOf(std::list<Sequence>& list, RequestId id) {
  return std::find_if(list.begin(), list.end(), [id](const Sequence& s) { return s.id > id; });
}

}  // namespace

int Scheduler::pagesOf(std::int64_t numTokens) const {
  return static_cast<int>(pagesFor(numTokens, m_limits.pageTokens));
}

int Scheduler::reservationOf(const Sequence& sequence) const {
  const std::int64_t known = sequence.physical + sequence.pending();
  if (sequence.hasFixedCapacity()) {
    const bool isWhole = m_limits.admission == AdmissionMode::Constrained;
    return pagesOf(std::min(sequence.capacity(), isWhole ? sequence.longest() : known));
  }
  if (sequence.policy() == MemoryPolicy::Full || pagesOf(known) <= m_allocator.numPages())
    return pagesOf(known);
  // `auto` with more text than the pool can hold: it is compressed on the way.
  const CompressionSettings& settings = sequence.request.compression;
  return pagesOf(std::max<std::int64_t>(sequence.physical + 1, settings.capacityTokens()));
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
  const bool needsSlot =
      sequence.wantsSlot() && (sequence.swapped || m_limits.admission == AdmissionMode::Constrained);
  if (needsSlot && m_slots.numFree() == 0) return false;
  const bool isCertain =
      m_limits.admission == AdmissionMode::Constrained && sequence.policy() == MemoryPolicy::Budget;
  // What others may grow into stays free, or it would be admitted only to give way.
  const int keptFree = m_running.empty() || isCertain
                           ? 0
                           : static_cast<int>(std::ceil(m_allocator.numPages() * m_limits.watermark));
  const std::vector<PageIndex> prefix = prefixOf(sequence);
  // `auto` may find more than it reserves.
  int needed = std::max(reservationOf(sequence), static_cast<int>(prefix.size()));
  for (const PageIndex page : prefix) needed -= m_allocator.holders(page) > 0 ? 1 : 0;
  return needed + keptFree <= unreservedPages();
}

void Scheduler::giveSlot(Sequence& sequence) {
  if (!sequence.wantsSlot() || sequence.querySlot) return;
  sequence.querySlot = m_slots.acquire();
  // A swapped sequence brings its window along.
  if (!sequence.swapped) sequence.slotSince = sequence.computed;
}

void Scheduler::admit() {
  for (Sequence& sequence : m_running) giveSlot(sequence);
  for (Place next = firstReady(); next != m_waiting.end() && canAdmit(*next); next = firstReady()) {
    if (m_relief.fetchesBeginning(*next)) continue;
    if (!admit(next)) return;
  }
}

Scheduler::Place Scheduler::firstReady() {
  return std::find_if(m_waiting.begin(), m_waiting.end(),
                      [this](const Sequence& s) { return !s.stored.isOnItsWay && !isLedBy(s); });
}

bool Scheduler::isLedBy(const Sequence& sequence) const {
  if (m_prefixes == nullptr || !sequence.leader || sequence.computed > 0) return false;
  const auto isLeader = [&](const Sequence& s) { return s.id == sequence.leader; };
  const auto leader = std::find_if(m_running.begin(), m_running.end(), isLeader);
  if (leader == m_running.end())
    return std::any_of(m_waiting.begin(), m_waiting.end(), isLeader) && !m_running.empty();
  const auto shared = static_cast<std::int64_t>(sequence.request.prompt.size()) - m_limits.windowTokens;
  return leader->compressions == 0 && leader->computed < shared;
}

std::vector<PageIndex> Scheduler::prefixOf(const Sequence& sequence) const {
  if (m_prefixes == nullptr || sequence.swapped) return {};
  return m_prefixes->match(sequence.tokens, mostShared(sequence));
}

std::int64_t Scheduler::mostShared(const Sequence& sequence) const {
  // The last queries before a compression must be computed, with a window to be written to; and they need
  // pages of the pool that no prefix fills.
  std::int64_t most = static_cast<std::int64_t>(sequence.tokens.size());
  if (sequence.isBounded()) most = std::min(most, sequence.capacity());
  const std::int64_t pool = static_cast<std::int64_t>(m_allocator.numPages() - 1) * m_limits.pageTokens;
  return std::min(most, pool) - m_limits.windowTokens;
}

bool Scheduler::admit(Place next) {
  Sequence& sequence = *next;
  sequence.reservedPages = reservationOf(sequence);
  for (const PageIndex page : prefixOf(sequence)) {
    const auto start = static_cast<std::size_t>(sequence.physical);
    sequence.pages.append(m_allocator.claim(page));
    sequence.physical += m_limits.pageTokens;
    ++sequence.numNamed;
    const std::span<const TokenId> text(sequence.tokens);
    sequence.lastKey = m_prefixes->keyOf(start == 0 ? m_prefixes->root() : sequence.lastKey,
                                         text.subspan(start, static_cast<std::size_t>(m_limits.pageTokens)));
  }
  if (!sequence.swapped && sequence.physical > 0) sequence.computed = sequence.physical;
  if (sequence.furthest == 0) sequence.cachedTokens = sequence.physical;
  sequence.furthest = std::max(sequence.furthest, sequence.computed);
  giveSlot(sequence);
  m_running.splice(placeOf(m_running, sequence.id), m_waiting, next);
  sequence.state = SequenceState::Prefilling;
  if (!sequence.swapped) return true;
  while (sequence.pages.numPages() < pagesOf(sequence.physical))
    sequence.pages.append(m_allocator.allocate());
  return m_relief.swapIn(sequence);
}

int Scheduler::chunkOf(Sequence& sequence, int budget) const {
  std::int64_t room = budget;
  if (sequence.isBounded()) {
    // The last queries before a compression must find a window to be written to.
    const int keptBack = sequence.wantsSlot() && !sequence.querySlot ? m_limits.windowTokens : 0;
    room = std::min<std::int64_t>(room, sequence.capacity() - keptBack - sequence.physical);
  }
  if (sequence.checkpoint > sequence.computed)
    room = std::min<std::int64_t>(room, sequence.checkpoint - sequence.computed);
  if (room <= 0) {
    if (budget > 0) sequence.state = SequenceState::Blocked;
    return 0;
  }
  sequence.state = sequence.pending() > 1 ? SequenceState::Prefilling : SequenceState::Running;
  return static_cast<int>(std::min(sequence.pending(), room));
}

void Scheduler::share(std::vector<StepShare>& shares, int mostRead) {
  m_shares.clear();
  for (const bool decodes : {true, false}) {
    m_order.clear();
    for (const Sequence& sequence : m_running) {
      if ((sequence.pending() == 1) == decodes) m_order.push_back(sequence.id);
    }
    for (const RequestId id : m_order) {
      const auto found =
          std::find_if(m_running.begin(), m_running.end(), [id](const Sequence& s) { return s.id == id; });
      if (found == m_running.end() || found->state == SequenceState::Compressing || found->mustCompress())
        continue;
      const int chunk = takePages(*found, budgetLeft(decodes ? m_limits.maxBatchTokens : mostRead));
      if (chunk > 0) m_shares.push_back({&*found, chunk});
    }
  }
  shares.swap(m_shares);
}

/// Of this step, where prompts may have `mostRead` tokens.
int Scheduler::budgetLeft(int mostRead) const {
  int given = 0, read = 0;
  for (const StepShare& share : m_shares) {
    given += share.numTokens;
    read += share.numTokens > 1 ? share.numTokens : 0;
  }
  return std::min(m_limits.maxBatchTokens - given, mostRead - read);
}

int Scheduler::takePages(Sequence& sequence, int budget) {
  for (;;) {
    if (sequence.mustCompress()) return 0;
    const int chunk = chunkOf(sequence, budget);
    const int wanted = pagesOf(static_cast<std::int64_t>(sequence.physical) + chunk);
    if (chunk == 0) return 0;
    if (sequence.pages.numPages() >= wanted) {
      sequence.peakPages = std::max(sequence.peakPages, sequence.pages.numPages());
      return chunk;
    }
    if (takePage(sequence)) continue;
    // What it has taken so far is enough for a part.
    const std::int64_t room =
        static_cast<std::int64_t>(sequence.pages.numPages()) * m_limits.pageTokens - sequence.physical;
    if (room > 0) return static_cast<int>(std::min<std::int64_t>(room, chunk));
    if (!relieve(sequence)) return 0;
  }
}

bool Scheduler::takePage(Sequence& sequence) {
  if (sequence.outstandingPages() == 0 && unreservedPages() <= 0) return false;
  PageRef page = m_allocator.allocate();
  ZIPAGE_CHECK(static_cast<bool>(page), "reserved pages are there when they are asked for");
  sequence.pages.append(std::move(page));
  return true;
}

bool Scheduler::shareAhead(const std::vector<Sequence*>& drawing, std::vector<StepShare>& shares) {
  shares.clear();
  for (Sequence* sequence : drawing) {
    if (sequence == nullptr || !canGoOn(*sequence)) return false;
    shares.push_back({sequence, 1});
  }
  const auto numRunning = std::count_if(m_running.begin(), m_running.end(), [](const Sequence& s) {
    return s.state != SequenceState::Compressing;
  });
  if (shares.empty() || numRunning != static_cast<std::ptrdiff_t>(shares.size())) return false;
  if (const Place next = firstReady(); next != m_waiting.end() && canAdmit(*next)) return false;
  if (!takePagesAhead(shares)) return false;
  for (const StepShare& share : shares) {
    share.sequence->entriesAhead = 1;
    share.sequence->state = SequenceState::Running;
  }
  return true;
}

/// When what it has read of its text is in its pages, without a compression.
bool Scheduler::canGoOn(const Sequence& sequence) const {
  const bool isFull = sequence.isBounded() && sequence.physical >= sequence.capacity();
  return sequence.pending() == 0 && !isFull && (sequence.querySlot || !sequence.wantsSlot());
}

/// For all or for none.
bool Scheduler::takePagesAhead(const std::vector<StepShare>& shares) {
  const bool haveRoom = std::all_of(shares.begin(), shares.end(), [this](const StepShare& share) {
    Sequence& sequence = *share.sequence;
    return sequence.pages.numPages() > sequence.physical / m_limits.pageTokens || takePage(sequence);
  });
  for (const StepShare& share : shares) {
    Sequence& sequence = *share.sequence;
    if (haveRoom)
      sequence.peakPages = std::max(sequence.peakPages, sequence.pages.numPages());
    else
      sequence.pages.truncate(pagesOf(sequence.physical));
  }
  return haveRoom;
}

bool Scheduler::makeRoom(Sequence& sequence, int numPages) {
  while (unreservedPages() < numPages) {
    if (isInFlight() || !letOneGiveWay(sequence)) return false;
  }
  return true;
}

void Scheduler::reserveAgain(Sequence& sequence) {
  const int before = sequence.reservedPages;
  sequence.reservedPages = 0;
  // In constrained admission it grows back into what it reserved, but for pages that others go on holding;
  // else others may have it.
  if (m_limits.admission == AdmissionMode::Hybrid || !sequence.hasFixedCapacity()) return;
  sequence.reservedPages =
      std::min({before, pagesOf(sequence.capacity()), sequence.pages.numPages() + unreservedPages()});
}

bool Scheduler::relieve(Sequence& sequence) {
  sequence.state = SequenceState::Suspended;
  if (Sequence* relieved = mostOverBudget(); relieved != nullptr) {
    takeBackShare(*relieved);
    if (m_relief.compress(*relieved)) return relieved->state != SequenceState::Compressing;
  }
  // What is being compressed gives pages back soon.
  return !isInFlight() && letOneGiveWay(sequence);
}

Sequence* Scheduler::mostOverBudget() {
  Sequence* most = nullptr;
  for (Sequence& sequence : m_running) {
    const bool givesPages = sequence.policy() == MemoryPolicy::Auto &&
                            sequence.state != SequenceState::Compressing &&
                            sequence.canCompress(m_limits.windowTokens) &&
                            pagesOf(sequence.physical) > pagesOf(sequence.budget());
    if (!givesPages) continue;
    const auto over = [](const Sequence& s) { return s.physical - s.budget(); };
    if (most == nullptr || over(sequence) > over(*most)) most = &sequence;
  }
  return most;
}

bool Scheduler::letOneGiveWay(const Sequence& inFavourOf) {
  const RequestId id = inFavourOf.id;
  if (const Place victim = youngestAfter(id, false); victim != m_running.end()) {
    preempt(victim);
    return true;
  }
  if (const Place victim = youngestAfter(id, true); victim != m_running.end()) return swapOut(victim);
  giveWay(std::find_if(m_running.begin(), m_running.end(), [id](const Sequence& s) { return s.id == id; }));
  return false;
}

void Scheduler::giveWay(Place itself) {
  // Alone, giving way to itself would be for ever, unless that gets it the window that it lacks.
  const bool lacksWindow =
      itself->querySlot && itself->slotSince > 0 && !itself->hasWindow(m_limits.windowTokens);
  if (m_running.size() == 1 && !lacksWindow) return;
  if (itself->compressions > 0)
    swapOut(itself);
  else
    preempt(itself);
}

Scheduler::Place Scheduler::youngestAfter(RequestId id, bool isCompressed) {
  for (Place place = m_running.end(); place != m_running.begin();) {
    --place;
    if (place->id <= id) break;
    const bool givesWay =
        place->pages.numPages() + place->outstandingPages() > 0 && place->state != SequenceState::Compressing;
    if (givesWay && (place->compressions > 0) == isCompressed) return place;
  }
  return m_running.end();
}

bool Scheduler::isInFlight() const {
  return std::any_of(m_running.begin(), m_running.end(),
                     [](const Sequence& s) { return s.state == SequenceState::Compressing; });
}

void Scheduler::takeBackShare(Sequence& sequence) {
  std::erase_if(m_shares, [&](const StepShare& share) { return share.sequence == &sequence; });
  sequence.pages.truncate(pagesOf(sequence.physical));
}

void Scheduler::preempt(Place victim) {
  takeBackShare(*victim);
  m_relief.notePreempted(*victim);
  release(*victim);
  victim->computed = 0;
  victim->physical = 0;
  victim->slotSince = 0;
  victim->numNamed = 0;
  victim->grownTokens = 0;
  victim->longRunWorkingSet = 0.0;
  victim->state = SequenceState::Waiting;
  m_waiting.splice(placeOf(m_waiting, victim->id), m_running, victim);
}

bool Scheduler::swapOut(Place victim) {
  takeBackShare(*victim);
  if (!m_relief.swapOut(*victim)) return false;
  release(*victim);
  victim->state = SequenceState::Swapped;
  m_waiting.splice(placeOf(m_waiting, victim->id), m_running, victim);
  return true;
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
  for (std::list<Sequence>* list : {&m_running, &m_waiting}) {
    const auto found =
        std::find_if(list->begin(), list->end(), [id](const Sequence& s) { return s.id == id; });
    if (found != list->end()) return &*found;
  }
  return nullptr;
}

void Scheduler::remove(RequestId id) {
  if (Sequence* sequence = find(id); sequence != nullptr) release(*sequence);
  for (std::list<Sequence>* list : {&m_running, &m_waiting}) {
    list->remove_if([id](const Sequence& sequence) { return sequence.id == id; });
  }
}

}  // namespace zipage
