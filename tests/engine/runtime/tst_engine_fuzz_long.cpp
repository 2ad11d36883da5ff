// labels: slow
// The same as tst_engine_fuzz with other seeds, and more of them. ZIPAGE_FUZZ_SEED sets the first one.
#include <QTest>

#include "tests/support/engine_fuzz.h"

class TestEngineFuzzLong : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingFinishesAndSaysWhatItSaysAlone() {
    bool isSet = false;
    const int chosen = qEnvironmentVariableIntValue("ZIPAGE_FUZZ_SEED", &isSet);
    const std::string wrong =
        zipage::test::fuzzEngines(isSet ? static_cast<std::uint32_t>(chosen) : 1000U, 2000);
    QVERIFY2(wrong.empty(), wrong.c_str());
  }
};

QTEST_GUILESS_MAIN(TestEngineFuzzLong)
#include "tst_engine_fuzz_long.moc"
