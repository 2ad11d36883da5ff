// Prefixes that outlive their engine: a second engine, with the storage of the first, goes on where that one
// stopped, and says the same as one that never stopped.
#include <QTest>
#include <cmath>

#include "tests/support/engine_run.h"
#include "tests/support/memory_storage.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

namespace {

/// The next turn of a conversation: the prompt before, the reply to it, and a question.
Request followUp(Request asked, const std::vector<TokenId>& reply, int questionTokens = 6) {
  asked.prompt.insert(asked.prompt.end(), reply.begin(), reply.end());
  for (int i = 0; i < questionTokens; ++i) asked.prompt.push_back((i * 11 + 3) % 40);
  return asked;
}

}  // namespace

class TestEngineStorage : public QObject {
  Q_OBJECT

 private:
  /// Serves one request on an engine of its own.
  Served serve(const Request& request, PrefixStorage* storage, const EngineLimits& limits = smallLimits(60)) {
    EngineRun run(limits, storage);
    const RequestId id = run.submit(request);
    if (!run.finish()) qFatal("%s", run.problem.c_str());
    return run[id];
  }

 private Q_SLOTS:
  void pagesOfATurnAreStoredWhenItEnds() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(fullRequest(10, 20));
    while (!run[id].finished) QVERIFY2(run.step(), run.problem.c_str());
    EXPECT_FINISH(run);
    QCOMPARE(storage.numPages(), 7);  // 29 of the 30 tokens went through the model
    QCOMPARE(storage.turns.size(), std::size_t{1});
    QCOMPARE(storage.turns[0].text.size(), std::size_t{29});
    QVERIFY(!run.engine.hasWork());
  }

  void nothingIsStoredWhileATurnGoesOn() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    run.submit(fullRequest(10, 20));
    for (int i = 0; i < 10; ++i) QVERIFY2(run.step(), run.problem.c_str());
    QCOMPARE(storage.numWritten, 0);
    EXPECT_FINISH(run);
  }

  void aConversationGoesOnAfterARestart() {
    MemoryStorage storage;
    const Request first = fullRequest(10, 20);
    const Request second = followUp(first, serve(first, &storage).tokens);
    const Served restarted = serve(second, &storage);
    QCOMPARE(restarted.tokens, aloneWithAmpleRoom(second));
    QCOMPARE(restarted.finished->cachedTokens, 28);
    QCOMPARE(restarted.finished->storedTokens, 28);
    QCOMPARE(restarted.finished->computedTokens, 36 - 28);
    QVERIFY(restarted.finished->storageTime > Duration::zero());
    const PrefixLookup& lookup = storage.lookups.back();
    QCOMPARE(lookup.foundTokens, 28);
    QCOMPARE(lookup.used.size(), std::size_t{7});
    QCOMPARE(lookup.mostTokens, 32);
  }

  void whatIsInThePoolIsNotReadAgain() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    const Request asked = fullRequest(30, 10);
    run.submit(asked);
    EXPECT_FINISH(run);
    const RequestId second = run.submit(asked);
    EXPECT_FINISH(run);
    QCOMPARE(storage.numFetched, 0);
    QCOMPARE(run[second].finished->cachedTokens, 28);
    QCOMPARE(run[second].finished->storedTokens, 0);
  }

  void othersRunWhileItIsRead() {
    MemoryStorage storage;
    const Request asked = fullRequest(30, 10);
    serve(asked, &storage);
    storage.delay = 30;
    EngineRun run(smallLimits(60), &storage);
    const RequestId stored = run.submit(asked);
    const RequestId other = run.submit(fullRequest(20, 10, 2));
    for (int i = 0; i < 15; ++i) QVERIFY2(run.step(), run.problem.c_str());
    QVERIFY(run[other].finished.has_value());
    QCOMPARE(run[stored].starts, 0);
    EXPECT_FINISH(run);
    QCOMPARE(run[stored].finished->storedTokens, 28);
  }

  void oneThatIsCancelledWhileItIsReadEnds() {
    MemoryStorage storage;
    const Request asked = fullRequest(30, 10);
    serve(asked, &storage);
    storage.delay = 10;
    EngineRun run(smallLimits(60), &storage);
    const RequestId cancelled = run.submit(asked);
    const RequestId next = run.submit(asked);
    QVERIFY(run.step());
    run.engine.cancel(cancelled);
    EXPECT_FINISH(run);
    QCOMPARE(run[cancelled].finished->reason, FinishReason::Cancelled);
    QCOMPARE(run[next].finished->storedTokens, 28);
    QCOMPARE(run[next].tokens, aloneWithAmpleRoom(asked));
  }

  void twoThatWantTheSameReadItOnce() {
    MemoryStorage storage;
    const Request asked = fullRequest(30, 10);
    serve(asked, &storage);
    EngineRun run(smallLimits(60), &storage);
    const RequestId first = run.submit(asked), second = run.submit(asked);
    EXPECT_FINISH(run);
    QCOMPARE(storage.numFetched, 7);
    QCOMPARE(run[first].finished->storedTokens, 28);
    QCOMPARE(run[second].finished->cachedTokens, 28);
    QCOMPARE(run[second].finished->storedTokens, 0);
    QCOMPARE(run[second].tokens, run[first].tokens);
  }

  void aPageThatIsGoneEndsWhatCanBeHad_data() {
    QTest::addColumn<int>("loss");
    QTest::newRow("gone") << int(PrefixLoss::Gone);
    QTest::newRow("damaged") << int(PrefixLoss::Damaged);
  }

  void aPageThatIsGoneEndsWhatCanBeHad() {
    QFETCH(int, loss);
    MemoryStorage storage;
    const Request asked = fullRequest(30, 10);
    serve(asked, &storage);
    storage.delay = 4;
    storage.loss = PrefixLoss(loss);
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(asked);
    QVERIFY(run.step());  // asks for all of them
    for (auto& [key, prefix] : storage.kept) {
      auto& page = std::get<StoredPage>(prefix);
      if (page.tokens == std::vector<TokenId>(asked.prompt.begin() + 12, asked.prompt.begin() + 16)) {
        const PrefixKey gone = key;
        storage.kept.erase(gone);
        break;
      }
    }
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->storedTokens, 12);
    QCOMPARE(storage.lookups.back().loss, PrefixLoss(loss));
    QCOMPARE(run[id].tokens, aloneWithAmpleRoom(asked));
    QCOMPARE(storage.numPages(), 9);  // what was lost is stored again
  }

  void whatHoldsAnotherTextIsNotUsed_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"tokens", "parent", "contents", "a foreign page's contents", "a sequence"})
      QTest::newRow(what) << QString(what);
  }

  void whatHoldsAnotherTextIsNotUsed() {
    QFETCH(QString, what);
    MemoryStorage storage;
    const Request asked = fullRequest(30, 10);
    serve(asked, &storage);
    const std::vector<TokenId> third(asked.prompt.begin() + 8, asked.prompt.begin() + 12);
    StoredPage* foreign = nullptr;
    for (auto& [key, prefix] : storage.kept) {
      auto& page = std::get<StoredPage>(prefix);
      if (page.tokens != third) foreign = &page;
    }
    for (auto& [key, prefix] : storage.kept) {
      auto& page = std::get<StoredPage>(prefix);
      if (page.tokens != third) continue;
      if (what == "tokens") page.tokens[1] ^= 1;
      if (what == "parent") page.parent.low ^= 1;
      if (what == "contents") page.contents.pop_back();
      if (what == "a foreign page's contents") page.contents = foreign->contents;
      if (what == "a sequence") prefix = StoredSequence{};
      break;
    }
    const Served restarted = serve(asked, &storage);
    QCOMPARE(restarted.finished->storedTokens, 8);
    QCOMPARE(storage.lookups.back().loss, PrefixLoss::Damaged);
    QCOMPARE(restarted.tokens, aloneWithAmpleRoom(asked));
  }

  void aFullPoolKeepsWhatItCanOfWhatIsRead() {
    MemoryStorage storage;
    const Request asked = fullRequest(60, 4);
    serve(asked, &storage, smallLimits(60));
    const Served crowded = serve(asked, &storage, smallLimits(17));
    QCOMPARE(crowded.tokens, aloneWithAmpleRoom(asked));
    QCOMPARE(crowded.finished->storedTokens, 56);
  }

  void whatIsReadTakesNoPageThatAnotherHasReserved() {
    MemoryStorage storage;
    const Request asked = fullRequest(46, 2);
    serve(asked, &storage);
    EngineLimits limits = smallLimits(12);
    limits.admission = AdmissionMode::Constrained;
    EngineRun run(limits, &storage);
    storage.delay = 1;
    const RequestId stored = run.submit(asked);
    QVERIFY2(run.step(), run.problem.c_str());
    storage.delay = 4;  // of the pages behind the first eight
    // Reserves seven pages and takes four at once: the eight that were read are all the others.
    const Request other = budgetRequest(16, 30, 24, 4, 2);
    const RequestId reserving = run.submit(other);
    EXPECT_FINISH(run);
    QCOMPARE(storage.numFetched, 10);
    QCOMPARE(run[stored].tokens, aloneWithAmpleRoom(asked));
    QCOMPARE(run[reserving].tokens, aloneWithAmpleRoom(other));
  }

  void whoMakesRoomIsNotCompressedInTheSameStep() {
    // Two wait for what is stored of their prompt and then share its pages, so that compressing them takes
    // fresh ones. The third came later but runs already, is compressed with every token, and makes room for
    // them.
    const Request shared = budgetRequest(12, 20, 8, 3, 1);
    const Request third = budgetRequest(9, 40, 7, 1, 2);
    int numSwaps = 0;
    for (int pages = 18; pages <= 30; ++pages) {
      EngineLimits limits = smallLimits(pages);
      limits.pageTokens = limits.windowTokens = 1;
      MemoryStorage storage;
      serve(fullRequest(12, 1), &storage, limits);
      storage.delay = 5;
      EngineRun run(limits, &storage);
      const RequestId first = run.submit(shared), second = run.submit(shared);
      const RequestId giving = run.submit(third);
      EXPECT_FINISH(run);
      QCOMPARE(run[first].tokens, run[second].tokens);
      QCOMPARE(run[giving].tokens.size(), std::size_t{40});
      numSwaps += run[giving].swaps;
    }
    QVERIFY(numSwaps > 0);
  }

  void aCompressedSequenceGoesOnFromWhatItKept() {
    MemoryStorage storage;
    const Request first = budgetRequest(10, 40, 12, 8);
    const Served before = serve(first, &storage);
    QVERIFY(before.compressions > 2);
    QCOMPARE(storage.numSequences(), 1);
    const Request second = followUp(first, before.tokens);
    const Served restarted = serve(second, &storage);
    QCOMPARE(restarted.finished->storedTokens, 49);
    QCOMPARE(restarted.finished->computedTokens, 56 - 49);
    QCOMPARE(restarted.tokens, aloneWithAmpleRoom(second));
    QCOMPARE(restarted.swaps, 0);
    // A third turn, after another restart, has what the second one left.
    const Request third = followUp(second, restarted.tokens);
    const Served again = serve(third, &storage);
    QVERIFY(again.finished->storedTokens > 49);
    QCOMPARE(again.tokens, aloneWithAmpleRoom(third));
  }

  void aTurnWithoutItsReplyGoesOnFromItsPrompt() {
    // As templates do that leave out what was thought: the reply is not part of the next prompt.
    MemoryStorage storage;
    const Request first = budgetRequest(50, 20, 12, 8);
    serve(first, &storage);
    QCOMPARE(storage.numSequences(), 2);  // where the prompt ends, and where the reply does
    Request second = first;
    for (int i = 0; i < 12; ++i) second.prompt.push_back((i * 5 + 2) % 40);
    const Served restarted = serve(second, &storage);
    QCOMPARE(restarted.finished->storedTokens, 48);
    QCOMPARE(restarted.tokens, aloneWithAmpleRoom(second));
  }

  void aSequenceIsFoundUnderItsOwnSettingsOnly() {
    MemoryStorage storage;
    const Request first = budgetRequest(10, 40, 12, 8);
    const Request second = followUp(first, serve(first, &storage).tokens);
    Request other = second;
    other.compression.periodTokens = 12;
    QCOMPARE(serve(other, &storage).finished->storedTokens,
             20);  // pages of the beginning, below its capacity
    other = second;
    other.policy = MemoryPolicy::Full;
    QCOMPARE(serve(other, &storage).finished->storedTokens, 24);  // those that the one before has added
    QCOMPARE(serve(second, &storage).finished->storedTokens, 49);
  }

  void whatWasCompressedBeforeItsTimeIsNotStored() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(budgetRequest(10, 40, 12, 8));
    for (int i = 0; i < 6; ++i) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.compressNow(id);
    EXPECT_FINISH(run);
    QVERIFY(run[id].compressions > 2);
    QCOMPARE(storage.numSequences(), 0);
  }

  void whatDependsOnWhereThePromptEndsIsNotStored() {
    for (const char* what : {"protected prompt", "whole prompt", "random"}) {
      MemoryStorage storage;
      Request asked = budgetRequest(8, 60, 24, 8);
      asked.compression.protectPrompt = std::string(what) == "protected prompt";
      asked.compression.wholePrompt = std::string(what) == "whole prompt";
      if (std::string(what) == "random") asked.compression.rule = SelectionRule::Random;
      QVERIFY(serve(asked, &storage).compressions > 0);
      QCOMPARE(storage.numSequences(), 0);
    }
  }

  void aSequenceThatIsNotWhatItSaysIsReadAgain_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"tokens", "entries", "too many entries", "no compressions", "scored", "grown",
                             "contents", "window", "settings", "policy", "working set", "a page", "gone"})
      QTest::newRow(what) << QString(what);
  }

  void aSequenceThatIsNotWhatItSaysIsReadAgain() {
    QFETCH(QString, what);
    MemoryStorage storage;
    const Request first = budgetRequest(10, 40, 12, 8);
    const Request second = followUp(first, serve(first, &storage).tokens);
    for (auto& [key, prefix] : storage.kept) {
      auto* sequence = std::get_if<StoredSequence>(&prefix);
      if (sequence == nullptr) continue;
      if (what == "tokens") sequence->tokens.back() ^= 1;
      if (what == "entries") sequence->numEntries -= 4;
      if (what == "too many entries") sequence->numEntries = 1 << 30;
      if (what == "no compressions") sequence->numCompressions = 0;
      if (what == "scored") sequence->numScored = sequence->numEntries + 1;
      if (what == "grown") sequence->grownTokens = -4;
      if (what == "contents") sequence->contents.resize(sequence->contents.size() - 1);
      if (what == "window") sequence->numEntries = 1;
      if (what == "settings") sequence->settings.budgetTokens = 1 << 20;
      if (what == "policy") sequence->policy = MemoryPolicy::Grow;
      if (what == "working set") sequence->longRunWorkingSet = std::nan("");
      if (what == "a page") prefix = StoredPage{};
      if (what == "gone") {
        storage.delay = 3;
        EngineRun run(smallLimits(60), &storage);
        const RequestId id = run.submit(second);
        QVERIFY(run.step());
        const PrefixKey gone = key;
        storage.kept.erase(gone);
        EXPECT_FINISH(run);
        QCOMPARE(run[id].tokens, aloneWithAmpleRoom(second));
        return;
      }
      break;
    }
    const Served restarted = serve(second, &storage);
    QVERIFY2(restarted.finished->storedTokens <= 16, "pages of the beginning at most");
    QCOMPARE(restarted.tokens, aloneWithAmpleRoom(second));
    QCOMPARE(storage.lookups.back().loss, what == "tokens" ? PrefixLoss::None : PrefixLoss::Damaged);
  }

  void aSequenceThatGrewIsReadAgain() {
    MemoryStorage storage;
    Request first = budgetRequest(10, 80, 12, 8);
    first.policy = MemoryPolicy::Grow;
    const Request second = followUp(first, serve(first, &storage).tokens);
    const Served restarted = serve(second, &storage);
    QVERIFY2(restarted.finished->storedTokens < 89, "what it kept depends on more than its text");
    QCOMPARE(restarted.tokens, aloneWithAmpleRoom(second));
  }

  void aSequenceThatIsBroughtBackCanBeSwapped() {
    MemoryStorage storage;
    const Request first = budgetRequest(10, 40, 12, 8);
    const Request second = followUp(first, serve(first, &storage).tokens);
    EngineRun run(smallLimits(7), &storage);
    const RequestId older = run.submit(fullRequest(8, 16, 3));
    const RequestId id = run.submit(second);
    EXPECT_FINISH(run);
    QCOMPARE(run[id].tokens, aloneWithAmpleRoom(second));
    QCOMPARE(run[older].tokens, aloneWithAmpleRoom(fullRequest(8, 16, 3)));
    QVERIFY(run[id].finished->storedTokens > 0);
  }

  void aStorageWithoutRoomIsAskedLater() {
    MemoryStorage storage;
    storage.hasRoom = false;
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(fullRequest(10, 20));
    while (!run[id].finished) QVERIFY2(run.step(), run.problem.c_str());
    for (int i = 0; i < 5; ++i) QVERIFY(run.step());
    QVERIFY(run.engine.hasWork());
    QCOMPARE(storage.numWritten, 0);
    QVERIFY(storage.numWaits > 0);
    storage.hasRoom = true;
    EXPECT_FINISH(run);
    QCOMPARE(storage.numPages(), 7);
  }

  void aStorageThatKeepsNothingIsGivenNothing() {
    MemoryStorage storage;
    storage.keeps = false;
    serve(budgetRequest(50, 20, 12, 8), &storage);
    QCOMPARE(storage.numWritten, 0);
    QCOMPARE(storage.turns.size(), std::size_t{1});  // the books go on
  }

  void whatWaitsIsForgottenWhenNothingIsKeptAnyMore() {
    MemoryStorage storage;
    storage.hasRoom = false;
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(fullRequest(10, 20));
    while (!run[id].finished) QVERIFY2(run.step(), run.problem.c_str());
    QVERIFY(run.engine.hasWork());
    storage.keeps = false;
    EXPECT_FINISH(run);
    QCOMPARE(storage.numWritten, 0);
  }

  void whatIsSoonerComputedIsNotRead_data() {
    QTest::addColumn<int>("millisecondsAStep");
    QTest::addColumn<int>("storedTokens");
    QTest::newRow("a fast device") << 1 << 0;
    QTest::newRow("a slow device") << 1000 << 296;
  }

  void whatIsSoonerComputedIsNotRead() {
    QFETCH(int, millisecondsAStep);
    QFETCH(int, storedTokens);
    EngineLimits limits = smallLimits(400);
    limits.maxBatchTokens = 256;
    limits.bytesPerPage = std::int64_t{4} << 20;
    const Request first = fullRequest(300, 4, 1), second = fullRequest(300, 4, 2),
                  other = fullRequest(300, 4, 3);
    MemoryStorage storage;
    serve(first, &storage, limits);
    serve(second, &storage, limits);
    EngineRun run(limits, &storage);
    run.runner.beforeStep = [&] { run.clock.advance(std::chrono::milliseconds(millisecondsAStep)); };
    const RequestId read = run.submit(first);
    EXPECT_FINISH(run);
    QCOMPARE(run[read].finished->storedTokens, 296);  // nothing is known yet
    run.submit(other);
    EXPECT_FINISH(run);
    const RequestId judged = run.submit(second);
    EXPECT_FINISH(run);
    QCOMPARE(run[judged].finished->storedTokens, storedTokens);
    QCOMPARE(storage.lookups.back().loss, storedTokens > 0 ? PrefixLoss::None : PrefixLoss::Slower);
    QCOMPARE(run[judged].tokens, aloneWithAmpleRoom(second));
  }

  void aDeviceThatFailsWhileStoringEndsIt() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(fullRequest(10, 20));
    storage.hasRoom = false;
    while (!run[id].finished) QVERIFY2(run.step(), run.problem.c_str());
    storage.hasRoom = true;
    run.runner.failsWith = Error{ErrorCode::Device, "it is gone"};
    QVERIFY(run.step());
    QVERIFY(!run.engine.hasWork());
    run.submit(fullRequest(10, 20));
    QCOMPARE(run.refusal.message, std::string("it is gone"));
  }

  void aFailedTurnLeavesNothing() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    run.submit(fullRequest(10, 20));
    for (int i = 0; i < 8; ++i) QVERIFY(run.step());
    run.runner.failsWith = Error{ErrorCode::Device, "it is gone"};
    QVERIFY(run.step());
    QCOMPARE(storage.numWritten, 0);
    QVERIFY(storage.turns.empty());
  }

  void aStoppedReplyIsStoredAsFarAsItCame() {
    MemoryStorage storage;
    EngineRun run(smallLimits(60), &storage);
    const RequestId id = run.submit(fullRequest(10, 60));
    for (int i = 0; i < 12; ++i) QVERIFY(run.step());
    run.engine.cancel(id);
    EXPECT_FINISH(run);
    QCOMPARE(storage.numPages(), 5);  // ten of the prompt, and eleven that were drawn and read
  }
};

QTEST_GUILESS_MAIN(TestEngineStorage)
#include "tst_engine_storage.moc"
