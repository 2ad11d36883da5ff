// The doctor's page in the whole program: it opens by menu, looks without holding up the window, says what
// the command line says, and looks again when asked.
#include <QClipboard>

#include "tests/app/gui/open_window.h"
#include "ui/window/doctor_dialog.h"

using namespace zipage;
using namespace zipage::test;

class TestWindowDoctor final : public QObject {
  Q_OBJECT

 private:
  Profile m_profile;
  std::unique_ptr<OpenWindow> m_open;

  ui::DoctorDialog& doctor() { return m_open->window().doctor(); }
  QString verdict() { return doctor().findChild<QLabel*>("verdict")->text(); }
  QPushButton* button(const QString& text) {
    for (QPushButton* each : doctor().findChildren<QPushButton*>()) {
      if (each->text() == text) return each;
    }
    return nullptr;
  }
  QString shownText() {
    QString text;
    for (const QLabel* label : doctor().findChildren<QLabel*>()) text += label->text() + u'\n';
    return text;
  }

 private Q_SLOTS:
  void initTestCase() { m_open = std::make_unique<OpenWindow>(); }

  void theMenuOpensIt() {
    QVERIFY(!doctor().isVisible());
    m_open->part<QAction>("showDoctor").trigger();
    QVERIFY(doctor().isVisible());
    QVERIFY(!button("Check again")->isEnabled());  // it looks, and the window goes on
    QTRY_VERIFY_WITH_TIMEOUT(button("Check again")->isEnabled(), kLoadMs);
  }

  void itSaysWhatIsThereAndWhereThingsLie() {
    const QString text = shownText();
    for (const QString& word :
         {QStringLiteral("CPU"), QStringLiteral("Memory"), QStringLiteral("Embedded model"),
          QStringLiteral("is whole"), m_profile.path("data")})
      QVERIFY2(text.contains(word), qPrintable(word + "\n" + text));
    QCOMPARE(verdict(), QStringLiteral("Everything is in order."));
  }

  void theWholeReportCanBeCopied() {
    QTest::mouseClick(button("Copy"), Qt::LeftButton);
    const QString copied = QGuiApplication::clipboard()->text();
    QVERIFY2(copied.contains(QStringLiteral("SQLite 3.")) && copied.contains(m_profile.path("cache")),
             qPrintable(copied));
  }

  void aProblemThatCameIsFoundWhenItIsAskedForAgain() {
    QVERIFY(QDir(m_profile.path("cache")).removeRecursively());
    QFile file(m_profile.path("cache"));
    QVERIFY(file.open(QIODevice::WriteOnly));  // a file where a folder should be
    QTest::mouseClick(button("Check again"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(verdict().contains("1 problem"), kLoadMs);
    QVERIFY(shownText().contains(QStringLiteral("set ZIPAGE_HOME")));
    QVERIFY(file.remove());
  }

  void closingTheWindowDuringALookIsNoProblem() {
    QTest::mouseClick(button("Check again"), Qt::LeftButton);
    m_open.reset();
  }
};

QTEST_MAIN(TestWindowDoctor)
#include "tst_window_doctor.moc"
