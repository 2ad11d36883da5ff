#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/transcript/reply_texts.h"
#include "ui/transcript/transcript_model.h"

using namespace zipage::ui;

namespace {

MessageItem message(qint64 id, Role role, const QString& text, ReplyState state = ReplyState::Complete) {
  MessageItem item;
  item.id = id;
  item.role = role;
  item.state = state;
  item.text = text;
  return item;
}

}  // namespace

class TestTranscriptModel : public QObject {
  Q_OBJECT

 private:
  TranscriptModel m_model;
  QAbstractItemModelTester m_tester{&m_model, QAbstractItemModelTester::FailureReportingMode::QtTest};

 private Q_SLOTS:
  void anotherBranchKeepsWhatTheBranchesShare() {
    const auto item = [](qint64 id, int numVersions = 1) {
      MessageItem message;
      message.id = id;
      message.numVersions = numVersions;
      return message;
    };
    m_model.setMessages({item(1), item(2), item(3)});
    QSignalSpy resets(&m_model, &QAbstractItemModel::modelReset);
    QSignalSpy removed(&m_model, &QAbstractItemModel::rowsRemoved);
    m_model.setBranch({item(1), item(2, 2), item(4)});
    QCOMPARE(resets.count(), 0);
    QCOMPARE(removed.count(), 1);
    QCOMPARE(m_model.rowCount(), 3);
    QCOMPARE(m_model.at(1).numVersions, 2);
    QCOMPARE(m_model.at(2).id, 4);
    m_model.setBranch({});
    QCOMPARE(m_model.rowCount(), 0);
    m_model.setBranch({item(9)});
    QCOMPARE(m_model.at(0).id, 9);
  }

  void init() {
    m_model.setMessages({message(1, Role::User, QStringLiteral("What is 2 + 2?")),
                         message(2, Role::Assistant, {}, ReplyState::Waiting)});
  }

  void growsByWhatWasGenerated() {
    QSignalSpy changed(&m_model, &QAbstractItemModel::dataChanged);
    m_model.append(2, QStringLiteral("Two and "), {});
    m_model.append(2, QStringLiteral("two."), QStringLiteral("4"));
    QCOMPARE(m_model.at(1).reasoning, QStringLiteral("Two and two."));
    QCOMPARE(m_model.at(1).text, QStringLiteral("4"));
    QCOMPARE(changed.count(), 2);
  }

  void ignoresMessagesOfOtherChats() {
    QSignalSpy changed(&m_model, &QAbstractItemModel::dataChanged);
    m_model.append(99, QStringLiteral("x"), QStringLiteral("y"));
    m_model.update(message(99, Role::Assistant, QStringLiteral("z")));
    QCOMPARE(changed.count(), 0);
    QCOMPARE(m_model.rowCount(), 2);
  }

  void aMessageAddedTwiceStandsOnce() {
    m_model.add(message(3, Role::User, QStringLiteral("And 3 + 3?")));
    m_model.add(message(3, Role::User, QStringLiteral("And 3 + 4?")));
    QCOMPARE(m_model.rowCount(), 3);
    QCOMPARE(m_model.at(2).text, QStringLiteral("And 3 + 4?"));
  }

  void knowsWhetherAReplyIsRunning() {
    QVERIFY(m_model.running() != nullptr);
    m_model.update(message(2, Role::Assistant, QStringLiteral("4")));
    QVERIFY(m_model.running() == nullptr);
  }

  void thinkingIsToldLiveAndAfterwards() {
    MessageItem reply = message(2, Role::Assistant, {}, ReplyState::Thinking);
    reply.reasoning = QStringLiteral("…");
    reply.reasoningMs = 8200;
    reply.reasoningTokens = 210;
    QCOMPARE(thinkingText(reply), QStringLiteral("Thinking… 8 s · 210 tokens"));
    reply.state = ReplyState::Complete;
    reply.reasoningMs = 12000;
    reply.reasoningTokens = 840;
    QCOMPARE(thinkingText(reply), QStringLiteral("Thought for 12 s · 840 tokens"));
    reply.reasoning.clear();
    QVERIFY(thinkingText(reply).isEmpty());
  }

  void anEndIsToldWithItsReason() {
    MessageItem reply = message(2, Role::Assistant, {}, ReplyState::Failed);
    reply.error = QStringLiteral("No memory page is free.");
    QVERIFY(stateText(reply).contains(reply.error));
    reply.state = ReplyState::Interrupted;
    QVERIFY(!stateText(reply).isEmpty());
    reply.state = ReplyState::Complete;
    reply.error = QStringLiteral("Stopped at the limit of 8 new tokens.");
    QCOMPARE(stateText(reply), reply.error);
    reply.error.clear();
    QVERIFY(stateText(reply).isEmpty());
  }

  void figuresComeWithTheFirstToken() {
    MessageItem reply = message(2, Role::Assistant, QStringLiteral("4"));
    QVERIFY(figuresText(reply).isEmpty());
    reply.generatedTokens = 101;
    reply.decodeMs = 2000;
    reply.compressions = 3;
    reply.tokensEvicted = 1536;
    QVERIFY(figuresText(reply).startsWith(QStringLiteral("50.0\u00a0tokens/s")));
    QVERIFY(figuresText(reply).contains(QStringLiteral("3\u00a0compressions")));
  }
};

QTEST_MAIN(TestTranscriptModel)
#include "tst_transcript_model.moc"
