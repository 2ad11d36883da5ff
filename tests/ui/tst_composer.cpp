#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "ui/composer/composer.h"
#include "ui/composer/message_edit.h"

using namespace zipage::ui;

class TestComposer : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Composer> m_composer;
  MessageEdit* m_edit = nullptr;
  QToolButton* m_button = nullptr;

 private slots:
  void init() {
    m_composer = std::make_unique<Composer>();
    m_composer->setTheme(lightTheme(Qt::blue));
    m_composer->resize(600, 200);
    m_composer->show();
    m_edit = m_composer->findChild<MessageEdit*>();
    m_button = m_composer->findChild<QToolButton*>(QStringLiteral("sendButton"));
    QVERIFY(m_edit != nullptr && m_button != nullptr);
  }

  void enterSendsAndEmptiesTheField() {
    QSignalSpy sent(m_composer.get(), &Composer::sendRequested);
    QTest::keyClicks(m_edit, QStringLiteral("What is 2 + 2?"));
    QTest::keyClick(m_edit, Qt::Key_Return);
    QCOMPARE(sent.count(), 1);
    QCOMPARE(sent[0][0].toString(), QStringLiteral("What is 2 + 2?"));
    QVERIFY(m_composer->text().isEmpty());
  }

  void enterOnTheNumberPadSendsToo() {
    QSignalSpy sent(m_composer.get(), &Composer::sendRequested);
    m_composer->setText(QStringLiteral("Hello"));
    QTest::keyClick(m_edit, Qt::Key_Enter, Qt::KeypadModifier);
    QCOMPARE(sent.count(), 1);
  }

  void shiftEnterStartsALine() {
    QSignalSpy sent(m_composer.get(), &Composer::sendRequested);
    QTest::keyClicks(m_edit, QStringLiteral("a"));
    QTest::keyClick(m_edit, Qt::Key_Return, Qt::ShiftModifier);
    QTest::keyClicks(m_edit, QStringLiteral("b"));
    QCOMPARE(sent.count(), 0);
    QCOMPARE(m_composer->text(), QStringLiteral("a\nb"));
  }

  void nothingIsSentWithoutWords() {
    QSignalSpy sent(m_composer.get(), &Composer::sendRequested);
    QVERIFY(!m_button->isEnabled());
    QTest::keyClicks(m_edit, QStringLiteral("   "));
    QTest::keyClick(m_edit, Qt::Key_Return);
    QCOMPARE(sent.count(), 0);
    QVERIFY(!m_button->isEnabled());
  }

  void theButtonStopsWhileAReplyIsGenerated() {
    QSignalSpy sent(m_composer.get(), &Composer::sendRequested);
    QSignalSpy stopped(m_composer.get(), &Composer::stopRequested);
    m_composer->setText(QStringLiteral("Next"));
    m_composer->setGenerating(true);
    QTest::keyClick(m_edit, Qt::Key_Return);
    QTest::mouseClick(m_button, Qt::LeftButton);
    QCOMPARE(sent.count(), 0);
    QCOMPARE(stopped.count(), 1);
    QCOMPARE(m_composer->text(), QStringLiteral("Next"));
    QCOMPARE(m_button->accessibleName(), QStringLiteral("Stop"));
    m_composer->setGenerating(false);
    QTest::mouseClick(m_button, Qt::LeftButton);
    QCOMPARE(sent.count(), 1);
  }

  void growsToEightLinesAndShrinksAgain() {
    const int oneLine = m_edit->height();
    m_composer->setText(QStringLiteral("1\n2\n3"));
    QTRY_VERIFY(m_edit->height() > oneLine);
    const int threeLines = m_edit->height();
    m_composer->setText(QStringLiteral("1\n2\n3\n4\n5\n6\n7\n8"));
    QTRY_VERIFY(m_edit->height() > threeLines);
    const int eightLines = m_edit->height();
    m_composer->setText(QString(200, QLatin1Char('\n')));
    QTRY_COMPARE(m_edit->numLines(), 201);
    QCOMPARE(m_edit->height(), eightLines);
    m_composer->setText({});
    QTRY_COMPARE(m_edit->height(), oneLine);
  }

  void longLinesCountAsWrapped() {
    const int oneLine = m_edit->height();
    m_composer->setText(QString(60, QLatin1Char('w')).replace(QLatin1Char('w'), QStringLiteral("word ")));
    QTRY_VERIFY(m_edit->height() > oneLine);
  }

  void aDraftIsToldOnceItRests() {
    QSignalSpy drafts(m_composer.get(), &Composer::draftChanged);
    QTest::keyClicks(m_edit, QStringLiteral("abc"));
    QCOMPARE(drafts.count(), 0);
    QTRY_COMPARE(drafts.count(), 1);
    QCOMPARE(drafts[0][0].toString(), QStringLiteral("abc"));
  }

  void aDraftIsToldBeforeItWouldBeLost() {
    QSignalSpy drafts(m_composer.get(), &Composer::draftChanged);
    QTest::keyClicks(m_edit, QStringLiteral("abc"));
    m_composer->flushDraft();
    m_composer->flushDraft();
    QCOMPARE(drafts.count(), 1);
  }

  void aDraftThatIsFilledInIsNotToldBack() {
    QSignalSpy drafts(m_composer.get(), &Composer::draftChanged);
    m_composer->setText(QStringLiteral("from another chat"));
    m_composer->flushDraft();
    QCOMPARE(drafts.count(), 0);
  }
};

QTEST_MAIN(TestComposer)
#include "tst_composer.moc"
