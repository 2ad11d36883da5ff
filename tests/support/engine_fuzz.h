// Random requests on random small engines, out of one seed: arrivals, lengths, policies, budgets, equal
// beginnings, samples, cancels, compressions that somebody asks for, watching, tiny pools, full host memory,
// lost devices. What every request should say is known from running it alone with ample room.
#pragma once

#include <array>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/engine_run.h"
#include "tests/support/memory_storage.h"

namespace zipage::test {

class EngineFuzz {
 public:
  explicit EngineFuzz(std::uint32_t seed)
      : m_random(seed), m_limits(randomLimits()), m_run(m_limits, chance(0.5) ? &m_storage : nullptr) {}

  /// Plays to the end. An empty text, or what went wrong.
  std::string play() {
    const int numRequests = between(1, 24);
    const int lostAfter = chance(0.03) ? between(1, 100) : -1;
    const bool hostFillsUp = chance(0.15);
    m_run.runner.beforeCompression = [this](const CompressionPlan& plan) {
      if (!m_run.runner.failsWith) m_numAllShared += m_run.isAllShared(plan) ? 1 : 0;
    };
    int submitted = 0;
    for (int steps = 0; submitted < numRequests || m_run.engine.hasWork(); ++steps) {
      if (submitted < numRequests && chance(0.4)) submitted += submitSome();
      if (hostFillsUp && chance(0.05)) fillHost();
      if (steps == lostAfter) m_run.runner.failsWith = Error{ErrorCode::Device, "lost"};
      if (!m_ids.empty()) meddle();
      if (!m_run.step()) return m_run.problem;
      m_storage.hasRoom = m_storage.hasRoom || steps % 100 == 0;
      if (steps > 20000) return "it does not come to an end";
    }
    if (!m_run.finish()) return m_run.problem;
    for (std::size_t i = 0; i < m_ids.size(); ++i) {
      if (std::string wrong = judge(m_requests[i], m_run[m_ids[i]], m_ids[i]); !wrong.empty()) return wrong;
    }
    return {};
  }

  std::int64_t numPreemptions() const { return m_run.engine.metrics().preemptions; }
  std::int64_t numCachedTokens() const { return m_run.engine.metrics().cachedTokens; }
  std::int64_t numStoredTokens() const { return m_run.engine.metrics().storedTokens; }
  std::int64_t numSwaps() const { return m_run.engine.metrics().swaps; }
  std::int64_t numCompressions() const { return m_run.engine.metrics().compressions; }
  int numStepsAhead() const { return m_run.runner.numStepsAhead; }
  int numAllShared() const { return m_numAllShared; }
  int numAsked() const { return static_cast<int>(m_asked.size()); }
  int numCancelled() const { return static_cast<int>(m_cancelled.size()); }
  int numExhausted() const { return m_numExhausted; }

 private:
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(m_random); }
  bool chance(double probability) { return std::bernoulli_distribution(probability)(m_random); }

  EngineLimits randomLimits() {
    EngineLimits limits;
    limits.pageTokens = 1 << between(0, 5);
    limits.numPages = between(1, 40);
    limits.numQuerySlots = between(1, 5);
    limits.windowTokens = between(1, 5);
    limits.maxBatchTokens = between(1, 40);
    limits.maxSequences = between(1, 10);
    limits.watermark = chance(0.5) ? 0.0 : 0.1;
    limits.admission = chance(0.7) ? AdmissionMode::Hybrid : AdmissionMode::Constrained;
    limits.compressesBeside = chance(0.5);
    limits.runsAhead = chance(0.5);
    limits.sharesPrefixes = chance(0.8);
    limits.recordsScores = chance(0.5);
    limits.maxCompressedEntries = chance(0.2) ? limits.pageTokens * between(4, 40) : 0;
    limits.contextLength = chance(0.2) ? between(20, 120) : 0;
    return limits;
  }

  Request randomRequest() {
    const int p = m_limits.pageTokens;
    Request request;
    // Some begin as an earlier one did, or are the same altogether.
    if (chance(0.5) && !m_requests.empty()) {
      request.prompt =
          m_requests[static_cast<std::size_t>(between(0, static_cast<int>(m_requests.size()) - 1))].prompt;
      if (chance(0.6))
        request.prompt.resize(static_cast<std::size_t>(between(1, static_cast<int>(request.prompt.size()))));
    }
    const int promptTokens = request.prompt.empty() || chance(0.5) ? between(1, chance(0.2) ? 120 : 20) : 0;
    for (int i = 0; i < promptTokens; ++i) request.prompt.push_back(between(0, 39));
    request.maxNewTokens = between(1, chance(0.3) ? 150 : 30);
    request.endTokens = {0};
    request.ignoreEnd = chance(0.3);
    request.sampling.seed = static_cast<std::uint64_t>(between(0, 3));
    request.sampling.repetitionPenalty = chance(0.2) ? 1.1F : 1.0F;
    request.policy = std::array{MemoryPolicy::Full, MemoryPolicy::Budget, MemoryPolicy::Auto,
                                MemoryPolicy::Grow}[static_cast<std::size_t>(between(0, 3))];
    request.compression.budgetTokens = p * between(1, 8);
    request.compression.periodTokens = p * between(1, 4);
    request.compression.sinkTokens = chance(0.3) ? between(0, 4) : 0;
    request.compression.protectPrompt = chance(0.2);
    request.compression.wholePrompt = chance(0.3);
    return request;
  }

