// The arrays of a step, as the model reads them. Pages are 4 tokens, the window 2.
#include <QTest>

#include "engine/runtime/step_builder.h"

using namespace zipage;

namespace {

using Ints = std::vector<std::int32_t>;

struct Fixture {
  Sequence& add(std::vector<TokenId> tokens, int computed, int physical, int numPages) {
    Sequence& sequence = sequences.emplace_back();
    sequence.request.prompt = {tokens.front()};
    sequence.request.sampling.seed = sequences.size();
    sequence.tokens = std::move(tokens);
    sequence.computed = computed;
    sequence.physical = physical;
    for (int i = 0; i < numPages; ++i) sequence.pages.append(pages.allocate());
    return sequence;
  }

  PageAllocator pages{20};
  QuerySlots slots{4};
  std::list<Sequence> sequences;
  StepBuilder builder{4, 2};
  std::vector<Sequence*> sampled;
};

}  // namespace

class TestStepBuilder : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sequencesLieOneBehindTheOther() {
    Fixture f;
    Sequence& prompt = f.add({10, 11, 12, 13, 14}, 0, 0, 2);
    Sequence& evicted = f.add({20, 21, 22, 23, 24, 25, 26}, 6, 3, 1);
    const StepInputs& inputs = f.builder.build({{&evicted, 1}, {&prompt, 4}}, f.sampled);
    QCOMPARE(inputs.tokenIds, (Ints{26, 10, 11, 12, 13}));
    QCOMPARE(inputs.positions, (Ints{6, 0, 1, 2, 3}));  // positions keep growing
    QCOMPARE(inputs.targetSlots, (Ints{2 * 4 + 3, 0, 1, 2, 3}));
    QCOMPARE(inputs.queryStart, (Ints{0, 1, 5}));
    QCOMPARE(inputs.physical, (Ints{4, 4}));
    QCOMPARE(inputs.maxPages, 2);
    QCOMPARE(inputs.pageTables, (Ints{2, 0, 0, 1}));
  }

  void aTokenIsDrawnWhereNothingIsPending() {
    Fixture f;
    Sequence& part = f.add({10, 11, 12}, 0, 0, 1);
    Sequence& whole = f.add({20, 21, 22}, 1, 1, 1);
    const StepInputs& inputs = f.builder.build({{&part, 2}, {&whole, 2}}, f.sampled);
    QCOMPARE(inputs.sampledRows, Ints{3});
    QCOMPARE(f.sampled, std::vector<Sequence*>{&whole});
    QCOMPARE(inputs.sampling.front().seed, std::uint64_t{2});
    QCOMPARE(inputs.sampling.front().counter, std::uint64_t{2});
  }

  void onlyTheLastTokensOfAChunkWriteTheirQuery() {
    Fixture f;
    Sequence& bounded = f.add({1, 2, 3, 4, 5, 6}, 0, 0, 2);
    f.slots.acquire();
    const QuerySlot other = f.slots.acquire();
    bounded.querySlot = f.slots.acquire();
    Sequence& unbounded = f.add({1, 2}, 0, 0, 1);
    QCOMPARE(f.builder.build({{&bounded, 5}, {&unbounded, 2}}, f.sampled).queryRows,
             (Ints{-1, -1, -1, 3, 2, -1, -1}));
  }

  void aStepAheadIsThatOfTheTokenNobodyKnows() {
    Fixture f;
    Sequence& first = f.add({10, 11, 12}, 3, 3, 1);
    Sequence& second = f.add({20, 21}, 2, 2, 1);
    first.request.endTokens = {7, 8};
    second.request.endTokens = {9};
    second.request.ignoreEnd = true;
    const StepInputs& inputs = f.builder.buildAhead({{&first, 1}, {&second, 1}}, f.sampled);
    QVERIFY(inputs.followsDrawn);
    QCOMPARE(inputs.positions, (Ints{3, 2}));
    QCOMPARE(inputs.targetSlots, (Ints{3, 4 + 2}));
    QCOMPARE(inputs.physical, (Ints{4, 3}));
    QCOMPARE(inputs.sampledRows, (Ints{0, 1}));
    QCOMPARE(inputs.sampling[0].counter,
             std::uint64_t{3});  // two after the prompt of one, and the unknown one
    QCOMPARE(f.sampled, (std::vector<Sequence*>{&first, &second}));
    Ints ends(2 * kMostEndTokens, -1);
    ends[0] = 7;
    ends[1] = 8;
    QCOMPARE(inputs.endTokens, ends);
    f.builder.build({{&second, 1}}, f.sampled);
    QVERIFY(!inputs.followsDrawn && inputs.endTokens.empty());
  }

  void aStepLeavesNothingOfTheOneBefore() {
    Fixture f;
    Sequence& sequence = f.add({10, 11, 12}, 0, 0, 1);
    f.builder.build({{&sequence, 3}}, f.sampled);
    const StepInputs& inputs = f.builder.build({{&sequence, 1}}, f.sampled);
    QCOMPARE(inputs.tokenIds.size(), std::size_t{1});
    QCOMPARE(inputs.queryStart, (Ints{0, 1}));
    QVERIFY(inputs.sampledRows.empty() && inputs.sampling.empty() && f.sampled.empty());
  }
};

QTEST_GUILESS_MAIN(TestStepBuilder)
#include "tst_step_builder.moc"
