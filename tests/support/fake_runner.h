// A ModelRunner that keeps books instead of numbers. Every slot of its pool remembers which token lies there,
// by a hash of the whole history up to it, and what the last token of the sequence could see. Each step and
// each compression is checked against that; the next token is a hash of what is visible. So wrong bookkeeping
// is either complained about or changes what is generated.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/runtime/engine.h"
#include "engine/runtime/model_runner.h"

namespace zipage::test {

class FakeRunner final : public ModelRunner {
 public:
  explicit FakeRunner(const EngineLimits& limits, int vocabularySize = 40)
      : m_limits(limits),
        m_vocabularySize(vocabularySize),
        m_entries(static_cast<std::size_t>(limits.numPages) * limits.pageTokens),
        m_queryRows(static_cast<std::size_t>(limits.numQuerySlots) * limits.windowTokens, 0) {}

  Result<void> startStep(const StepInputs& given) override {
    if (beforeStep) beforeStep();
    if (failsWith) return tl::unexpected(*failsWith);
    ++numSteps;
    require(m_underWay.size() < 2 && given.followsDrawn == (m_underWay.size() == 1),
            "one step is under way, and a second one that follows it");
    const StepInputs inputs = given.followsDrawn ? followed(given) : given;
    numStepsAhead += given.followsDrawn ? 1 : 0;
    Drawn& drawn = m_underWay.emplace_back();
    m_written.clear();
    m_seenBy.clear();
    checkShape(inputs);
    for (std::size_t s = 0; s < inputs.physical.size(); ++s) runSequence(inputs, s);
    for (std::size_t r = 0; r < inputs.sampledRows.size(); ++r) drawn.tokens.push_back(draw(inputs, r));
    if (!inputs.ranksTokens) return {};
    for (const TokenId token : drawn.tokens) drawn.rankings.push_back(rankingOf(token));
    return {};
  }

  Result<void> finishStep(std::span<TokenId> tokens) override {
    if (failsWith) return tl::unexpected(*failsWith);
    require(!m_underWay.empty() && m_underWay.front().tokens.size() == tokens.size(), "a step to finish");
    if (!complaint.empty()) return {};
    std::ranges::copy(m_underWay.front().tokens, tokens.begin());
    m_rankings = std::move(m_underWay.front().rankings);
    m_underWay.pop_front();
    return {};
  }

  /// The token that was drawn is the likeliest, then come its followers, each by one less.
  std::span<const TokenRanking> rankings() const override { return m_rankings; }

  Result<void> compress(const CompressionPlan& plan) override {
    if (beforeCompression) beforeCompression(plan);
    if (failsWith) return tl::unexpected(*failsWith);
    std::vector<Entry> entries;
    for (int e = 0; e < plan.numEntries; ++e) entries.push_back(entryAt(plan.sourcePages, e));
    checkPlan(plan, entries);
    if (!complaint.empty()) return {};
    const std::vector<Entry> kept = select(plan, entries);
    if (plan.record != nullptr) fillRecord(plan, entries, kept);
    write(plan, kept);
    return {};
  }

  Result<void> startCompression(const CompressionPlan& plan) override {
    if (failsWith) return tl::unexpected(*failsWith);
    require(m_underWay.empty(), "what is beside the steps begins between them");
    m_inFlight.push_back(plan);
    return {};
  }

  Result<int> finishedCompressions(bool waits) override {
    if (failsWith) return tl::unexpected(*failsWith);
    int numFinished = 0;
    // Some take longer than others.
    while (!m_inFlight.empty() && ((waits && numFinished == 0) || ++m_polls % 3 == 0)) {
      const CompressionPlan plan = m_inFlight.front();
      m_inFlight.pop_front();
      if (auto done = compress(plan); !done) return tl::unexpected(done.error());
      ++numFinished;
    }
    return numFinished;
  }

  Result<double> workingSet(const CompressionPlan& plan) override {
    if (failsWith) return tl::unexpected(*failsWith);
    require(m_underWay.empty(), "what grows is measured between steps");
    checkVisible(plan.sourcePages, plan.numEntries);
    return 1.0 + static_cast<double>(entryAt(plan.sourcePages, plan.numEntries - 1).visible % 64);
  }