  int submitSome() {
    const int count = between(1, 3);
    for (int i = 0; i < count; ++i) {
      const Request request = randomRequest();
      if (chance(0.15)) {
        submitSamples(request);
        continue;
      }
      const RequestId id = m_run.submit(request);
      if (!id) continue;
      m_ids.push_back(id);
      m_requests.push_back(request);
    }
    return count;
  }

  void submitSamples(Request request) {
    for (const RequestId id : m_run.submitSamples(request, between(1, 5))) {
      m_ids.push_back(id);
      m_requests.push_back(request);
      ++request.sampling.seed;
    }
  }

  RequestId anyOne() {
    return m_ids[static_cast<std::size_t>(between(0, static_cast<int>(m_ids.size()) - 1))];
  }

  void meddle() {
    if (chance(0.03)) m_run.engine.cancel(*m_cancelled.insert(anyOne()).first);
    if (chance(0.02)) m_run.engine.compressNow(*m_asked.insert(anyOne()).first);
    if (chance(0.02)) pinSome();
    if (chance(0.05)) meddleWithStorage();
    if (chance(0.05)) m_run.engine.watch(anyOne(), chance(0.7));
    if (chance(0.1)) checkSnapshot();
    if (!chance(0.0005)) return;
    m_run.engine.cancelAll();
    m_cancelled.insert(m_ids.begin(), m_ids.end());
  }

  void meddleWithStorage() {
    m_storage.delay = between(1, 5);
    m_storage.hasRoom = chance(0.8);
    m_storage.loss = chance(0.5) ? PrefixLoss::Gone : PrefixLoss::Damaged;
    if (m_storage.kept.empty() || !chance(0.3)) return;
    m_storage.kept.erase(
        std::next(m_storage.kept.begin(), between(0, static_cast<int>(m_storage.kept.size()) - 1)));
  }

  void pinSome() {
    const RequestId id = anyOne();
    std::vector<std::int32_t> tokens;
    for (int i = between(0, 6); i > 0; --i) tokens.push_back(between(0, 60));
    if (m_run.engine.pin(id, tokens)) m_asked.insert(id);
  }

  void fillHost() {
    m_run.runner.hostIsFull = !m_run.runner.hostIsFull;
    m_hostWasFull = true;
  }

  /// What a snapshot says of pages and what it says of sequences are one.
  void checkSnapshot() {
    if (m_run.runner.failsWith) return;
    const auto snapshot = m_run.engine.snapshot();
    std::map<RequestId, int> held;
    int numHeld = 0;
    for (PageIndex page = 0; page < m_limits.numPages; ++page) {
      const auto holders = snapshot->holdersOf(page);
      numHeld += holders.empty() ? 0 : 1;
      for (const PageHolder& holder : holders) held[holder.request] += holder.tableIndex >= 0 ? 1 : 0;
      const PageState state = snapshot->pages[static_cast<std::size_t>(page)].state;
      const bool isFree = state == PageState::Free || state == PageState::PrefixOnly;
      if (isFree != holders.empty()) m_run.note("a page's state and its holders differ");
    }
    if (numHeld != snapshot->pagesHeld) m_run.note("a page is held by nobody that the snapshot names");
    for (const SequenceSnapshot& sequence : snapshot->sequences) {
      if (held[sequence.request] != sequence.pagesHeld) m_run.note("a sequence and its pages differ");
      if (sequence.record && sequence.record->numEntries != sequence.physicalTokens)
        m_run.note("a record tells of more or less than is held");
    }
  }

  Served servedAlone(const Request& request) const {
    EngineLimits limits = m_limits;
    // These go by the size of the pool.
    if (request.policy != MemoryPolicy::Grow && !request.compression.wholePrompt) limits.numPages = 1000;
    limits.numQuerySlots = 1;
    limits.maxBatchTokens = 300;
    limits.compressesBeside = limits.sharesPrefixes = limits.runsAhead = false;
    EngineRun alone(limits);
    const RequestId id = alone.submit(request);
    return id && alone.finish() ? alone[id] : Served{};
  }

