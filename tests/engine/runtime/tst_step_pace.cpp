#include <QTest>

#include "engine/schedule/step_pace.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;
using namespace std::chrono_literals;

class TestStepPace : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void withoutAWishStepsTakeWhatFits() {
    StepPace pace(0ms, 512);
    pace.note(512, 10s);
    QCOMPARE(pace.tokens(), 512);
  }

  void stepsComeToTakeTheTimeThatIsWanted() {
    StepPace pace(100ms, 4096);
    QCOMPARE(pace.tokens(), 128);
    for (int i = 0; i < 10; ++i) pace.note(pace.tokens(), 200us * pace.tokens());  // 5,000 tokens a second
    QCOMPARE(pace.tokens(), 500);
    for (int i = 0; i < 3; ++i) pace.note(pace.tokens(), 1ms * pace.tokens());  // longer texts are slower
    QCOMPARE(pace.tokens(), 100);
  }

  void aSlowMachineStillReadsEnoughToUseItsWeights() {
    StepPace pace(100ms, 512);
    pace.note(128, 20s);
    QCOMPARE(pace.tokens(), 64);
    StepPace narrow(100ms, 16);
    narrow.note(16, 20s);
    QCOMPARE(narrow.tokens(), 16);
  }

  void oneOddMeasurementMovesLittle() {
    StepPace pace(100ms, 1 << 20);
    pace.note(128, 1ns);
    QCOMPARE(pace.tokens(), 256);
    pace.note(256, 0ns);  // a clock that stands still tells nothing
    pace.note(3, 90ms);   // a step of decodes
    QCOMPARE(pace.tokens(), 256);
  }

  void aLongPromptLetsOthersGoOn() {
    EngineLimits limits = smallLimits(400);
    limits.maxBatchTokens = 512;
    limits.stepTime = 100ms;
    EngineRun run(limits);
    run.runner.beforeStep = [&] { run.clock.advance(400ms); };  // however small
    const RequestId talks = run.submit(fullRequest(4, 100));
    QVERIFY(run.step());
    const RequestId reads = run.submit(fullRequest(1000, 1));
    const std::size_t before = run[talks].tokens.size();
    int steps = 0;
    for (; run[reads].tokens.empty(); ++steps) QVERIFY(run.step());
    QVERIFY2(steps >= 1000 / 128, "the prompt is read in small steps");
    QVERIFY2(steps <= 1000 / 64 + 1, "and no smaller ones than pay");
    QCOMPARE(run[talks].tokens.size(), before + static_cast<std::size_t>(steps));
    QVERIFY(run.finish());
  }
};

QTEST_GUILESS_MAIN(TestStepPace)
#include "tst_step_pace.moc"