  Result<SequenceRecord> heldTokens(std::span<const PageIndex> pages, int numEntries) override {
    if (failsWith) return tl::unexpected(*failsWith);
    SequenceRecord record{1, 1, numEntries, {}, {}};
    for (int e = 0; e < numEntries; ++e)
      record.positions.push_back(m_origins[entryAt(pages, e).token].position);
    return record;
  }

  Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex> pages, int querySlot) override {
    if (failsWith) return tl::unexpected(*failsWith);
    require(m_underWay.empty(), "pages leave between steps");
    if (hostIsFull) return failure(ErrorCode::OutOfMemory, "no host memory");
    auto copy = std::make_unique<Copy>();
    for (const PageIndex page : pages) {
      const auto first = m_entries.begin() + page * m_limits.pageTokens;
      copy->entries.insert(copy->entries.end(), first, first + m_limits.pageTokens);
      std::fill_n(first, m_limits.pageTokens, Entry{});
    }
    const auto rows = m_queryRows.begin() + querySlot * m_limits.windowTokens;
    copy->queryRows.assign(rows, rows + m_limits.windowTokens);
    return copy;
  }

  Result<void> swapIn(const HostCopy& copy, std::span<const PageIndex> pages, int querySlot) override {
    if (failsWith) return tl::unexpected(*failsWith);
    require(m_underWay.empty(), "pages come back between steps");
    const auto& held = static_cast<const Copy&>(copy);
    require(held.entries.size() == pages.size() * static_cast<std::size_t>(m_limits.pageTokens),
            "as many pages come back as went");
    auto next = held.entries.begin();
    for (const PageIndex page : pages) {
      std::copy_n(next, m_limits.pageTokens, m_entries.begin() + page * m_limits.pageTokens);
      next += m_limits.pageTokens;
    }
    std::copy(held.queryRows.begin(), held.queryRows.end(),
              m_queryRows.begin() + querySlot * m_limits.windowTokens);
    return {};
  }

  Result<std::vector<std::byte>> copyOut(std::span<const PageIndex> pages, int querySlot) override {
    if (failsWith) return tl::unexpected(*failsWith);
    std::vector<Stored> stored;
    for (const PageIndex page : pages) {
      for (int slot = 0; slot < m_limits.pageTokens; ++slot) {
        const Entry& entry = m_entries[static_cast<std::size_t>(page * m_limits.pageTokens + slot)];
        stored.push_back({entry, m_origins[entry.token]});
      }
    }
    for (int row = 0; querySlot >= 0 && row < m_limits.windowTokens; ++row)
      stored.push_back(
          {{m_queryRows[static_cast<std::size_t>(querySlot * m_limits.windowTokens + row)], 0, false}, {}});
    const auto bytes = std::as_bytes(std::span(stored));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }

  Result<void> checkContents(std::span<const std::byte> contents, const ContentsShape& shape) const override {
    const int p = m_limits.pageTokens;
    const auto slots = static_cast<std::size_t>((shape.numEntries + p - 1) / p * p +
                                                (shape.hasQueries ? m_limits.windowTokens : 0));
    if (contents.size() != slots * sizeof(Stored)) return failure(ErrorCode::InvalidFile, "not as long");
    std::int32_t before = shape.firstPosition - 1;
    for (int e = 0; e < shape.numEntries; ++e) {
      const std::int32_t position = storedAt(contents, static_cast<std::size_t>(e)).origin.position;
      if (position <= before || position >= shape.firstPosition + shape.numTokens)
        return failure(ErrorCode::InvalidFile, "another text");
      before = position;
    }
    return {};
  }

  Result<void> copyIn(std::span<const std::byte> contents, std::span<const PageIndex> pages,
                      int querySlot) override {
    if (failsWith) return tl::unexpected(*failsWith);
    require(m_underWay.empty(), "what was stored comes between steps");
    std::size_t next = 0;
    for (const PageIndex page : pages) {
      for (int slot = 0; slot < m_limits.pageTokens; ++slot) {
        const Stored stored = storedAt(contents, next++);
        m_entries[static_cast<std::size_t>(page * m_limits.pageTokens + slot)] = stored.entry;
        if (stored.entry.token != 0) m_origins[stored.entry.token] = stored.origin;
      }
    }
    for (int row = 0; querySlot >= 0 && row < m_limits.windowTokens; ++row)
      m_queryRows[static_cast<std::size_t>(querySlot * m_limits.windowTokens + row)] =
          storedAt(contents, next++).entry.token;
    require(next * sizeof(Stored) == contents.size(), "as many pages come back as went");
    return {};
  }

