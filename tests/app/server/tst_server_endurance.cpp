// labels: slow
// A minute of 200 clients on the real model: no page, no request and no memory is left behind.
#include "app/common/process_memory.h"
#include "tests/app/server/server_load.h"

using namespace zipage;
using namespace zipage::test;

class TestServerEndurance : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aMinuteLeavesNothingBehind() {
    DemoOptions options{.poolTokens = 8192, .maxSequences = 64};
    options.server.maxOpenRequests = 220;
    ServedDemo demo(options);
    runLoad(demo, {.time = std::chrono::seconds(10), .longestReply = 60});  // everything has its size by now
    const std::int64_t before = residentBytes();
    const LoadFigures figures = runLoad(demo, {.time = std::chrono::seconds(60), .longestReply = 60});
    printLoad("embedded model on the CPU, 60 s", figures);
    QCOMPARE(figures.complaint, std::string());
    QVERIFY(figures.finished > 50);
    QTRY_VERIFY_WITH_TIMEOUT(demo.isIdle(), 20'000);
    QCOMPARE(demo.get("/v1/kv").json["pool"]["pages_used"].get<int>(), 0);
    const double grownMiB = (static_cast<double>(residentBytes()) - static_cast<double>(before)) / (1 << 20);
    qInfo("memory of the process: %.1f MiB more than before", grownMiB);
    QVERIFY2(grownMiB < 32.0, qPrintable(QString::number(grownMiB)));
  }
};

QTEST_GUILESS_MAIN(TestServerEndurance)
#include "tst_server_endurance.moc"
