// A trace says what the history said, and no bytes whatever bring its reader down.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <random>

#include "engine/trace/compression_look.h"
#include "engine/trace/page_contents.h"
#include "engine/trace/trace_file.h"
#include "tests/support/compression_records.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Two bounded chats that are compressed and swapped, as the window would remember them.
MemoryHistory busyHistory() {
  EngineLimits limits = smallLimits(9);
  limits.recordsScores = true;
  EngineRun run(limits);
  MemoryHistory history;
  for (const auto& [prompt, salt] : {std::pair(2, 1), std::pair(24, 2)}) {
    Request request = budgetRequest(prompt, 90, 16, 8, salt);
    request.owner = OwnerId{static_cast<std::uint64_t>(10 + salt)};
    const RequestId id = run.submit(request);
    TokenTexts texts;
    for (const TokenId token : request.prompt) texts.add("w" + std::to_string(token) + "é ");
    history.begin(id, request.owner, texts);
  }
  std::size_t told = 0;
  while (run.engine.hasWork() && run.step()) {
    for (; told < run.happened.size(); ++told) history.add(run.happened[told], run.clock.now());
    history.add(sampleOf(run.engine.metrics(), run.clock.now()));
    history.add(run.engine.snapshot(), run.clock.now());
  }
  history.noteDropped(3);
  return history;
}

TraceFacts facts() {
  return {"a model", "Zipage test", 1234567, {{OwnerId{11}, "Apples"}, {OwnerId{12}, "Pears"}}};
}

}  // namespace

class TestTraceFile : public QObject {
  Q_OBJECT

 private:
  MemoryHistory m_history;
  std::string m_bytes;

 private Q_SLOTS:
  void initTestCase() {
    m_history = busyHistory();
    m_bytes = serializeTrace(m_history.parts(), facts());
    QVERIFY(m_history.numCompressions() > 10);
  }

  void whatWasWrittenIsRead() {
    const auto trace = parseTrace(m_bytes);
    QVERIFY2(trace, trace ? "" : trace.error().message.c_str());
    QVERIFY(!trace->isCutShort);
    QCOMPARE(trace->facts.model, std::string("a model"));
    QCOMPARE(trace->facts.names.at(OwnerId{12}), std::string("Pears"));
    const HistoryParts before = m_history.parts(), after = trace->history.parts();
    QCOMPARE(after.numDropped, std::uint64_t{3});
    QCOMPARE(after.spans.size(), before.spans.size());
    for (std::size_t i = 0; i < before.spans.size(); ++i) {
      QCOMPARE(after.spans[i].last.pagesHeld, before.spans[i].last.pagesHeld);
      QCOMPARE(after.spans[i].last.tokensLive, before.spans[i].last.tokensLive);
      QCOMPARE(after.spans[i].last.tokensEvicted, before.spans[i].last.tokensEvicted);
      QCOMPARE(after.spans[i].mostPages, before.spans[i].mostPages);
      QVERIFY(before.spans[i].last.at - after.spans[i].last.at < std::chrono::microseconds(1));
    }
    QCOMPARE(after.events.size(), before.events.size());
    for (std::size_t i = 0; i < before.events.size(); ++i) {
      MemoryEvent same = after.events[i];
      same.at = before.events[i].at;
      QVERIFY(same == before.events[i]);
    }
    QCOMPARE(after.trails.size(), before.trails.size());
    for (std::size_t i = 0; i < before.trails.size(); ++i) {
      QCOMPARE(after.trails[i].texts.text(), before.trails[i].texts.text());
      QCOMPARE(after.trails[i].compressions, before.trails[i].compressions);
      QCOMPARE(after.trails[i].isOver, before.trails[i].isOver);
    }
  }

  void everyCompressionIsTheSame() {
    const auto trace = parseTrace(m_bytes);
    for (std::int64_t number = 0; number < m_history.numCompressions(); ++number) {
      const CompressionRecord& before = *m_history.compression(number)->record;
      const CompressionRecord& after = *trace->history.compression(number)->record;
      QCOMPARE(after.positions, before.positions);
      QCOMPARE(after.kept, before.kept);
      QCOMPARE(after.reasons, before.reasons);
      QCOMPARE(after.cut, before.cut);
      QCOMPARE(trace->history.compression(number)->entriesBefore,
               m_history.compression(number)->entriesBefore);
      QCOMPARE(trace->history.compression(number)->tokensEvicted,
               m_history.compression(number)->tokensEvicted);
    }
  }

  void everyPageHoldsTheSame() {
    const auto trace = parseTrace(m_bytes);
    const HistoryParts before = m_history.parts(), after = trace->history.parts();
    QCOMPARE(after.snapshots.size(), before.snapshots.size());
    for (std::size_t i = 0; i < before.snapshots.size(); ++i) {
      const CacheSnapshot &was = *before.snapshots[i].snapshot, &is = *after.snapshots[i].snapshot;
      QCOMPARE(is.pages.size(), was.pages.size());
      for (std::size_t page = 0; page < was.pages.size(); ++page) {
        const auto index = static_cast<PageIndex>(page);
        const PageContents there = contentsOf(m_history, was, index),
                           here = contentsOf(trace->history, is, index);
        QCOMPARE(here.request, there.request);
        QCOMPARE(here.tokens.size(), there.tokens.size());
        for (std::size_t t = 0; t < there.tokens.size(); ++t)
          QCOMPARE(here.tokens[t].token, there.tokens[t].token);
        QCOMPARE(is.pages[page].state, was.pages[page].state);
        QCOMPARE(is.pages[page].tokensLive, was.pages[page].tokensLive);
      }
    }
  }

