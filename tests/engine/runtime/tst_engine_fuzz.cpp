// Random engines and requests against what each request says alone. A failure prints its seed.
#include <QTest>

#include "tests/support/engine_fuzz.h"

class TestEngineFuzz : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingFinishesAndSaysWhatItSaysAlone() {
    const std::string wrong = zipage::test::fuzzEngines(1, 300);
    QVERIFY2(wrong.empty(), wrong.c_str());
  }
};

QTEST_GUILESS_MAIN(TestEngineFuzz)
#include "tst_engine_fuzz.moc"
