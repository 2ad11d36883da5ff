// Finding words in a chat.

#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "ui/transcript/transcript_view.h"
#include "ui/window/find_bar.h"

using namespace zipage::ui;

namespace {

MessageItem message(qint64 id, Role role, const QString& text, const QString& reasoning = {}) {
  MessageItem item;
  item.id = id;
  item.role = role;
  item.text = text;
  item.reasoning = reasoning;
  return item;
}

}  // namespace

class TestTranscriptFind final : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<TranscriptModel> m_model;
  std::unique_ptr<TranscriptView> m_view;

 private Q_SLOTS:
  void init() {
    m_model = std::make_unique<TranscriptModel>();
    m_view = std::make_unique<TranscriptView>(*m_model);
    m_view->setTheme(lightTheme(Qt::blue));
    m_view->resize(700, 300);
    m_view->show();
    const QString filler = QStringLiteral("Nothing to see in this paragraph.\n\n").repeated(60);
    m_model->setMessages({message(1, Role::User, "Where is the Needle?"),
                          message(2, Role::Assistant, filler + "Here is a **need**le.\n\n" + filler,
                                  "I look under every haystack.")});
  }

  void cleanup() {
    m_view.reset();
    m_model.reset();
  }

  /// What is selected reads as its source.
  void goesThroughEveryPlaceAndAroundAgain() {
    QVERIFY(m_view->findWords("needle", false));
    QCOMPARE(m_view->selectedText(), QStringLiteral("Needle"));
    QVERIFY(m_view->findWords("needle", false));
    QCOMPARE(m_view->selectedText(), QStringLiteral("**need**le"));
    QVERIFY(m_view->findWords("needle", false));
    QCOMPARE(m_view->selectedText(), QStringLiteral("Needle"));
    QVERIFY(m_view->findWords("needle", true));
    QCOMPARE(m_view->selectedText(), QStringLiteral("**need**le"));
  }

  void bringsThePlaceIntoView() {
    m_view->verticalScrollBar()->setValue(0);
    QVERIFY(m_view->findWords("a needle", false));
    const int value = m_view->verticalScrollBar()->value();
    QVERIFY(value > 100 && value < m_view->verticalScrollBar()->maximum() - 100);
    TextFlow& flow = m_view->layoutOf(1).flow(MessagePart::Text);
    int block = 0;
    while (!flow.blocks()[block].text.startsWith("Here")) ++block;
    const double y = m_view->messageRect(1).top() + flow.topOf(block);
    QVERIFY2(y > 0 && y < m_view->viewport()->height(), qPrintable(QString::number(y)));
  }

  void wordsOfThinkingUnfoldIt() {
    QVERIFY(m_view->findWords("haystack", false));
    QVERIFY(m_view->isThinkingOpen(1));
    QCOMPARE(m_view->selectedText(), QStringLiteral("haystack"));
  }

  void wordsThatGrowKeepTheirPlace() {
    QVERIFY(m_view->findWords("nee", false, true));
    QVERIFY(m_view->findWords("need", false, true));
    QCOMPARE(m_view->selectedText(), QStringLiteral("Need"));
  }

  void whatIsNowhereIsNotFound() {
    QVERIFY(!m_view->findWords("thimble", false));
    QVERIFY(!m_view->findWords("", false));
    QVERIFY(!m_view->hasSelection());
  }

  void enterGoesOnAndEscapeCloses() {
    FindBar bar;
    bar.open();
    auto* words = bar.findChild<QLineEdit*>();
    QSignalSpy edited(&bar, &FindBar::wordsEdited), requested(&bar, &FindBar::findRequested),
        closed(&bar, &FindBar::closed);
    QTest::keyClicks(words, "ab");
    QCOMPARE(edited.count(), 2);
    QTest::keyClick(words, Qt::Key_Return);
    QTest::keyClick(words, Qt::Key_Return, Qt::ShiftModifier);
    QCOMPARE(requested.count(), 2);
    QCOMPARE(requested[0][1].toBool(), false);
    QCOMPARE(requested[1][1].toBool(), true);
    QTest::keyClick(words, Qt::Key_Escape);
    QCOMPARE(closed.count(), 1);
    QVERIFY(bar.isHidden());
  }
};

QTEST_MAIN(TestTranscriptFind)
#include "tst_transcript_find.moc"