  void scoresAreKeptToAStep() {
    HistoryParts parts;
    const auto record = recordOf({"s-+-P+-+rr", "s+-+P-+-rr"});
    CompressionEntry entry;
    entry.tokensEvicted = 1000;
    entry.record = record;
    parts.compressions.push_back(entry);
    const auto trace = parseTrace(serializeTrace(parts, {}));
    QVERIFY(trace);
    const CompressionRecord& read = *trace->history.compression(0)->record;
    QCOMPARE(read.pooled.size(), record->pooled.size());
    for (std::size_t i = 0; i < read.pooled.size(); ++i) {
      QCOMPARE(std::isinf(read.pooled[i]), std::isinf(record->pooled[i]));
      if (!std::isinf(read.pooled[i])) QVERIFY(std::abs(read.pooled[i] - record->pooled[i]) < 0.6F / 254.0F);
    }
    QCOMPARE(CompressionLook(read).fate(0, 4), Fate::Pinned);
    // Scores that would take more than a token is worth are left out.
    parts.compressions[0].tokensEvicted = 0;
    const auto small = parseTrace(serializeTrace(parts, {}));
    const CompressionLook look(*small->history.compression(0)->record);
    QVERIFY(!look.hasScores());
    QVERIFY(!look.histogram(-1, 10).isKnown);
    QVERIFY(std::isnan(look.verdict(0, 2).score));
    QCOMPARE(look.verdict(0, 1).fate, Fate::Evicted);
  }

  void aTraceThatWasCutIsReadUpToThere() {
    const auto whole = parseTrace(m_bytes);
    for (std::size_t length = 12; length < m_bytes.size(); length += 997) {
      const auto trace = parseTrace(std::string_view(m_bytes).substr(0, length));
      QVERIFY2(trace, trace ? "" : trace.error().message.c_str());
      QVERIFY(trace->history.numCompressions() <= whole->history.numCompressions());
    }
  }

  void whatIsNoTraceIsRefused() {
    QCOMPARE(parseTrace("").error().code, ErrorCode::InvalidFile);
    QCOMPARE(parseTrace("GGUF and so on").error().code, ErrorCode::InvalidFile);
    std::string later = m_bytes;
    later[8] = 9;
    QCOMPARE(parseTrace(later).error().code, ErrorCode::Unsupported);
    std::string damaged = m_bytes;
    damaged[m_bytes.size() / 2] = static_cast<char>(damaged[m_bytes.size() / 2] ^ 0x40);
    QVERIFY(!parseTrace(damaged) || parseTrace(damaged)->isCutShort);
  }

  /// Payloads that were changed and given a right checksum, so that the readers behind it see them.
  void noPayloadBringsItDown() {
    std::mt19937 random(7);
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
      std::string bytes = m_bytes;
      for (int change = 0; change < 4; ++change) mutate(bytes, random);
      const auto trace = parseTrace(bytes);
      if (!trace) {
        ++refused;
        continue;
      }
      look(trace->history);
    }
    QVERIFY(refused > 300);
  }

  void aFileIsSavedAndOpened() {
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("a.ziptrace").toStdString();
    QVERIFY(saveTrace(file, m_history.parts(), facts()));
    const auto trace = openTrace(file);
    QVERIFY(trace);
    QCOMPARE(trace->history.numCompressions(), m_history.numCompressions());
    QCOMPARE(openTrace(file.parent_path() / "none").error().code, ErrorCode::NotFound);
    QCOMPARE(saveTrace(file.parent_path() / "no folder" / "b", {}, {}).error().code, ErrorCode::Io);
    QVERIFY(!std::filesystem::exists(file.string() + ".part"));
  }

 private:
  /// One byte of one chunk.
  static void mutate(std::string& bytes, std::mt19937& random) {
    std::vector<std::pair<std::size_t, std::uint32_t>> chunks;
    for (std::size_t at = 12; at + 9 <= bytes.size();) {
      std::uint32_t length = 0;
      std::memcpy(&length, &bytes[at + 1], 4);
      if (length > 0) chunks.emplace_back(at + 5, length);
      at += 9 + length;
    }
    const auto [payload, length] = chunks[random() % chunks.size()];
    bytes[payload + random() % length] = static_cast<char>(random());
    const std::uint32_t checksum = traceChecksum(std::string_view(bytes).substr(payload, length));
    std::memcpy(&bytes[payload + length], &checksum, 4);
  }

  /// What views would do with it.
  static void look(const MemoryHistory& history) {
    for (std::int64_t number = history.firstCompression(); number < history.numCompressions(); ++number) {
      const CompressionEntry* entry = history.compression(number);
      if (entry == nullptr || !entry->record) continue;
      const CompressionLook look(*entry->record);
      look.histogram(-1, 8);
      look.agreement();
      look.meanAge();
      look.heldByStretch(look.equalStretches(10));
      look.heldByStretch(look.stretchesByAge(4));
      look.verdict(0, 3);
    }
    const HistoryParts parts = history.parts();
    for (const TimedSnapshot& taken : parts.snapshots) {
      for (std::size_t page = 0; page < std::min<std::size_t>(taken.snapshot->pages.size(), 12); ++page)
        contentsOf(history, *taken.snapshot, static_cast<PageIndex>(page));
      pagesOf(history, *taken.snapshot, RequestId{1}, 3);
    }
  }
};

QTEST_GUILESS_MAIN(TestTraceFile)
#include "tst_trace_file.moc"
