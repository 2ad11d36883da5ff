// 200 clients at once for some seconds, with mixed policies and lengths, many of whom leave in the middle:
// nothing is left behind, and nobody waits for ever. The engine's books are checked by the runner at every
// step.
#include "app/common/process_memory.h"
#include "tests/app/server/server_load.h"
#include "tests/support/fake_runner.h"

using namespace zipage;
using namespace zipage::test;

class TestServerLoad : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingIsLeftBehind() {
    FakeRunner* runner = nullptr;
    DemoOptions options{.poolTokens = 4096, .maxSequences = 64};
    options.makesRunner = [&](const EngineLimits& limits) {
      auto made = std::make_unique<FakeRunner>(limits, limits.vocabularySize);
      made->beforeStep = [] { std::this_thread::sleep_for(std::chrono::microseconds(500)); };
      runner = made.get();
      return made;
    };
    options.server.maxOpenRequests = 190;
    ServedDemo demo(options);
    const LoadFigures figures = runLoad(demo, {});
    printLoad("bookkeeping runner, 5 s", figures);
    QCOMPARE(figures.complaint, std::string());
    QVERIFY(figures.finished > 100 && figures.left > 20);
    QTRY_VERIFY(demo.isIdle());
    QCOMPARE(runner->complaint, std::string());
    const auto after = demo.get("/v1/kv").json;
    QCOMPARE(after["pool"]["pages_used"].get<int>(), 0);
    QCOMPARE(demo.chat(question("What is 1 + 1?", {{"max_tokens", 2}})).status, 200);
  }
};

QTEST_GUILESS_MAIN(TestServerLoad)
#include "tst_server_load.moc"
