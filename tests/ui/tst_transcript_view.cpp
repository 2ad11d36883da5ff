#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "ui/transcript/transcript_view.h"

using namespace zipage::ui;

namespace {

MessageItem question(qint64 id, const QString& text) {
  MessageItem item;
  item.id = id;
  item.text = text;
  return item;
}

MessageItem reply(qint64 id, ReplyState state, const QString& text = {}, const QString& reasoning = {}) {
  MessageItem item;
  item.id = id;
  item.role = Role::Assistant;
  item.state = state;
  item.text = text;
  item.reasoning = reasoning;
  return item;
}

QString paragraphs(int count) {
  QString text;
  for (int i = 0; i < count; ++i) text += QStringLiteral("Paragraph %1 of a long text.\n\n").arg(i);
  return text;
}

}  // namespace

class TestTranscriptView : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<TranscriptModel> m_model;
  std::unique_ptr<TranscriptView> m_view;

  QString visibleText(int row) {
    TextFlow& flow = m_view->layoutOf(row).flow(MessagePart::Text);
    return flow.textOf(flow.everything());
  }

  bool isAtTail() const {
    return m_view->verticalScrollBar()->value() == m_view->verticalScrollBar()->maximum();
  }

 private Q_SLOTS:
  void arrowsAndButtonsUnderAMessageAreAskedFor() {
    MessageItem answer = reply(2, ReplyState::Complete, QStringLiteral("Four."));
    answer.version = 1;
    answer.numVersions = 3;
    answer.generatedTokens = 5;
    m_model->setMessages({question(1, QStringLiteral("What is 2 + 2?")), answer});
    QSignalSpy commanded(m_view.get(), &TranscriptView::commanded);
    QSignalSpy edited(m_view.get(), &TranscriptView::editRequested);
    const auto click = [this](int row, int fromRight) {
      const QRect rect = m_view->messageRect(row);
      QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, rect.bottomRight() - QPoint(fromRight, 12));
    };
    const QRect footer = m_view->messageRect(1);
    // From left to right: an arrow that is off, "1 / 3", an arrow; at the right end: again, copy, more.
    for (int x = 0; x < 100; ++x) {
      QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, {footer.left() + x, footer.bottom() - 12});
      if (commanded.count() > 0) break;
    }
    QCOMPARE(commanded.count(), 1);
    QCOMPARE(commanded[0][0].toLongLong(), 2);
    QCOMPARE(commanded[0][1].value<MessageCommand>(), MessageCommand::NextVersion);
    click(1, 60);
    QCOMPARE(commanded.count(), 2);
    QCOMPARE(commanded[1][1].value<MessageCommand>(), MessageCommand::Regenerate);
    click(0, 60);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(edited[0][0].toLongLong(), 1);
  }

  void anotherBranchLeavesTheReaderWhereHeWas() {
    QVector<MessageItem> messages;
    for (qint64 id = 1; id <= 40; ++id) {
      messages << (id % 2 == 1 ? question(id, QStringLiteral("Question %1").arg(id))
                               : reply(id, ReplyState::Complete, paragraphs(3)));
    }
    m_model->setMessages(messages);
    m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->maximum() / 2);
    int row = 1;
    while (m_view->messageRect(row).top() < 100) row += 2;
    const int before = m_view->messageRect(row).top();
    messages.resize(row + 1);
    messages[row].id = 1000;
    messages[row].text = paragraphs(40);
    messages[row].numVersions = 2;
    m_view->showBranch(messages);
    QCOMPARE(m_view->numMessages(), row + 1);
    QVERIFY(qAbs(m_view->messageRect(row).top() - before) <= 1);  // heights are fractions of pixels
    QCOMPARE(m_view->messageWithVersions(), 1000);
  }

  void filesOfAQuestionCanBeOpened() {
    MessageItem asked = question(1, QStringLiteral("What is in it?"));
    asked.attachments = {{QStringLiteral("a.txt"), QStringLiteral("text")}};
    m_model->setMessages({asked});
    QSignalSpy opened(m_view.get(), &TranscriptView::fileActivated);
    const QRect rect = m_view->messageRect(0);
    QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, rect.topLeft() + QPoint(60, 20));
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened[0][0].value<AttachmentItem>().text, QStringLiteral("text"));
  }

  void init() {
    m_model = std::make_unique<TranscriptModel>();
    m_view = std::make_unique<TranscriptView>(*m_model);
    m_view->setTheme(lightTheme(Qt::blue));
    m_view->resize(900, 500);
    m_view->show();
    m_model->setMessages({question(1, QStringLiteral("What is 2 + 2?")), reply(2, ReplyState::Waiting)});
  }

  void cleanup() {
    m_view.reset();
    m_model.reset();
  }

  void aReplyGrowsOnTheScreen() {
    m_model->append(2, {}, QStringLiteral("The answer "));
    m_model->append(2, {}, QStringLiteral("is **4**."));
    QTRY_COMPARE(visibleText(1), QStringLiteral("The answer is 4."));
  }

  void manyPiecesAreRenderedTogether() {
    QCOMPARE(visibleText(1), QString());
    for (int i = 0; i < 100; ++i) m_model->append(2, {}, QStringLiteral("x"));
    QCOMPARE(visibleText(1), QString());
    QTRY_COMPARE(visibleText(1).size(), 100);
  }

  void theColumnIsAtMost760Wide() {
    m_view->resize(1600, 500);
    QCOMPARE(m_view->messageRect(0).width(), 760);
    const int left = m_view->messageRect(0).left();
    QVERIFY(std::abs(left - (m_view->viewport()->width() - 760 - left)) <= 1);
    m_view->resize(500, 500);
    QVERIFY(m_view->messageRect(0).width() < 500);
  }

  void followsTheTailWhileItGrows() {
    m_model->append(2, {}, paragraphs(60));
    QTRY_VERIFY(m_view->verticalScrollBar()->maximum() > 500);
    QVERIFY(isAtTail());
    const int before = m_view->verticalScrollBar()->maximum();
    m_model->append(2, {}, paragraphs(60));
    QTRY_VERIFY(m_view->verticalScrollBar()->maximum() > before);
    QVERIFY(isAtTail());
  }

  void staysWhereTheReaderScrolledTo() {
    m_model->append(2, {}, paragraphs(60));
    QTRY_VERIFY(m_view->verticalScrollBar()->maximum() > 500);
    QSignalSpy following(m_view.get(), &TranscriptView::followingChanged);
    m_view->verticalScrollBar()->setValue(100);
    QVERIFY(!m_view->isFollowing());
    QCOMPARE(following.count(), 1);
    const int place = m_view->verticalScrollBar()->value();
    m_model->append(2, {}, paragraphs(60));
    QTRY_VERIFY(m_view->verticalScrollBar()->maximum() > 2 * 500);
    QVERIFY(std::abs(m_view->verticalScrollBar()->value() - place) <= 2);
    m_view->followTail();
    QVERIFY(m_view->isFollowing() && isAtTail());
  }

  void thinkingIsFoldedUntilItIsOpened() {
    m_model->setMessages({question(1, QStringLiteral("Why?")),
                          reply(2, ReplyState::Complete, QStringLiteral("Because."), paragraphs(5))});
    QVERIFY(!m_view->isThinkingOpen(1));
    const int folded = m_view->messageRect(1).height();
    m_view->toggleLastThinking();
    QVERIFY(m_view->isThinkingOpen(1));
    QVERIFY(m_view->messageRect(1).height() > folded + 50);
    m_view->toggleLastThinking();
    QCOMPARE(m_view->messageRect(1).height(), folded);
  }

  void anOpenThinkingStaysOpenWhileTheReplyGrows() {
    m_model->update(reply(2, ReplyState::Thinking, {}, QStringLiteral("Two and two")));
    QTRY_VERIFY(m_view->layoutOf(1).hasThinking());
    m_view->setThinkingOpen(1, true);
    m_model->append(2, QStringLiteral(" are four."), {});
    m_model->update(
        reply(2, ReplyState::Answering, QStringLiteral("4"), QStringLiteral("Two and two are four.")));
    QTRY_COMPARE(visibleText(1), QStringLiteral("4"));
    QVERIFY(m_view->isThinkingOpen(1));
  }

  void markupOfStrangersStaysText_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("shown");
    QTest::newRow("html") << "<b>bold</b> <img src=\"file:///etc/passwd\">"
                          << "<b>bold</b>";
    QTest::newRow("image") << "![a picture](https://example.org/x.png)"
                           << "[image: a picture]";
  }

  void markupOfStrangersStaysText() {
    QFETCH(QString, source);
    QFETCH(QString, shown);
    m_model->update(reply(2, ReplyState::Complete, source));
    QTRY_VERIFY2(visibleText(1).contains(shown), qPrintable(visibleText(1)));
    QVERIFY(!visibleText(1).contains(QChar(QChar::ObjectReplacementCharacter)));
  }

  void aQuestionIsShownAsItWasTyped() {
    m_model->update(question(1, QStringLiteral("Is *this* bold?\n  # no")));
    QTRY_COMPARE(visibleText(0), QStringLiteral("Is *this* bold?\n  # no"));
  }

  void everythingCanBeSelected() {
    m_model->update(reply(2, ReplyState::Complete, QStringLiteral("The answer is **4**.")));
    QTRY_COMPARE(visibleText(1), QStringLiteral("The answer is 4."));
    m_view->selectAll();
    QCOMPARE(m_view->selectedText(), QStringLiteral("What is 2 + 2?\n\nThe answer is **4**."));
  }

  void onlyWhatIsSeenIsRendered() {
    QVector<MessageItem> messages;
    for (qint64 id = 1; id <= 400; ++id) messages << reply(id, ReplyState::Complete, paragraphs(3));
    m_model->setMessages(messages);
    int rendered = 0;
    for (int row = 0; row < 400; ++row)
      rendered += m_view->layoutOf(row).flow(MessagePart::Text).numRendered() > 0;
    QVERIFY(rendered > 0);
    QVERIFY2(rendered < 60, qPrintable(QString::number(rendered)));
  }

  void anotherChatStartsAtItsEnd() {
    m_model->append(2, {}, paragraphs(60));
    QTRY_VERIFY(m_view->verticalScrollBar()->maximum() > 500);
    m_view->verticalScrollBar()->setValue(0);
    m_model->setMessages({reply(5, ReplyState::Complete, paragraphs(80))});
    QVERIFY(m_view->isFollowing());
    QTRY_VERIFY(isAtTail());
  }

  void largerTextNeedsMoreRoom() {
    m_model->append(2, {}, paragraphs(10));
    QTRY_VERIFY(m_view->messageRect(1).height() > 100);
    const int before = m_view->messageRect(1).height();
    m_view->setZoom(1.5);
    QVERIFY(m_view->messageRect(1).height() > before);
  }
};

QTEST_MAIN(TestTranscriptView)
#include "tst_transcript_view.moc"
