// Invariant: only the first of m_line has asked for anything, and every answer belongs to it; it leaves the
// line when all its answers have come, whether its request still lives or not.
#include "engine/runtime/prefix_exchange.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace zipage {

namespace {

/// Pages that are asked for before the first of them has come: enough to keep a disk busy, few enough to be
/// no burden on memory.
constexpr std::size_t kPagesAhead = 8;

// Copied in one step. Beside steps of others it must not be felt.
constexpr std::size_t kBytesBesideSteps = std::size_t{8} << 20;
constexpr std::size_t kBytesWhenIdle = std::size_t{64} << 20;

bool beginsWith(std::span<const TokenId> text, std::span<const TokenId> beginning) {
  return beginning.size() <= text.size() && std::equal(beginning.begin(), beginning.end(), text.begin());
}

}  // namespace

PrefixVariant PrefixExchange::variantOf(const Sequence& sequence) const {
  return {sequence.policy(), sequence.request.compression, m_limits.windowTokens};
}

std::vector<PrefixKey> PrefixExchange::keysOf(std::span<const TokenId> text, PrefixKey parent,
                                              std::int64_t mostTokens) const {
  std::vector<PrefixKey> keys;
  const auto pageTokens = static_cast<std::size_t>(m_limits.pageTokens);
  const std::size_t end =
      std::min(text.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, mostTokens)));
  for (std::size_t start = 0; start + pageTokens <= end; start += pageTokens) {
    parent = m_prefixes.keyOf(parent, text.subspan(start, pageTokens));
    keys.push_back(parent);
  }
  return keys;
}

bool PrefixExchange::lookUp(Sequence& sequence, const Scheduler& scheduler) {
  if (m_storage == nullptr || sequence.stored.wasLookedUp || sequence.swapped) return false;
  sequence.stored.wasLookedUp = true;
  Fetch fetch;
  fetch.request = sequence.id;
  if (!plan(sequence, scheduler.mostShared(sequence), fetch)) return false;
  sequence.stored.isOnItsWay = true;
  if (m_line.empty()) begin(fetch);
  m_line.push_back(std::move(fetch));
  return true;
}

bool PrefixExchange::plan(Sequence& sequence, std::int64_t mostShared, Fetch& fetch) {
  planPages(sequence, mostShared, fetch);
  planSequences(sequence, fetch);
  const auto numPages = static_cast<std::int64_t>(fetch.pages.size());
  // A compressed sequence stands for far more tokens than it holds: it is always worth reading.
  if (fetch.sequences.empty() && numPages > 0 &&
      !m_judge.isWorthReading(numPages * m_limits.bytesPerPage, numPages * m_limits.pageTokens)) {
    fetch.pages.clear();
    sequence.stored.loss = PrefixLoss::Slower;
  }
  return !fetch.pages.empty() || !fetch.sequences.empty();
}

void PrefixExchange::planPages(const Sequence& sequence, std::int64_t mostShared, Fetch& fetch) const {
  const std::vector<PrefixKey> keys = keysOf(sequence.tokens, m_prefixes.root(), mostShared);
  fetch.firstPage = static_cast<int>(m_prefixes.match(sequence.tokens, mostShared).size());
  for (auto key = keys.begin() + fetch.firstPage; key != keys.end() && m_storage->has(*key); ++key)
    fetch.pages.push_back(*key);
}

/// Compressed sequences that reach further into the text than its pages do.
void PrefixExchange::planSequences(const Sequence& sequence, Fetch& fetch) const {
  const PrefixVariant variant = variantOf(sequence);
  if (!sequence.isBounded() || !variant.dependsOnTextAlone() || sequence.wasMeddledWith) return;
  const std::size_t numPages = static_cast<std::size_t>(fetch.firstPage) + fetch.pages.size();
  const auto keys = keysOf(sequence.tokens, variant.rootBelow(m_prefixes.root()),
                           static_cast<std::int64_t>(sequence.tokens.size()) - 1);
  for (std::size_t page = numPages; page < keys.size(); ++page) {
    if (m_storage->has(keys[page])) fetch.sequences.push_back(keys[page]);
  }
}

void PrefixExchange::begin(Fetch& fetch) {
  if (!fetch.hasBegun) fetch.since = m_clock.now();
  fetch.hasBegun = true;
  if (fetch.sequences.empty()) return askForMore(fetch);
  m_storage->fetch(fetch.sequences.back());
  ++fetch.numOutstanding;
}

void PrefixExchange::askForMore(Fetch& fetch) {
  for (; fetch.numAsked < std::min(fetch.pages.size(), fetch.numFilled + kPagesAhead); ++fetch.numAsked) {
    m_storage->fetch(fetch.pages[fetch.numAsked]);
    ++fetch.numOutstanding;
  }
}