  std::string complaint;             // the first promise that was broken; empty: none
  std::function<void()> beforeStep;  // called at the start of every step
  std::function<void(const CompressionPlan&)> beforeCompression;  // and of every compression
  std::optional<Error> failsWith;                                 // what every call answers from now on
  std::vector<TokenId> script;  // what every sequence writes, in place of what is drawn
  bool hostIsFull = false;      // nothing can be swapped
  int numSteps = 0;
  int numStepsAhead = 0;  // of them

 private:
  using Hash = std::uint64_t;

  struct Entry {
    Hash token = 0;    // of the history up to and with the token that lies here; 0: nothing
    Hash visible = 0;  // of all entries up to this one, as this token saw them
    bool scored = false;
  };
  struct Copy final : HostCopy {
    std::size_t bytes() const override { return entries.size() * sizeof(Entry); }
    std::vector<Entry> entries;   // [pages · pageTokens]
    std::vector<Hash> queryRows;  // [windowTokens]
  };
  struct Drawn {
    std::vector<TokenId> tokens;
    std::vector<TokenRanking> rankings;
  };
  struct Origin {
    Hash parent = 0;
    std::int32_t position = -1;
  };

  /// A slot, as it lies in stored contents.
  struct Stored {
    Entry entry;
    Origin origin;
  };

  static Stored storedAt(std::span<const std::byte> contents, std::size_t index) {
    Stored stored;
    std::memcpy(static_cast<void*>(&stored), contents.data() + index * sizeof stored, sizeof stored);
    return stored;
  }

  static Hash mix(Hash a, Hash b) {
    Hash bits = a * 0x9E3779B97F4A7C15ULL ^ (b + 0x632BE59BD9B4E019ULL);
    bits = (bits ^ (bits >> 29)) * 0xBF58476D1CE4E5B9ULL;
    return (bits ^ (bits >> 32)) | 1;
  }

  void require(bool holds, const std::string& what) {
    if (!holds && complaint.empty()) complaint = what;
  }

  template <typename Table>
  Entry& entryAt(const Table& pages, int entry) {
    const PageIndex page = pages[static_cast<std::size_t>(entry / m_limits.pageTokens)];
    return m_entries[static_cast<std::size_t>(page * m_limits.pageTokens + entry % m_limits.pageTokens)];
  }

  /// As the device does it: what the step before has drawn, and nothing written where that was an end.
  StepInputs followed(StepInputs inputs) {
    const std::vector<TokenId>& drawn = m_underWay.back().tokens;
    const std::size_t numRows = inputs.tokenIds.size();
    require(drawn.size() == numRows && inputs.endTokens.size() == numRows * kMostEndTokens,
            "a row for each that was drawn");
    for (std::size_t t = 0; t < numRows && complaint.empty(); ++t) {
      inputs.tokenIds[t] = drawn[t];
      const auto ends = inputs.endTokens.begin() + static_cast<std::ptrdiff_t>(t * kMostEndTokens);
      if (std::count(ends, ends + kMostEndTokens, drawn[t]) > 0)
        inputs.targetSlots[t] = inputs.queryRows[t] = -1;
    }
    return inputs;
  }

  void checkShape(const StepInputs& inputs) {
    const std::size_t numDraws = inputs.sampledRows.size();
    const std::size_t numTokens = inputs.tokenIds.size(), numSequences = inputs.physical.size();
    require(numTokens > 0 && static_cast<int>(numTokens) <= m_limits.maxBatchTokens, "tokens of the step");
    require(static_cast<int>(numSequences) <= m_limits.maxSequences, "sequences of the step");
    require(inputs.positions.size() == numTokens && inputs.targetSlots.size() == numTokens &&
                inputs.queryRows.size() == numTokens,
            "arrays of the tokens");
    require(inputs.queryStart.size() == numSequences + 1 && inputs.queryStart.front() == 0 &&
                inputs.queryStart.back() == static_cast<int>(numTokens),
            "starts of the sequences");
    require(inputs.pageTables.size() == numSequences * static_cast<std::size_t>(inputs.maxPages),
            "page tables");
    require(inputs.sampling.size() == numDraws, "rows to draw");
  }

