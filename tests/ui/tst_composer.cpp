#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "ui/composer/composer.h"
#include "ui/composer/message_edit.h"
#include "ui/composer/reply_options.h"

using namespace zipage::ui;

class TestComposer : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Composer> m_composer;
  MessageEdit* m_edit = nullptr;
  QToolButton* m_button = nullptr;

 private Q_SLOTS:
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
    m_composer->setDraft(QStringLiteral("Hello"));
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
    m_composer->setDraft(QStringLiteral("Next"));
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

  void upWithNothingWrittenAsksForTheLastQuestion() {
    QSignalSpy asked(m_composer.get(), &Composer::editLastRequested);
    QTest::keyClick(m_edit, Qt::Key_Up);
    QCOMPARE(asked.count(), 1);
    QTest::keyClicks(m_edit, QStringLiteral("a"));
    QTest::keyClick(m_edit, Qt::Key_Up);
    QCOMPARE(asked.count(), 1);
  }

  void anEditIsSentAsAnotherVersionAndTheDraftComesBack() {
    QSignalSpy sent(m_composer.get(), &Composer::sendRequested);
    QSignalSpy resent(m_composer.get(), &Composer::resendRequested);
    m_composer->setDraft(QStringLiteral("half a thought"));
    m_composer->beginEdit(7, QStringLiteral("Who?"), {{QStringLiteral("a.txt"), QStringLiteral("text")}});
    QVERIFY(m_composer->isEditing());
    QTest::keyClicks(m_edit, QStringLiteral(" And when?"));
    QTest::keyClick(m_edit, Qt::Key_Return);
    QCOMPARE(sent.count(), 0);
    QCOMPARE(resent.count(), 1);
    QCOMPARE(resent[0][0].toLongLong(), 7);
    QCOMPARE(resent[0][1].toString(), QStringLiteral("Who? And when?"));
    QCOMPARE(resent[0][2].value<QVector<AttachmentItem>>().size(), 1);
    QCOMPARE(m_composer->text(), QStringLiteral("half a thought"));
    QVERIFY(m_composer->files().isEmpty());
    QVERIFY(!m_composer->isEditing());
  }

  void escapeGivesUpAnEditAndOnlyThenStops() {
    QSignalSpy stopped(m_composer.get(), &Composer::stopRequested);
    QSignalSpy drafts(m_composer.get(), &Composer::draftChanged);
    m_composer->setDraft(QStringLiteral("half a thought"));
    m_composer->setGenerating(true);
    m_composer->beginEdit(7, QStringLiteral("Who?"), {});
    QTest::keyClicks(m_edit, QStringLiteral("!"));
    m_composer->escape();
    QCOMPARE(m_composer->text(), QStringLiteral("half a thought"));
    QCOMPARE(stopped.count(), 0);
    m_composer->flushDraft();
    QCOMPARE(drafts.count(), 0);  // what is edited is nobody's draft
    m_composer->escape();
    QCOMPARE(stopped.count(), 1);
  }

  void filesAreChipsThatCanBeRemoved() {
    QTemporaryDir folder;
    QFile file(folder.filePath("notes.txt"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("three words here");
    file.close();
    QSignalSpy problems(m_composer.get(), &Composer::problemFound);
    QSignalSpy drafts(m_composer.get(), &Composer::draftChanged);
    m_composer->attachFiles({file.fileName(), folder.filePath("missing.txt")});
    QCOMPARE(m_composer->files().size(), 1);
    QCOMPARE(problems.count(), 1);
    QVERIFY(problems[0][0].toString().contains(QStringLiteral("missing.txt")));
    QVERIFY(m_button->isEnabled());
    m_composer->flushDraft();
    QCOMPARE(drafts.count(), 1);
    QCOMPARE(drafts[0][1].value<QVector<AttachmentItem>>().size(), 1);
    QTest::mouseClick(m_composer->findChild<QToolButton*>(QStringLiteral("removeFile")), Qt::LeftButton);
    QVERIFY(m_composer->files().isEmpty());
    QVERIFY(!m_button->isEnabled());
  }

  void aMessageTakesSixteenFiles() {
    QTemporaryDir folder;
    QStringList paths;
    for (int i = 0; i < 17; ++i) {
      QFile file(folder.filePath(QStringLiteral("%1.txt").arg(i)));
      QVERIFY(file.open(QIODevice::WriteOnly));
      paths << file.fileName();
    }
    QSignalSpy problems(m_composer.get(), &Composer::problemFound);
    m_composer->attachFiles(paths);
    QCOMPARE(m_composer->files().size(), 16);
    QVERIFY(problems[0][0].toString().contains(QStringLiteral("16.txt")));
  }

  void whatIsWrittenIsCountedOnceItRests() {
    QSignalSpy asked(m_composer.get(), &Composer::tokenCountRequested);
    auto* count = m_composer->findChild<QLabel*>(QStringLiteral("tokenCount"));
    QTest::keyClicks(m_edit, QStringLiteral("three words here"));
    QTRY_COMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].toString(), QStringLiteral("three words here"));
    m_composer->setTokenCount(1234);
    QVERIFY(count->isVisible());
    QCOMPARE(count->text(), QLocale().toString(1234) + QStringLiteral(" tokens"));
    m_composer->setTokenCount(-1);
    QVERIFY(!count->isVisible());
  }

  void theAnswerCanBeAskedForWhileThereIsThinking() {
    QSignalSpy asked(m_composer.get(), &Composer::answerNowRequested);
    auto* button = m_composer->findChild<QPushButton*>(QStringLiteral("answerNowButton"));
    m_composer->setGenerating(true, false);
    QVERIFY(!button->isVisible());
    m_composer->setGenerating(true, true);
    QVERIFY(button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
    m_composer->setGenerating(false);
    QVERIFY(!button->isVisible());
  }

  void whatIsChosenForTheReplyIsToldAndShown() {
    QSignalSpy chosen(&m_composer->options(), &ReplyOptions::chosen);
    const auto choose = [this](const char* name, const QString& text) {
      const auto* button = m_composer->findChild<QToolButton*>(QLatin1String(name));
      for (QAction* action : button->menu()->actions()) {
        if (action->text() == text) action->trigger();
      }
      return button->text();
    };
    QVERIFY(choose("answersButton", QStringLiteral("5 answers")).contains(QStringLiteral("5 answers")));
    const QString limit = QLocale().toString(1024);
    QVERIFY(
        choose("thinkingButton", QStringLiteral("Think for at most %1 tokens").arg(limit)).contains(limit));
    QCOMPARE(chosen.count(), 2);
    GenerationSettings settings;
    m_composer->options().applyTo(settings);
    QCOMPARE(settings.numAnswers, 5);
    QCOMPARE(settings.thinkingTokens, 1024);
    QVERIFY(settings.thinking);
    choose("thinkingButton", QStringLiteral("No thinking"));
    m_composer->options().applyTo(settings);
    QVERIFY(!settings.thinking);
  }

  void growsToEightLinesAndShrinksAgain() {
    const int oneLine = m_edit->height();
    m_composer->setDraft(QStringLiteral("1\n2\n3"));
    QTRY_VERIFY(m_edit->height() > oneLine);
    const int threeLines = m_edit->height();
    m_composer->setDraft(QStringLiteral("1\n2\n3\n4\n5\n6\n7\n8"));
    QTRY_VERIFY(m_edit->height() > threeLines);
    const int eightLines = m_edit->height();
    m_composer->setDraft(QString(200, QLatin1Char('\n')));
    QTRY_COMPARE(m_edit->numLines(), 201);
    QCOMPARE(m_edit->height(), eightLines);
    m_composer->setDraft({});
    QTRY_COMPARE(m_edit->height(), oneLine);
  }

  void longLinesCountAsWrapped() {
    const int oneLine = m_edit->height();
    m_composer->setDraft(QString(60, QLatin1Char('w')).replace(QLatin1Char('w'), QStringLiteral("word ")));
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
    m_composer->setDraft(QStringLiteral("from another chat"));
    m_composer->flushDraft();
    QCOMPARE(drafts.count(), 0);
  }
};

QTEST_MAIN(TestComposer)
#include "tst_composer.moc"