Result<void> PrefixExchange::bringIn(Scheduler& scheduler) {
  if (m_line.empty()) return {};
  for (FetchedPrefix& fetched : m_storage->collect()) {
    if (auto taken = take(std::move(fetched), scheduler); !taken) return taken;
  }
  serveLine(scheduler);
  return {};
}

void PrefixExchange::serveLine(Scheduler& scheduler) {
  while (!m_line.empty()) {
    Fetch& fetch = m_line.front();
    Sequence* sequence = scheduler.find(fetch.request);
    if (sequence == nullptr) giveUp(fetch);
    // What others brought in meanwhile need not be read again.
    if (sequence != nullptr && !fetch.hasBegun) {
      Fetch again;
      again.request = fetch.request;
      fetch = std::move(again);
      if (plan(*sequence, scheduler.mostShared(*sequence), fetch)) begin(fetch);
    }
    if (!isDone(fetch)) return;
    if (sequence != nullptr) finish(fetch, *sequence);
    m_line.pop_front();
  }
}

Result<void> PrefixExchange::take(FetchedPrefix fetched, Scheduler& scheduler) {
  ZIPAGE_CHECK(!m_line.empty() && m_line.front().numOutstanding > 0, "an answer has been asked for");
  Fetch& fetch = m_line.front();
  --fetch.numOutstanding;
  Sequence* sequence = scheduler.find(fetch.request);
  if (sequence == nullptr) return {};
  if (!fetch.sequences.empty()) {
    takeSequence(std::move(fetched), fetch, *sequence);
    return {};
  }
  auto* page = fetched.prefix ? std::get_if<StoredPage>(&*fetched.prefix) : nullptr;
  if (page != nullptr)
    fetch.arrived.emplace(fetched.key, std::move(*page));
  else
    giveUp(fetch, *sequence, fetched.prefix ? PrefixLoss::Damaged : fetched.loss);
  if (auto filled = fill(fetch, *sequence, scheduler); !filled) return filled;
  askForMore(fetch);
  return {};
}

void PrefixExchange::takeSequence(FetchedPrefix fetched, Fetch& fetch, Sequence& sequence) {
  auto* stored = fetched.prefix ? std::get_if<StoredSequence>(&*fetched.prefix) : nullptr;
  if (stored != nullptr && restore(std::move(*stored), fetched.key, sequence)) {
    fetch.sequences.clear();
    fetch.pages.clear();
    return;
  }
  if (stored == nullptr) sequence.stored.loss = fetched.prefix ? PrefixLoss::Damaged : fetched.loss;
  fetch.sequences.pop_back();
  begin(fetch);
}

bool PrefixExchange::restore(StoredSequence stored, const PrefixKey& key, Sequence& sequence) const {
  const auto numTokens = static_cast<std::int64_t>(stored.tokens.size());
  const int mostEntries = m_limits.numPages * m_limits.pageTokens;
  const bool isOfThisText = numTokens < static_cast<std::int64_t>(sequence.tokens.size()) &&
                            beginsWith(sequence.tokens, stored.tokens);
  const PrefixVariant variant{stored.policy, stored.settings, m_limits.windowTokens};
  const bool isPlausible =
      variant.hash() == variantOf(sequence).hash() && stored.numEntries >= m_limits.windowTokens &&
      stored.numEntries <= mostEntries && stored.numEntries < numTokens && stored.numScored >= 0 &&
      stored.numScored <= stored.numEntries && stored.numCompressions > 0 && stored.grownTokens >= 0 &&
      stored.grownTokens <= mostEntries && stored.grownTokens % m_limits.pageTokens == 0 &&
      std::isfinite(stored.longRunWorkingSet) && stored.longRunWorkingSet >= 0.0;
  if (!isOfThisText) return false;  // no loss: only its name, that of its last full page, is the same
  const ContentsShape shape{stored.numEntries, static_cast<std::int32_t>(numTokens), 0, true};
  sequence.grownTokens = stored.grownTokens;
  if (!isPlausible || stored.numEntries > sequence.capacity() ||
      !m_runner.checkContents(stored.contents, shape)) {
    sequence.grownTokens = 0;
    sequence.stored.loss = PrefixLoss::Damaged;
    return false;
  }
  sequence.longRunWorkingSet = stored.longRunWorkingSet;
  sequence.computed = sequence.furthest = numTokens;
  sequence.cachedTokens = static_cast<int>(numTokens);
  sequence.physical = stored.numEntries;
  sequence.numScored = stored.numScored;
  sequence.compressions = sequence.stored.numCompressions = stored.numCompressions;
  sequence.tokensEvicted = sequence.stored.evicted = numTokens - stored.numEntries;
  sequence.stored.toToken = static_cast<int>(numTokens);
  sequence.stored.isSequence = true;
  sequence.stored.key = key;
  sequence.swapped = std::make_unique<StoredCopy>(std::move(stored.contents));
  return true;
}