  std::string judge(const Request& request, const Served& served, RequestId id) {
    const std::string who = "request " + std::to_string(id.value) + " ";
    // What `auto` forgets depends on the others; it says what it says alone as long as it forgets nothing.
    const bool forgetsByOthers = request.policy == MemoryPolicy::Auto || m_asked.count(id) > 0;
    const int stored = served.finished->storedTokens;
    if (forgetsByOthers && (served.compressions > 0 || stored > 0)) {
      if (served.finished->reason != FinishReason::PoolExhausted || m_hostWasFull) return {};
      return served.compressions > 0 ? who + "ran out of pages" : judgeExhausted(request, served, who);
    }
    const Served alone = servedAlone(request);
    if (!alone.finished) return who + "cannot be served even alone";
    const FinishReason reason = served.finished->reason;
    const bool isLost = reason == FinishReason::Failed && m_run.runner.failsWith;
    const bool cutShort =
        isLost || reason == FinishReason::Cancelled || reason == FinishReason::PoolExhausted;
    if (!cutShort && reason != alone.finished->reason) return who + "ends for another reason than alone";
    if (reason == FinishReason::Cancelled && m_cancelled.count(id) == 0) return who + "was never cancelled";
    const std::size_t count = served.tokens.size();
    if (count > alone.tokens.size() || (!cutShort && count != alone.tokens.size()))
      return who + "says more or less than alone";
    if (!std::equal(served.tokens.begin(), served.tokens.end(), alone.tokens.begin()))
      return who + "says something else than alone";
    if (!cutShort && stored == 0 && served.compressions != alone.compressions)
      return who + "is compressed more or less often than alone";
    return reason == FinishReason::PoolExhausted ? judgeExhausted(request, served, who) : std::string{};
  }

  std::string judgeExhausted(const Request& request, const Served& served, const std::string& who) {
    ++m_numExhausted;
    if (m_hostWasFull) return {};
    if (request.policy != MemoryPolicy::Full) return who + "is bounded and yet ran out of pages";
    const std::size_t held = request.prompt.size() + served.tokens.size();
    const std::size_t pool = static_cast<std::size_t>(m_limits.numPages) * m_limits.pageTokens;
    return held >= pool
               ? std::string{}
               : who + "ran out of pages with " + std::to_string(held) + " of " + std::to_string(pool);
  }

  std::mt19937 m_random;
  EngineLimits m_limits;
  MemoryStorage m_storage;
  EngineRun m_run;
  std::vector<RequestId> m_ids;
  std::vector<Request> m_requests;
  std::set<RequestId> m_cancelled;
  std::set<RequestId> m_asked;  // to forget otherwise than alone: what is pinned stays, or before it is due
  bool m_hostWasFull = false;
  int m_numExhausted = 0;
  int m_numAllShared = 0;
};

/// What a number of games came to.
struct FuzzTotals {
  std::int64_t preemptions = 0, compressions = 0, swaps = 0, cachedTokens = 0, storedTokens = 0,
               stepsAhead = 0;
  int exhausted = 0, allShared = 0, asked = 0, cancelled = 0;

  void add(const EngineFuzz& fuzz) {
    preemptions += fuzz.numPreemptions();
    compressions += fuzz.numCompressions();
    swaps += fuzz.numSwaps();
    cachedTokens += fuzz.numCachedTokens();
    storedTokens += fuzz.numStoredTokens();
    stepsAhead += fuzz.numStepsAhead();
    exhausted += fuzz.numExhausted();
    allShared += fuzz.numAllShared();
    asked += fuzz.numAsked();
    cancelled += fuzz.numCancelled();
  }
  void print() const {
    std::printf("%lld preemptions, %lld compressions (%d asked for, %d with all pages shared), %lld swaps, ",
                static_cast<long long>(preemptions), static_cast<long long>(compressions), asked, allShared,
                static_cast<long long>(swaps));
    std::printf("%lld cached tokens (%lld from storage), %d cancelled, %d exhausted, %lld steps ahead\n",
                static_cast<long long>(cachedTokens), static_cast<long long>(storedTokens), cancelled,
                exhausted, static_cast<long long>(stepsAhead));
  }
  /// A fuzz that never gets into trouble tests nothing.
  bool sawEverything() const {
    return preemptions > 0 && compressions > 0 && swaps > 0 && cachedTokens > 0 && storedTokens > 0 &&
           stepsAhead > 0 && exhausted > 0 && allShared > 0 && asked > 0 && cancelled > 0;
  }
};

/// Plays `count` seeds from `first` on. Empty, or the first that fails and why. ZIPAGE_FUZZ_SEED in the
/// environment plays that one alone, or as many from there on as ZIPAGE_FUZZ_COUNT says.
inline std::string fuzzEngines(std::uint32_t first, int count) {
  const char* const chosen = std::getenv("ZIPAGE_FUZZ_SEED");
  const char* const wanted = std::getenv("ZIPAGE_FUZZ_COUNT");
  if (chosen != nullptr) first = static_cast<std::uint32_t>(std::strtoul(chosen, nullptr, 10));
  if (chosen != nullptr) count = wanted != nullptr ? std::atoi(wanted) : 1;
  std::printf("seeds %u to %u\n", first, first + static_cast<std::uint32_t>(count) - 1);
  FuzzTotals totals;
  for (std::uint32_t seed = first; seed < first + static_cast<std::uint32_t>(count); ++seed) {
    EngineFuzz fuzz(seed);
    if (const std::string wrong = fuzz.play(); !wrong.empty())
      return "seed " + std::to_string(seed) + ": " + wrong +
             " (again with ZIPAGE_FUZZ_SEED=" + std::to_string(seed) + ")";
    totals.add(fuzz);
  }
  totals.print();
  return totals.sawEverything() || chosen != nullptr ? std::string{} : "nothing happened";
}

}  // namespace zipage::test
