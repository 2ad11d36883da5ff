// Versions in the real window: asked for, switched, edited, continued, cut short, deleted and brought back,
// and there again at the next start.
#include "tests/app/gui/open_window.h"

using namespace zipage;
using namespace zipage::test;
using ui::ReplyState;

class TestWindowBranches final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void aReplyGetsAnotherVersionAndArrowsSwitchBetweenThem() {
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
      open.ask(kQuestion);
      QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
      const qint64 first = open.last().id;
      open.press(Qt::Key_R, Qt::ControlModifier);
      QTRY_VERIFY_WITH_TIMEOUT(open.last().id != first && open.isAnswered(), kAnswerMs);
      QCOMPARE(open.numMessages(), 2);
      QCOMPARE(open.last().version, 2);
      QCOMPARE(open.last().numVersions, 2);
      open.press(Qt::Key_Left, Qt::AltModifier);
      QCOMPARE(open.last().id, first);
      open.press(Qt::Key_Left, Qt::AltModifier);  // there is nothing before the first
      QCOMPARE(open.last().id, first);
      open.press(Qt::Key_Right, Qt::AltModifier);
      QCOMPARE(open.last().version, 2);
      open.press(Qt::Key_Left, Qt::AltModifier);
    }
    OpenWindow again;
    again.application.chats().selectChat(again.application.chats().chatItems().constFirst().id);
    QCOMPARE(again.last().version, 1);
    QCOMPARE(again.last().numVersions, 2);
    QVERIFY(!again.last().text.isEmpty());
  }

  void anEditedQuestionStandsBesideTheFirst() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(QStringLiteral("What is 2 + 3?"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    const QStringList before = shownTexts(open);
    open.press(Qt::Key_Up);
    QCOMPARE(open.composer().text(), QStringLiteral("What is 2 + 3?"));
    open.press(Qt::Key_Backspace);
    open.press(Qt::Key_Backspace);
    open.type(QStringLiteral("4?"));
    open.press(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered() && open.messages().at(0).text != before.first(), kAnswerMs);
    QCOMPARE(open.messages().at(0).text, QStringLiteral("What is 2 + 4?"));
    QCOMPARE(open.messages().at(0).numVersions, 2);
    open.press(Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(shownTexts(open), before);
    QVERIFY(open.composer().text().isEmpty());
  }

  void severalAnswersAreVersionsWithAVote() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    ui::GenerationSettings settings = greedySettings();
    settings.numAnswers = 3;
    open.changeSettings(settings);
    open.ask(kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(open.last().version, 1);
    QCOMPARE(open.last().numVersions, 3);
    // Greedy answers agree, whatever they say.
    QVERIFY2(open.last().vote.startsWith(QStringLiteral("3 of 3 say ")), qPrintable(open.last().vote));
    const QString text = open.last().text;
    open.press(Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(open.last().version, 2);
    QCOMPARE(open.last().text, text);
  }

  void aStoppedReplyGoesOnWhereItBrokeOff() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(open.isThinking(), kAnswerMs);
    open.press(Qt::Key_Escape);
    QCOMPARE(open.last().state, ReplyState::Stopped);
    const ui::MessageItem stopped = open.last();
    QVERIFY(!stopped.reasoning.isEmpty());
    open.press(Qt::Key_Return, Qt::AltModifier);
    QVERIFY(ui::isRunning(open.last().state));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(open.last().id, stopped.id);
    QCOMPARE(open.last().state, ReplyState::Complete);
    QVERIFY(open.last().reasoning.startsWith(stopped.reasoning));
    QVERIFY(open.last().reasoning.size() > stopped.reasoning.size());
    QVERIFY(!open.last().text.isEmpty());
    QVERIFY(open.last().generatedTokens > stopped.generatedTokens);
  }

  void theThinkingCanBeEndedByHand() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(open.isThinking(), kAnswerMs);
    QVERIFY(open.part<QPushButton>("answerNowButton").isVisible());
    open.press(Qt::Key_E, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(open.last().state, ReplyState::Complete);
    QVERIFY(!open.last().text.contains(QStringLiteral("think>")));
    QVERIFY(!open.last().reasoning.contains(QStringLiteral("think>")));
    QVERIFY(!open.last().text.isEmpty());
  }

  void theThinkingEndsAtItsBudget() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    ui::GenerationSettings settings = greedySettings();
    settings.thinkingTokens = 40;
    open.changeSettings(settings);
    open.ask(kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(open.last().state, ReplyState::Complete);
    // The ending itself is written inside the reasoning, up to its mark.
    QVERIFY2(open.last().reasoningTokens >= 40 && open.last().reasoningTokens <= 43,
             qPrintable(QString::number(open.last().reasoningTokens)));
    QVERIFY(!open.last().text.isEmpty());
  }

  void whatIsDeletedComesBackWithUndo() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(QStringLiteral("What is 2 + 3?"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    const QStringList before = shownTexts(open);
    Q_EMIT open.transcript().commanded(open.messages().at(0).id, ui::MessageCommand::Delete);
    QCOMPARE(open.numMessages(), 0);
    QTest::mouseClick(open.notice().findChild<QPushButton*>(), Qt::LeftButton);
    QCOMPARE(shownTexts(open), before);
    Q_EMIT open.transcript().commanded(open.last().id, ui::MessageCommand::Delete);
    QCOMPARE(open.numMessages(), 1);
    open.press(Qt::Key_R, Qt::ControlModifier);  // the question is answered again
    QTRY_VERIFY_WITH_TIMEOUT(open.numMessages() == 2 && open.isAnswered(), kAnswerMs);
    QCOMPARE(shownTexts(open), before);
  }

  void deletingWhileAReplyIsWrittenEndsIt() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(open.isThinking(), kAnswerMs);
    Q_EMIT open.transcript().commanded(open.messages().at(0).id, ui::MessageCommand::Delete);
    QVERIFY(!open.application.chats().isGenerating());
    QCOMPARE(open.numMessages(), 0);
  }

  void aLongPromptCanBeStoppedWhileItIsRead() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const QString longText = QString(kQuestion).repeated(70);
    Q_EMIT open.composer().sendRequested(longText, {});
    QTRY_VERIFY_WITH_TIMEOUT(open.last().state == ReplyState::Reading, kAnswerMs);
    open.press(Qt::Key_Escape);
    QCOMPARE(open.last().state, ReplyState::Stopped);
    QVERIFY(!open.application.chats().isGenerating());
  }

 private:
  std::unique_ptr<Profile> m_profile;
};

QTEST_MAIN(TestWindowBranches)
#include "tst_window_branches.moc"
