// Reasoning that is ended from outside or by its budget: the ending stands in the text, once, and the model
// goes on from there, whatever memory policy it has.
#include <QTest>

#include "engine/model/gguf_file.h"
#include "engine/text/tokenizer_loader.h"
#include "tests/support/engine_run.h"
#include "tests/support/small_vocabulary.h"

using namespace zipage;
using namespace zipage::test;

class TestEngineReasoning : public QObject {
  Q_OBJECT

 private:
  SmallVocabulary m_vocabulary;
  std::shared_ptr<const Tokenizer> m_tokenizer;
  std::vector<TokenId> m_ending;

  /// A request that begins inside its reasoning; the runner draws byte tokens only, so it never ends by
  /// itself.
  Request thinking(Request request, int budgetTokens = 0) const {
    request.reasoning = {m_tokenizer, {}, true, m_ending, budgetTokens};
    return request;
  }

  /// Where the ending begins among the tokens; -1: nowhere, -2: more than once.
  int placeOfEnding(const std::vector<TokenId>& tokens) const {
    const auto found = std::search(tokens.begin(), tokens.end(), m_ending.begin(), m_ending.end());
    if (found == tokens.end()) return -1;
    const TokenId mark = m_vocabulary.idOf("</think>");
    return std::count(tokens.begin(), tokens.end(), mark) == 1 ? static_cast<int>(found - tokens.begin())
                                                               : -2;
  }

 private Q_SLOTS:
  void initTestCase() {
    GgufWriter writer;
    const std::string bytes = m_vocabulary.writeTo(writer).bytes();
    m_tokenizer = *loadTokenizer(**GgufFile::parse(zipage::test::bytesOf(bytes), "vocabulary.gguf"));
    m_ending = m_tokenizer->encodeContinuation("\n</think>\n\n", true);
    QCOMPARE(m_ending.size(), std::size_t(4));
  }

  void aBudgetIsKeptToTheToken() {
    EngineRun run(smallLimits(50));
    const RequestId id = run.submit(thinking(fullRequest(9, 40), 12));
    QVERIFY2(run.finish(), run.problem.c_str());
    QCOMPARE(placeOfEnding(run[id].tokens), 12);
    QCOMPARE(run[id].tokens.size(), std::size_t(40));
  }

  void aBudgetIsKeptToTheTokenByWhoRunsAhead() {
    std::vector<TokenId> expected;
    for (const bool runsAhead : {false, true}) {
      EngineLimits limits = smallLimits(50);
      limits.runsAhead = runsAhead;
      EngineRun run(limits);
      const RequestId id = run.submit(thinking(fullRequest(9, 40), 12));
      QVERIFY2(run.finish(), run.problem.c_str());
      QCOMPARE(placeOfEnding(run[id].tokens), 12);
      QCOMPARE(run.runner.numStepsAhead > 5, runsAhead);
      if (runsAhead) QCOMPARE(run[id].tokens, expected);
      expected = run[id].tokens;
    }
  }

  void askingEndsItAtOnce() {
    EngineRun run(smallLimits(50));
    const RequestId id = run.submit(thinking(fullRequest(9, 40)));
    for (int i = 0; i < 10; ++i) QVERIFY2(run.step(), run.problem.c_str());
    const auto before = static_cast<int>(run[id].tokens.size());
    run.engine.endReasoning(id);
    run.engine.endReasoning(id);
    run.engine.endReasoning(RequestId{99});
    QVERIFY2(run.finish(), run.problem.c_str());
    QCOMPARE(placeOfEnding(run[id].tokens), before);
  }

  void askingBeforeTheFirstTokenSkipsIt() {
    EngineRun run(smallLimits(50));
    const RequestId id = run.submit(thinking(fullRequest(40, 20)));
    run.engine.endReasoning(id);
    QVERIFY2(run.finish(), run.problem.c_str());
    QVERIFY(placeOfEnding(run[id].tokens) <= 1);
    QVERIFY(placeOfEnding(run[id].tokens) >= 0);
  }

  void anAnswerIsLeftAlone() {
    EngineRun run(smallLimits(50));
    Request request = thinking(fullRequest(9, 20), 5);
    request.reasoning.startsInside = false;
    const RequestId id = run.submit(request);
    run.engine.endReasoning(id);
    QVERIFY2(run.finish(), run.problem.c_str());
    QCOMPARE(placeOfEnding(run[id].tokens), -1);
  }

  void nearItsLastTokenThereIsNoRoomForAnAnswer() {
    EngineRun run(smallLimits(50));
    const RequestId id = run.submit(thinking(fullRequest(9, 10), 7));
    QVERIFY2(run.finish(), run.problem.c_str());
    QCOMPARE(placeOfEnding(run[id].tokens), -1);
    QCOMPARE(run[id].tokens.size(), std::size_t(10));
  }

  void compressedAndPreemptedRepliesEndTheirsToo() {
    EngineRun run(smallLimits(14));
    std::vector<RequestId> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(run.submit(thinking(fullRequest(9, 30, 1 + i), 10 + i)));
    for (int i = 0; i < 3; ++i)
      ids.push_back(run.submit(thinking(budgetRequest(9, 40, 16, 8, 5 + i), 25 + i)));
    QVERIFY2(run.finish(), run.problem.c_str());
    int preemptions = 0, compressions = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const int budget = i < 3 ? 10 + static_cast<int>(i) : 22 + static_cast<int>(i);
      QCOMPARE(placeOfEnding(run[ids[i]].tokens), budget);
      preemptions += run[ids[i]].preemptions;
      compressions += run[ids[i]].compressions;
    }
    QVERIFY(preemptions > 0);
    QVERIFY(compressions > 0);
  }
};

QTEST_GUILESS_MAIN(TestEngineReasoning)
#include "tst_engine_reasoning.moc"