  void runSequence(const StepInputs& inputs, std::size_t s) {
    const std::span<const std::int32_t> table(&inputs.pageTables[s * inputs.maxPages], inputs.maxPages);
    const int first = inputs.queryStart[s], count = inputs.queryStart[s + 1] - first;
    const int before = inputs.physical[s] - count;
    require(count > 0 && before >= 0, "entries of a sequence");
    checkVisible(table, before);
    for (int i = 0; i < count && complaint.empty(); ++i) {
      writeToken(inputs, static_cast<std::size_t>(first + i), table, before + i);
    }
  }

  /// What attention will read is what the newest token saw, itself included: nothing lost, nothing foreign.
  template <typename Table>
  void checkVisible(const Table& pages, int numEntries) {
    if (numEntries == 0) return;
    Hash visible = 0;
    std::int32_t position = -1;
    for (int e = 0; e < numEntries; ++e) {
      const Entry& entry = entryAt(pages, e);
      visible = mix(visible, entry.token);
      require(m_origins[entry.token].position > position, "entries are not in the order of the text");
      position = m_origins[entry.token].position;
    }
    require(visible == entryAt(pages, numEntries - 1).visible, "a sequence does not see what it should");
  }

  void writeToken(const StepInputs& inputs, std::size_t t, std::span<const std::int32_t> table, int entry) {
    if (inputs.targetSlots[t] < 0) return;
    const Entry before = entry == 0 ? Entry{} : entryAt(table, entry - 1);
    const std::int32_t position = inputs.positions[t];
    const int page = table[static_cast<std::size_t>(entry / m_limits.pageTokens)];
    require(inputs.targetSlots[t] == page * m_limits.pageTokens + entry % m_limits.pageTokens,
            "the slot of a token");
    require(m_written.insert(inputs.targetSlots[t]).second, "a slot is written twice in one step");
    require(position == (entry == 0 ? 0 : m_origins[before.token].position + 1), "the position of a token");
    for (const CompressionPlan& plan : m_inFlight) {
      require(std::count(plan.sourcePages.begin(), plan.sourcePages.end(), page) +
                      std::count(plan.targetPages.begin(), plan.targetPages.end(), page) ==
                  0,
              "a page is written while it is being compressed");
    }
    Entry& written = entryAt(table, entry);
    written = {};
    written.token =
        mix(mix(before.token, static_cast<Hash>(inputs.tokenIds[t])), static_cast<Hash>(position));
    written.visible = mix(before.visible, written.token);
    m_origins[written.token] = {before.token, position};
    m_seenBy[t] = written.visible;
    if (inputs.queryRows[t] >= 0) writeQueryRow(inputs.queryRows[t], position, written.token);
  }

  void writeQueryRow(std::int32_t row, std::int32_t position, Hash token) {
    require(row % m_limits.windowTokens == position % m_limits.windowTokens, "the row of a query");
    require(m_written.insert(-1 - row).second, "a query row is written twice in one step");
    m_queryRows[static_cast<std::size_t>(row)] = token;
  }

  TokenId draw(const StepInputs& inputs, std::size_t r) {
    const SamplingRow& row = inputs.sampling[r];
    if (!script.empty()) return script[std::min<std::size_t>(row.counter, script.size() - 1)];
    Hash hash = mix(mix(m_seenBy[static_cast<std::size_t>(inputs.sampledRows[r])], row.seed), row.counter);
    for (int h = 0; h < row.historyCount; ++h) {
      hash = mix(hash, static_cast<Hash>(inputs.history[static_cast<std::size_t>(row.historyStart + h)]));
    }
    return static_cast<TokenId>((hash >> 8) % static_cast<Hash>(m_vocabularySize));
  }

  TokenRanking rankingOf(TokenId token) const {
    TokenRanking ranking;
    ranking[0] = {token, -1.0F};
    for (int i = 0; i < kMostRankedTokens; ++i)
      ranking[static_cast<std::size_t>(1 + i)] = {(token + i) % m_vocabularySize,
                                                  -1.0F - static_cast<float>(i)};
    return ranking;
  }

  void checkPlan(const CompressionPlan& plan, const std::vector<Entry>& entries) {
    const int p = m_limits.pageTokens;
    checkVisible(plan.sourcePages, plan.numEntries);
    require(static_cast<int>(plan.sourcePages.size()) == (plan.numEntries + p - 1) / p, "source pages");
    require(static_cast<int>(plan.targetPages.size()) * p == plan.keep && plan.keep < plan.numEntries,
            "target pages");
    require(std::set<PageIndex>(plan.targetPages.begin(), plan.targetPages.end()).size() ==
                plan.targetPages.size(),
            "a page is a target twice");
    require(m_origins[entries.back().token].position == plan.lastPosition, "the newest position");
    require(plan.isFirst == (plan.numScored == 0), "the first compression");
    for (int e = 0; e < plan.numEntries; ++e) {
      require(entries[static_cast<std::size_t>(e)].scored == (e < plan.numScored),
              "entries that have a running score");
    }
    checkWindow(plan, entries.back().token);
  }

