// labels: timed
// What a transcript must bear: very long messages, many of them, and Markdown made to hurt.

#include <QElapsedTimer>
#include <QScrollBar>
#include <QTest>

#include "ui/transcript/transcript_accessible.h"
#include "ui/transcript/transcript_view.h"

using namespace zipage::ui;

namespace {

constexpr qsizetype kMebibyte = 1 << 20;

MessageItem message(qint64 id, Role role, const QString& text, ReplyState state = ReplyState::Complete) {
  MessageItem item;
  item.id = id;
  item.role = role;
  item.text = text;
  item.state = state;
  return item;
}

QString words(qsizetype length) {
  return QStringLiteral("the quick brown fox jumps over it ").repeated(length / 34 + 1).left(length);
}

}  // namespace

class TestTranscriptLoad final : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<TranscriptModel> m_model;
  std::unique_ptr<TranscriptView> m_view;

  qint64 paintMs() {
    QElapsedTimer timer;
    timer.start();
    m_view->grab();
    return timer.elapsed();
  }

 private Q_SLOTS:
  void init() {
    m_model = std::make_unique<TranscriptModel>();
    m_view = std::make_unique<TranscriptView>(*m_model);
    m_view->setTheme(lightTheme(Qt::blue));
    m_view->resize(900, 600);
    m_view->show();
  }

  void cleanup() {
    m_view.reset();
    m_model.reset();
  }

  void aMebibyteIsShownAtOnce_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("one word") << QString(kMebibyte, QLatin1Char('a'));
    QTest::newRow("one line") << words(kMebibyte);
    QTest::newRow("paragraphs") << (words(400) + "\n\n").repeated(kMebibyte / 402);
    QTest::newRow("one code block") << "```\n" + QStringLiteral("int x = 1;\n").repeated(kMebibyte / 11);
    QTest::newRow("one list") << QStringLiteral("- entry\n\n").repeated(kMebibyte / 9);
    QTest::newRow("blank lines") << QString(kMebibyte, QLatin1Char('\n'));
    QTest::newRow("quotes") << QString(kMebibyte, QLatin1Char('>'));
    QTest::newRow("brackets") << QString(kMebibyte, QLatin1Char('['));
    QTest::newRow("stars") << QStringLiteral("*a **").repeated(kMebibyte / 5);
    QTest::newRow("nested list") << QStringLiteral("- ").repeated(kMebibyte / 2);
    QTest::newRow("one formula") << "$$" + QString(kMebibyte, QLatin1Char('x')) + "$$";
    QTest::newRow("formulas") << QStringLiteral("$x$ ").repeated(kMebibyte / 4);
    QTest::newRow("dollars") << QString(kMebibyte, QLatin1Char('$'));
    QTest::newRow("open parentheses") << QStringLiteral("\\( ").repeated(kMebibyte / 3);
    QTest::newRow("open boxes") << QStringLiteral("\\boxed{").repeated(kMebibyte / 7);
    QTest::newRow("fences") << QStringLiteral("```\n").repeated(kMebibyte / 4);
    QTest::newRow("open fence in C++")
        << "```cpp\n" + QStringLiteral("/* \" ' R\"(\n").repeated(kMebibyte / 10);
    QTest::newRow("one line of code") << "```js\n" + QString(kMebibyte, QLatin1Char('/')) + "\n```";
    QTest::newRow("backticks") << QStringLiteral("`a``").repeated(kMebibyte / 4);
    QTest::newRow("half characters") << QString(kMebibyte, QChar(0xd800));
    QTest::newRow("half characters in a formula") << "$" + QString(200, QChar(0xdc00)) + "$";
    QTest::newRow("characters that are none") << QString(kMebibyte, QChar(0xfde0));
    QTest::newRow("nulls") << QString(kMebibyte, QChar(0));
    QTest::newRow("frames of a document") << QStringLiteral("\ufdd0\ufdd1").repeated(kMebibyte / 2);
    QTest::newRow("wide table") << "|" + QStringLiteral("a|").repeated(2000) + "\n|" +
                                       QStringLiteral("-|").repeated(2000) + "\n|" +
                                       QStringLiteral("b|").repeated(2000);
  }

  void aMebibyteIsShownAtOnce() {
    QFETCH(QString, text);
    QElapsedTimer timer;
    timer.start();
    m_model->setMessages({message(1, Role::Assistant, text), message(2, Role::User, text)});
    m_view->grab();
    m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->maximum() / 3);
    m_view->grab();
    m_view->verticalScrollBar()->setValue(0);
    m_view->grab();
    QVERIFY2(timer.elapsed() < 15000, qPrintable(QString::number(timer.elapsed())));
  }

  void aLongReplyGrowsAsQuicklyAsAShortOne() {
    const QString paragraph = words(400) + QStringLiteral("\n\n");
    m_model->setMessages({message(1, Role::Assistant, paragraph.repeated(1000), ReplyState::Answering)});
    m_view->grab();
    QElapsedTimer timer;
    timer.start();
    constexpr int kFrames = 50;
    for (int i = 0; i < kFrames; ++i) {
      m_model->append(1, {}, QStringLiteral("more words "));
      m_view->renderNow();
      m_view->grab();
    }
    QVERIFY2(timer.elapsed() / kFrames < 33, qPrintable(QString::number(timer.elapsed() / kFrames)));
  }

  void onlyTheTailIsRenderedAgain() {
    const QString paragraph = words(400) + QStringLiteral("\n\n");
    m_model->setMessages({message(1, Role::User, paragraph),
                          message(2, Role::Assistant, paragraph.repeated(20), ReplyState::Answering)});
    m_view->grab();
    const int question = m_view->layoutOf(0).flow(MessagePart::Text).numRendered();
    const int answer = m_view->layoutOf(1).flow(MessagePart::Text).numRendered();
    constexpr int kFrames = 10;
    for (int i = 0; i < kFrames; ++i) {
      m_model->append(2, {}, QStringLiteral("more "));
      m_view->renderNow();
    }
    QCOMPARE(m_view->layoutOf(0).flow(MessagePart::Text).numRendered(), question);
    QVERIFY(m_view->layoutOf(1).flow(MessagePart::Text).numRendered() <= answer + 2 * kFrames);
  }

  void hundredsOfMessagesOpenAndScrollQuickly() {
    QVector<MessageItem> messages;
    for (int i = 0; i < 400; ++i) {
      messages << message(2 * i + 1, Role::User, words(200));
      messages << message(2 * i + 2, Role::Assistant,
                          words(600) + "\n\n```\n" + words(300) + "\n```\n\n" + words(300));
    }
    QElapsedTimer timer;
    timer.start();
    m_model->setMessages(messages);
    m_view->grab();
    QVERIFY2(timer.elapsed() < 500, qPrintable(QString::number(timer.elapsed())));
    for (int step = 0; step < 20; ++step) {
      m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->maximum() * step / 20);
      QVERIFY2(paintMs() < 100, "scrolling must stay fluent");
    }
  }

  void scrollingUpThroughUnseenTextDoesNotJump() {
    QString text;
    for (int i = 0; i < 400; ++i) text += words(20 + i * 37 % 900) + QStringLiteral("\n\n");
    m_model->setMessages({message(1, Role::Assistant, text)});
    m_view->grab();
    QScrollBar* bar = m_view->verticalScrollBar();
    TextFlow& flow = m_view->layoutOf(0).flow(MessagePart::Text);
    constexpr int kStep = 20;
    for (int step = 0; step < 200; ++step) {
      const double flowTop = m_view->messageRect(0).top() + bar->value();
      const int block = flow.blockAt(bar->value() - flowTop + 300);  // in the middle of the window
      const double before = flow.topOf(block) - bar->value();
      bar->setValue(bar->value() - kStep);
      const double moved = flow.topOf(block) - bar->value() - before;
      QVERIFY2(std::abs(moved - kStep) <= 1.0, qPrintable(QStringLiteral("moved by %1").arg(moved)));
    }
  }

  void aScreenReaderFindsEveryMessage() {
    m_model->setMessages({message(1, Role::User, "Why?"), message(2, Role::Assistant, "Because.")});
    TranscriptAccessible list(m_view.get());
    QCOMPARE(list.childCount(), 2);
    QVERIFY(list.child(0)->text(QAccessible::Name).contains("Why?"));
    QVERIFY(list.child(1)->text(QAccessible::Name).contains("Because."));
    QCOMPARE(list.indexOfChild(list.child(1)), 1);
    QVERIFY(!list.child(0)->rect().isEmpty());
  }
};

QTEST_MAIN(TestTranscriptLoad)
#include "tst_transcript_load.moc"
