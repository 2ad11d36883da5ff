// labels: slow
// The same as tst_engine_fuzz with other seeds, and more of them.
#include <QTest>

#include "tests/support/engine_fuzz.h"

class TestEngineFuzzLong : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingFinishesAndSaysWhatItSaysAlone() {
    const std::string wrong = zipage::test::fuzzEngines(1000, 2000);
    QVERIFY2(wrong.empty(), wrong.c_str());
  }
};

QTEST_GUILESS_MAIN(TestEngineFuzzLong)
#include "tst_engine_fuzz_long.moc"