Result<void> PrefixExchange::fill(Fetch& fetch, Sequence& sequence, Scheduler& scheduler) {
  // What is in the pool of this text must not be handed out for what follows it.
  std::vector<PageRef> held;
  for (const PageIndex page : m_prefixes.match(sequence.tokens, scheduler.mostShared(sequence)))
    held.push_back(m_allocator.claim(page));
  Result<void> done;
  while (done && fetch.numFilled < fetch.pages.size()) {
    const auto next = fetch.arrived.find(fetch.pages[fetch.numFilled]);
    if (next == fetch.arrived.end()) break;
    const StoredPage page = std::move(next->second);
    fetch.arrived.erase(next);
    if (!isPageOf(page, fetch, sequence)) {
      giveUp(fetch, sequence, PrefixLoss::Damaged);
      break;
    }
    // Those of this text are held for the moment, maybe out of what others have reserved.
    if (scheduler.unreservedPages() <= 0) {
      giveUp(fetch, sequence, PrefixLoss::None);
      break;
    }
    PageRef target = m_allocator.allocate();
    const PageIndex index = target.index();
    done = m_runner.copyIn(page.contents, std::span(&index, 1), -1);
    if (done) m_prefixes.add(index, page.parent, page.tokens);
    held.push_back(std::move(target));
    ++fetch.numFilled;
  }
  // The last page first, so that it is also the first to be taken away.
  while (!held.empty()) held.pop_back();
  return done;
}

bool PrefixExchange::isPageOf(const StoredPage& page, const Fetch& fetch, const Sequence& sequence) const {
  const int index = fetch.firstPage + static_cast<int>(fetch.numFilled);
  const std::span<const TokenId> text(sequence.tokens);
  const auto pageTokens = static_cast<std::size_t>(m_limits.pageTokens);
  const std::int32_t first = index * m_limits.pageTokens;
  return page.tokens.size() == pageTokens &&
         beginsWith(text.subspan(static_cast<std::size_t>(first)), page.tokens) &&
         m_prefixes.keyOf(page.parent, page.tokens) == fetch.pages[fetch.numFilled] &&
         m_runner.checkContents(page.contents, {m_limits.pageTokens, m_limits.pageTokens, first, false});
}

/// No more is wanted of it than what has been filled; what was asked for is still waited for.
void PrefixExchange::giveUp(Fetch& fetch) {
  fetch.hasBegun = true;
  fetch.sequences.clear();
  fetch.pages.resize(fetch.numFilled);
  fetch.numAsked = fetch.numFilled;
  fetch.arrived.clear();
}

void PrefixExchange::giveUp(Fetch& fetch, Sequence& sequence, PrefixLoss loss) {
  // The first reason is the reason: what comes after a page that is lost is of no use.
  if (fetch.numFilled < fetch.pages.size() && sequence.stored.loss == PrefixLoss::None)
    sequence.stored.loss = loss;
  giveUp(fetch);
}

bool PrefixExchange::isDone(const Fetch& fetch) {
  return fetch.numOutstanding == 0 && fetch.sequences.empty() && fetch.numFilled == fetch.pages.size();
}

void PrefixExchange::finish(const Fetch& fetch, Sequence& sequence) {
  StoredBeginning& stored = sequence.stored;
  stored.isOnItsWay = false;
  if (!fetch.hasBegun) return;
  stored.duration = m_clock.now() - fetch.since;
  if (stored.isSequence) return;
  stored.fromToken = fetch.firstPage * m_limits.pageTokens;
  stored.toToken = stored.fromToken + static_cast<int>(fetch.numFilled) * m_limits.pageTokens;
  m_judge.noteRead(static_cast<std::int64_t>(fetch.numFilled) * m_limits.bytesPerPage, stored.duration);
}

void PrefixExchange::noteStart(const Sequence& sequence) {
  if (m_storage == nullptr) return;
  PrefixLookup lookup;
  lookup.owner = sequence.request.owner;
  lookup.prompt = sequence.request.prompt;
  lookup.foundTokens = sequence.cachedTokens;
  lookup.storedTokens = sequence.tokensFromStorage();
  const auto longest = static_cast<int>(sequence.request.prompt.size()) - m_limits.windowTokens;
  lookup.mostTokens = std::max(0, longest) / m_limits.pageTokens * m_limits.pageTokens;
  lookup.variant = variantOf(sequence).hash();
  lookup.loss = sequence.stored.loss;
  if (sequence.stored.numCompressions > 0)
    lookup.used.push_back(sequence.stored.key);
  else
    lookup.used = keysOf(sequence.tokens, m_prefixes.root(), sequence.cachedTokens);
  m_storage->noteLookup(std::move(lookup));
}

