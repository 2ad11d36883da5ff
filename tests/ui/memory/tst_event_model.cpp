// The list of what happened to memory, as it grows, forgets its oldest rows, and is replaced by a trace and
// back.
#include <QAbstractItemModelTester>
#include <QTest>

#include "ui/memory/event_model.h"

using namespace zipage;
using namespace zipage::ui;

namespace {

Duration at(int ms) { return std::chrono::milliseconds(ms); }

/// One compression of request 1 at each of these times.
MemoryReport compressions(int fromMs, int toMs) {
  MemoryReport report;
  for (int ms = fromMs; ms < toMs; ++ms) {
    SequenceCompressed event;
    event.request = RequestId{1};
    event.entriesBefore = 192;
    event.entriesAfter = 128;
    event.tokensEvicted = 64;
    event.pagesReclaimed = 2;
    report.events.push_back({event, at(ms)});
  }
  return report;
}

}  // namespace

class TestEventModel : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void itKeepsTheRulesOfModels() {
    MemoryModel memory;
    memory.setOwnerNames([](OwnerId) { return QStringLiteral("Apples"); });
    OwnerColors colors;
    EventModel model(memory, colors);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    memory.beginSequence(RequestId{1}, OwnerId{7}, {});
    memory.take(compressions(0, 3));
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.index(2, EventModel::Chat).data().toString(), QStringLiteral("Apples"));
    QVERIFY(!model.index(2, EventModel::Detail).data().toString().isEmpty());
    QCOMPARE(model.rowAt(at(1)), 1);
    QCOMPARE(model.rowAt(at(100)), 2);
    QCOMPARE(model.rowAt(at(-1)), -1);
    QCOMPARE(model.table().count(QLatin1Char('\n')), 4);

    // Another time in its place, and back to what went on meanwhile.
    MemoryHistory trace;
    trace.begin(RequestId{9}, OwnerId{9}, {});
    trace.add(compressions(0, 1).events.front().event, at(5));
    memory.open(std::move(trace), [](OwnerId) { return QStringLiteral("Pears"); });
    QCOMPARE(model.rowCount(), 1);
    memory.take(compressions(3, 5));
    QCOMPARE(model.rowCount(), 1);
    memory.close();
    QCOMPARE(model.rowCount(), 5);
    memory.clear();
    QCOMPARE(model.rowCount(), 0);
  }

  void itForgetsFromTheTop() {
    MemoryModel memory;
    OwnerColors colors;
    EventModel model(memory, colors);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    memory.beginSequence(RequestId{1}, OwnerId{7}, {});
    int most = 0;
    for (int ms = 0; ms < 40'000; ms += 4'000) {
      memory.take(compressions(ms, ms + 4'000));
      most = std::max(most, model.rowCount());
    }
    QVERIFY2(model.rowCount() < 40'000, "the history has an end");
    QCOMPARE(model.at(model.rowCount() - 1).at, at(39'999));
    QCOMPARE(model.at(0).at, at(40'000 - model.rowCount()));
  }
};

QTEST_MAIN(TestEventModel)
#include "tst_event_model.moc"