  void checkWindow(const CompressionPlan& plan, Hash token) {
    for (int i = 0; i < m_limits.windowTokens; ++i) {
      require(plan.protectedEntries[static_cast<std::size_t>(plan.numEntries - 1 - i)] == 1,
              "the window is protected");
      const int row =
          plan.querySlot * m_limits.windowTokens + (plan.lastPosition - i) % m_limits.windowTokens;
      require(token != 0 && m_queryRows[static_cast<std::size_t>(row)] == token,
              "the query window is complete");
      token = m_origins[token].parent;
    }
  }

  std::vector<Entry> select(const CompressionPlan& plan, const std::vector<Entry>& entries) const {
    std::vector<std::size_t> order(entries.size());
    for (std::size_t e = 0; e < order.size(); ++e) order[e] = e;
    // As on real devices, what is kept is a matter of the text alone unless it is drawn.
    const Hash seed = plan.settings.rule == SelectionRule::Random ? plan.seed : 0;
    const auto rank = [&](std::size_t e) {
      const bool isPinned = std::binary_search(plan.pinnedTokens.begin(), plan.pinnedTokens.end(),
                                               m_origins.at(entries[e].token).position);
      return plan.protectedEntries[e] != 0 || isPinned ? ~Hash{0} : mix(entries[e].token, seed) >> 1;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
    order.resize(static_cast<std::size_t>(plan.keep));
    std::sort(order.begin(), order.end());
    std::vector<Entry> kept;
    for (const std::size_t e : order) kept.push_back(entries[e]);
    return kept;
  }

  /// One layer and head; the score of what is kept is 1, of what goes 0.
  void fillRecord(const CompressionPlan& plan, const std::vector<Entry>& entries,
                  const std::vector<Entry>& kept) const {
    CompressionRecord& record = *plan.record;
    record.numLayers = record.kvHeads = 1;
    record.numEntries = plan.numEntries;
    record.keep = plan.keep;
    record.cut = {1.0F};
    if (!record.isWhole) return;
    record.weight = 1.0F;
    std::size_t next = 0;
    for (std::size_t e = 0; e < entries.size(); ++e) {
      const bool isKept = next < kept.size() && kept[next].token == entries[e].token;
      if (isKept) record.kept.push_back(static_cast<std::int32_t>(e));
      next += isKept ? 1 : 0;
      record.positions.push_back(m_origins.at(entries[e].token).position);
      record.pooled.push_back(isKept ? 1.0F : 0.0F);
    }
    record.attention = record.global = record.pooled;
    record.redundancy.assign(entries.size(), 0.0F);
  }

  void write(const CompressionPlan& plan, const std::vector<Entry>& kept) {
    for (const PageIndex page : plan.sourcePages) {
      if (std::count(plan.targetPages.begin(), plan.targetPages.end(), page) == 0) continue;
      std::fill_n(m_entries.begin() + page * m_limits.pageTokens, m_limits.pageTokens, Entry{});
    }
    Hash visible = 0;
    for (int e = 0; e < plan.keep; ++e) {
      const Hash token = kept[static_cast<std::size_t>(e)].token;
      visible = mix(visible, token);
      entryAt(plan.targetPages, e) = {token, visible, true};
    }
  }

  EngineLimits m_limits;
  int m_vocabularySize;
  std::deque<CompressionPlan> m_inFlight;
  std::deque<Drawn> m_underWay;  // steps
  std::vector<TokenRanking> m_rankings;
  int m_polls = 0;
  std::vector<Entry> m_entries;   // [numPages · pageTokens]
  std::vector<Hash> m_queryRows;  // [numQuerySlots · windowTokens] the token whose query lies there
  std::unordered_map<Hash, Origin> m_origins;
  std::unordered_map<std::size_t, Hash> m_seenBy;  // by token of the step
  std::set<std::int32_t> m_written;                // slots of this step; query rows as −1 − row
};

}  // namespace zipage::test