void PrefixExchange::planCheckpoint(Sequence& sequence) const {
  if (m_storage == nullptr || !sequence.hasFixedCapacity() || !variantOf(sequence).dependsOnTextAlone())
    return;
  // Short of what templates put behind a question: the next turn has the answer there instead.
  const auto most = static_cast<int>(sequence.request.prompt.size()) - m_limits.windowTokens;
  const int checkpoint = std::max(0, most) / m_limits.pageTokens * m_limits.pageTokens;
  if (checkpoint > sequence.capacity()) sequence.checkpoint = checkpoint;
}

Result<void> PrefixExchange::storeAtCheckpoint(Sequence& sequence) {
  if (sequence.checkpoint == 0 || sequence.computed != sequence.checkpoint) return {};
  sequence.checkpoint = 0;
  return storeSequence(sequence);
}

Result<void> PrefixExchange::storeSequence(const Sequence& sequence) {
  const PrefixVariant variant = variantOf(sequence);
  if (!m_storage->isKeeping() || sequence.compressions == 0 || sequence.swapped ||
      !sequence.hasWindow(m_limits.windowTokens) || sequence.state == SequenceState::Compressing ||
      sequence.wasMeddledWith || !variant.dependsOnTextAlone())
    return {};
  const auto keys = keysOf(sequence.tokens, variant.rootBelow(m_prefixes.root()), sequence.computed);
  const std::size_t bytes = sequence.pages.numPages() * static_cast<std::size_t>(m_limits.bytesPerPage);
  if (keys.empty() || m_storage->has(keys.back()) || !m_storage->hasRoomFor(bytes)) return {};
  auto contents = m_runner.copyOut(sequence.pages.indices(), sequence.querySlot.index());
  if (!contents) return tl::unexpected(contents.error());
  StoredSequence stored;
  stored.tokens.assign(sequence.tokens.begin(), sequence.tokens.begin() + sequence.computed);
  stored.policy = sequence.policy();
  stored.settings = sequence.request.compression;
  stored.numEntries = sequence.physical;
  stored.numScored = sequence.numScored;
  stored.numCompressions = sequence.compressions;
  stored.grownTokens = sequence.grownTokens;
  stored.longRunWorkingSet = sequence.longRunWorkingSet;
  stored.contents = std::move(*contents);
  m_storage->write(sequence.request.owner, keys.back(), std::move(stored));
  return {};
}

Result<void> PrefixExchange::storeTurn(const Sequence& sequence) {
  if (m_storage == nullptr || sequence.computed == 0) return {};
  const std::span<const TokenId> text =
      std::span(sequence.tokens).first(static_cast<std::size_t>(sequence.computed));
  if (m_storage->isKeeping()) queuePages(text, sequence.request.owner);
  m_storage->noteTurn({sequence.request.owner, {text.begin(), text.end()}, variantOf(sequence).hash()});
  return storeSequence(sequence);
}

void PrefixExchange::queuePages(std::span<const TokenId> text, OwnerId owner) {
  for (const PrefixKey& key : keysOf(text, m_prefixes.root(), static_cast<std::int64_t>(text.size()))) {
    if (m_storage->has(key)) continue;
    if (!m_prefixes.find(key)) break;  // nobody would ever come to what lies behind it
    m_unsaved.push_back({key, owner});
  }
}

Result<void> PrefixExchange::storeSome(bool isIdle) {
  if (!m_storage->isKeeping()) m_unsaved.clear();
  const std::size_t most = isIdle ? kBytesWhenIdle : kBytesBesideSteps;
  for (std::size_t copied = 0; !m_unsaved.empty() && copied < most;) {
    if (!m_storage->hasRoomFor(static_cast<std::size_t>(m_limits.bytesPerPage))) {
      if (isIdle) waitForNews();
      return {};
    }
    const Unsaved unsaved = m_unsaved.front();
    m_unsaved.pop_front();
    const auto page = m_prefixes.find(unsaved.key);
    if (!page || m_storage->has(unsaved.key)) continue;
    auto contents = m_runner.copyOut(std::span(&*page, 1), -1);
    if (!contents) return tl::unexpected(contents.error());
    copied += contents->size();
    const auto tokens = m_prefixes.tokensOf(*page);
    m_storage->write(
        unsaved.owner, unsaved.key,
        StoredPage{m_prefixes.parentOf(*page), {tokens.begin(), tokens.end()}, std::move(*contents)});
  }
  return {};
}

}  // namespace zipage
