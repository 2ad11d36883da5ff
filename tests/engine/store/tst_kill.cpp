// Killed at random points of a session, 20 times in the same folder: nothing that was shown as saved is
// missing, and nothing is left over.
#include "tests/engine/store/kill_session.h"

using namespace zipage;
using namespace zipage::testing;

class TestKill : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingIsLostOrLeftOver() {
    const QString wrong = KillRun(1).play(20);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
  }
};

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--session") KillSession(argv[2]).play();
  QCoreApplication application(argc, argv);
  TestKill test;
  return QTest::qExec(&test, argc, argv);
}

#include "tst_kill.moc"
