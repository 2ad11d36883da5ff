#include <QTest>

#include "engine/text/stop_strings.h"

using namespace zipage;

class TestStopStrings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void withoutStopsEverythingPasses() {
    StopStrings stops({""});
    QCOMPARE(stops.push("one "), "one ");
    QCOMPARE(stops.push("two"), "two");
    QVERIFY(stops.found().empty());
  }

  void textEndsBeforeTheFirstStop() {
    StopStrings stops({"END", "STOP"});
    QCOMPARE(stops.push("go on STOP or END"), "go on ");
    QCOMPARE(stops.found(), "STOP");
    QCOMPARE(stops.push("more"), "");
    QCOMPARE(stops.finish(), "");
  }

  void aStopMayComeLetterByLetter() {
    StopStrings stops({"\n\nUser:"});
    std::string text;
    for (const char letter : std::string("Yes.\n\nUs\n\nUser: no")) text += stops.push({&letter, 1});
    QCOMPARE(text, "Yes.\n\nUs");
    QCOMPARE(stops.found(), "\n\nUser:");
  }

  void whatOnlyLooksLikeAStopComesLater() {
    StopStrings stops({"</done>"});
    QCOMPARE(stops.push("a </do"), "a ");
    QCOMPARE(stops.push("g>"), "</dog>");
    QCOMPARE(stops.push("b </"), "b ");
    QCOMPARE(stops.finish(), "</");
    QVERIFY(stops.found().empty());
  }

  void theEarliestStopCountsWhateverTheOrder() {
    StopStrings stops({"cde", "bc"});
    QCOMPARE(stops.push("abcde"), "a");
    QCOMPARE(stops.found(), "bc");
  }
};

QTEST_GUILESS_MAIN(TestStopStrings)
#include "tst_stop_strings.moc"
