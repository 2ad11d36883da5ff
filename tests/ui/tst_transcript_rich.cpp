// Formulas and coloured code in the transcript: source first, then typeset.

#include <QAbstractTextDocumentLayout>
#include <QPainter>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

#include "ui/transcript/block_document.h"
#include "ui/transcript/transcript_view.h"

using namespace zipage::ui;

namespace {

constexpr double kWidth = 700.0;

TextBlock markdown(const QString& text) { return {TextBlock::Kind::Markdown, text, {}, false}; }

TextLook look(double zoom = 1.0) { return answerLook(lightTheme(Qt::blue), QFont(), zoom); }

int numFormulas(const QTextDocument& document) {
  return static_cast<int>(document.toRawText().count(QChar::ObjectReplacementCharacter));
}

/// Where there is ink in a column of pixels.
QRect inkOf(const BlockDocument& document) {
  QImage image(static_cast<int>(kWidth), static_cast<int>(document.size().height()), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  document.paint(painter, image.rect(), 0, 0);
  painter.end();
  QRect ink;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if (image.pixelColor(x, y).lightness() < 128) ink |= QRect(x, y, 1, 1);
    }
  }
  return ink;
}

}  // namespace

class TestTranscriptRich final : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<RichTexts> m_texts;

  /// Rendered until nothing is missing any more.
  std::unique_ptr<BlockDocument> typeset(const QString& text, double zoom = 1.0) {
    auto document = std::make_unique<BlockDocument>(markdown(text), look(zoom), kWidth, m_texts.get());
    const bool isComplete =
        QTest::qWaitFor([this] { return m_texts->isIdle(); }, 20000) && !document->missing().isEmpty();
    if (isComplete)
      document = std::make_unique<BlockDocument>(markdown(text), look(zoom), kWidth, m_texts.get());
    return document;
  }

 private Q_SLOTS:
  void initTestCase() { m_texts = std::make_unique<RichTexts>(); }
  void cleanupTestCase() { m_texts.reset(); }

  void aFormulaIsItsSourceUntilItIsThere() {
    RichTexts texts;
    const QString text = QStringLiteral("so $x^2$ it is");
    const BlockDocument before(markdown(text), look(), kWidth, &texts);
    QCOMPARE(before.toPlainText(), text);
    QCOMPARE(before.missing().size(), 1);
    QTRY_VERIFY_WITH_TIMEOUT(texts.isIdle(), 20000);
    const BlockDocument after(markdown(text), look(), kWidth, &texts);
    QCOMPARE(numFormulas(after), 1);
    QVERIFY(after.missing().isEmpty());
  }

  void formulasStandWhereTheyWereWritten_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");  // * is a formula, / a new paragraph
    QTest::newRow("inline") << "so $x$, and **$y$**."
                            << "so *, and *.";
    QTest::newRow("displayed") << "$$x$$"
                               << "*";
    QTest::newRow("in a sentence") << "so $$x$$ it is"
                                   << "so/*/it is";
    QTest::newRow("after a line") << "so\n\\[\nx\n\\]\nit is"
                                  << "so/*/it is";
    QTest::newRow("broken") << "so $\\frac{$ it is"
                            << "so $\\frac{$ it is";
    QTest::newRow("in code") << "so `$x$` it is"
                             << "so $x$ it is";
    QTest::newRow("prices") << "from $5 to $10"
                            << "from $5 to $10";
    QTest::newRow("underscores") << "$a_1$ and $b_1$"
                                 << "* and *";
    QTest::newRow("signs at the start of lines") << "$$\na\n= b\n- c\n# {\n$$"
                                                 << "$$\na\n= b\n- c\n# {\n$$";
    QTest::newRow("lists") << "- a $x$\n- \\(y\\)"
                           << "a */*";
    QTest::newRow("in a list") << "1. so\n   $$x$$\n   it is"
                               << "so/*/it is";
    QTest::newRow("in a quote") << "> $$\n> x\n> $$"
                                << "*";
    QTest::newRow("heading") << "# About $x$"
                             << "About *";
    QTest::newRow("bare box") << "So \\boxed{42}."
                              << "So *.";
    QTest::newRow("open box") << "So \\boxed{4"
                              << "So \\boxed{4";
    QTest::newRow("marks of our own") << "a " + QString(QChar(0xfde0)) + "0" + QChar(0xfde1) + " $x$"
                                      << QStringLiteral("a \ufffd0\ufffd *");
  }

  void formulasStandWhereTheyWereWritten() {
    QFETCH(QString, text);
    QFETCH(QString, shown);
    QString raw = typeset(text)->toRawText();
    raw.replace(QChar::ObjectReplacementCharacter, u'*').replace(QChar::ParagraphSeparator, u'/');
    raw.replace(QChar::LineSeparator, u'\n');
    QCOMPARE(raw, shown);
  }

  void aBarInAFormulaDividesNoCell() {
    const auto document = typeset(QStringLiteral("| a | b |\n|---|---|\n| $|x|$ | 2 |\n"));
    QCOMPARE(numFormulas(*document), 1);
    QVERIFY(document->toPlainText().trimmed().endsWith(u'2'));
  }

  void aDisplayedFormulaIsInTheMiddle() {
    const auto document = typeset(QStringLiteral("$$x = 1$$"));
    const QRect ink = inkOf(*document);
    QVERIFY(std::abs(ink.center().x() - kWidth / 2.0) < 8.0);
  }

  void aFormulaSitsOnTheBaseline_data() {
    QTest::addColumn<QString>("formula");
    for (const char* formula :
         {"x", "y", "x^2", "x_1", "\\neq", "\\frac{1}{2}", "\\sum_{i=1}^n 1", "\\binom{n}{k}"})
      QTest::newRow(formula) << QString::fromLatin1(formula);
  }

  // An E of the text and, after what cannot be seen of the formula, an E of its own: both end in the same
  // row.
  void aFormulaSitsOnTheBaseline() {
    QFETCH(QString, formula);
    for (const double zoom : {1.0, 1.5, 3.0}) {
      const int text = inkOf(*typeset(QStringLiteral("E $\\phantom{%1}$").arg(formula), zoom)).bottom();
      const int both = inkOf(*typeset(QStringLiteral("E $\\phantom{%1}E$").arg(formula), zoom)).bottom();
      QVERIFY2(std::abs(text - both) <= 1, qPrintable(QStringLiteral("%1 and %2").arg(text).arg(both)));
    }
  }

  void aWideFormulaIsDrawnSmaller() {
    const auto document = typeset("$$" + QStringLiteral("x + ").repeated(45) + "x$$");
    QCOMPARE(numFormulas(*document), 1);
    QVERIFY(inkOf(*document).right() <= kWidth);
    QVERIFY(inkOf(*document).width() > kWidth * 0.9);
  }

  void whatCannotShrinkEnoughStaysSource() {
    const auto document = typeset("$$" + QStringLiteral("x + ").repeated(200) + "x$$");
    QCOMPARE(numFormulas(*document), 0);
    QVERIFY(document->toPlainText().startsWith(QStringLiteral("$$x + x")));
  }

  void formulasGrowWithTheText() {
    const double small = inkOf(*typeset(QStringLiteral("$\\frac{a}{b}$"), 1.0)).height();
    const double large = inkOf(*typeset(QStringLiteral("$\\frac{a}{b}$"), 2.0)).height();
    QVERIFY(std::abs(large / small - 2.0) < 0.25);
  }

  void aQuestionAndThinkingHaveFormulasToo() {
    const TextBlock plain{TextBlock::Kind::Plain, QStringLiteral("Is *this* $x$?"), {}, false};
    typeset(QStringLiteral("$x$"));
    const BlockDocument document(plain, look(), kWidth, m_texts.get());
    QCOMPARE(numFormulas(document), 1);
    QVERIFY(document.toRawText().startsWith(QStringLiteral("Is *this* ")));
  }

  void codeIsColouredOverItsBlocks() {
    TextFlow flow(TextSource::Markdown, m_texts.get());
    flow.setLook(look(), kWidth);
    flow.setText("```cpp\n/* " + QStringLiteral("a comment\n").repeated(100) + "*/\nint x;\n```\n");
    QCOMPARE(flow.blocks().size(), 2);
    flow.measure(0.0, 1e6);
    QTRY_VERIFY_WITH_TIMEOUT(m_texts->isIdle(), 20000);
    const double height = flow.height();
    flow.takeArrivals();
    flow.measure(0.0, 1e6);
    QCOMPARE(flow.height(), height);
    const auto colorAt = [&](double y) {
      QImage image(400, static_cast<int>(height), QImage::Format_RGB32);
      image.fill(Qt::white);
      QPainter painter(&image);
      flow.paint(painter, image.rect(), {});
      painter.end();
      QSet<QRgb> colors;
      for (int x = 12; x < 200; ++x) {
        for (int row = static_cast<int>(y); row < y + 16; ++row) colors << image.pixel(x, row);
      }
      return colors;
    };
    const QRgb comment = look().code[static_cast<std::size_t>(CodeKind::Comment)].rgb();
    QVERIFY(colorAt(40.0).contains(comment));
    QVERIFY(colorAt(flow.topOf(1) + 40.0).contains(comment));
  }

  void whatIsCopiedIsItsSource_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("paragraph") << "So **bold**, *light*, `code` and $x^2$.";
    QTest::newRow("formula") << "\\[\n x = 1\n\\]";
    QTest::newRow("table") << "| a | b |\n|:--|--:|\n| $|x|$ | 2 |";
    QTest::newRow("list") << "1. one\n   - two $y$\n2. three";
    QTest::newRow("code") << "```cpp\nint x;\n```";
    QTest::newRow("long code") << "```py\n" + QStringLiteral("x = 1\n").repeated(200) + "```";
    QTest::newRow("fences in code") << "````md\n```\nx\n```\n````";
    QTest::newRow("several") << "# Title\n\nText $x$\n\n```c\nint x;\n```\n\n> quote";
  }

  void whatIsCopiedIsItsSource() {
    QFETCH(QString, text);
    typeset(text);
    TextFlow flow(TextSource::Markdown, m_texts.get());
    flow.setLook(look(), kWidth);
    flow.setText(text);
    QCOMPARE(flow.sourceOf(flow.everything()), text);
  }

  void partsAreCopiedWithTheirMarks_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("first");  // selected from the start of this word,
    QTest::addColumn<QString>("last");   // to the end of this one
    QTest::addColumn<QString>("copied");
    QTest::newRow("words") << "So it is **bold** and more"
                           << "it"
                           << "bold"
                           << "it is **bold**";
    QTest::newRow("half of them") << "So **two words** and more"
                                  << "words"
                                  << "and"
                                  << "**words** and";
    QTest::newRow("formula") << "so $x^2$ it is"
                             << "so"
                             << "it"
                             << "so $x^2$ it";
    QTest::newRow("code") << "so `a b` it is"
                          << "b"
                          << "it"
                          << "`b` it";
    QTest::newRow("link") << "so [this link](https://a.example) is"
                          << "so"
                          << "link"
                          << "so [this link](https://a.example)";
    QTest::newRow("list") << "- one\n- two *x*\n- three"
                          << "two"
                          << "three"
                          << "- two *x*\n- three";
    QTest::newRow("numbers") << "1. one\n2. two\n3. three"
                             << "one"
                             << "two"
                             << "1. one\n2. two";
    QTest::newRow("tasks") << "- [x] one\n- [ ] two\n- three"
                           << "one"
                           << "two"
                           << "- [x] one\n- [ ] two";
    QTest::newRow("cells") << "|a|b|\n|---|---|\n|$x$|d|\n|e|f|"
                           << "d"
                           << "f"
                           << "d\ne | f";
    QTest::newRow("code lines") << "```c\nint a;\nint b;\n```"
                                << "a"
                                << "int b"
                                << "a;\nint b";
    QTest::newRow("heading") << "## One two\n\nthree four"
                             << "two"
                             << "three"
                             << "two\n\nthree";
  }

  void partsAreCopiedWithTheirMarks() {
    QFETCH(QString, text);
    QFETCH(QString, first);
    QFETCH(QString, last);
    QFETCH(QString, copied);
    typeset(text);
    TextFlow flow(TextSource::Markdown, m_texts.get());
    flow.setLook(look(), kWidth);
    flow.setText(text);
    const TextRange from = flow.find(first, std::nullopt, false);
    const TextRange to = flow.find(last, from.from, false);
    QCOMPARE(flow.sourceOf({from.from, to.to}), copied);
  }

  void aListCountsFromItsFirstNumber() {
    TextFlow flow(TextSource::Markdown);
    flow.setLook(look(), kWidth);
    flow.setText(QStringLiteral("7. one\n8. two\n9. three"));
    const TextRange two = flow.find(QStringLiteral("two"), std::nullopt, false);
    const TextRange three = flow.find(QStringLiteral("three"), std::nullopt, false);
    QCOMPARE(flow.sourceOf({two.from, three.to}), QStringLiteral("8. two\n9. three"));
  }

  void entriesOfListsAreMarked_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"- x", "1. x", "- [x] x", "- [ ] x", "- a\n  - x"})
      QTest::newRow(text) << QString(text);
  }

  void entriesOfListsAreMarked() {
    QFETCH(QString, text);
    const BlockDocument document(markdown(text), look(), kWidth);
    const QTextBlock last = document.lastBlock();
    const QRectF rect = document.documentLayout()->blockBoundingRect(last);
    QImage image(static_cast<int>(kWidth), static_cast<int>(document.size().height()), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    document.paint(painter, image.rect(), 0, 0);
    painter.end();
    const int textLeft = static_cast<int>(rect.left() + last.layout()->lineAt(0).x());
    int inked = 0;
    for (int y = static_cast<int>(rect.top()); y < image.height(); ++y) {
      for (int x = std::max(0, textLeft - 24); x < textLeft - 1; ++x)
        inked += image.pixelColor(x, y).lightness() < 200 ? 1 : 0;
    }
    QVERIFY(inked > 5);
  }

  void wordsAreCopiedWithoutMarks() {
    const QString text = QStringLiteral("So **bold** and $x^2$.");
    typeset(text);
    TextFlow flow(TextSource::Markdown, m_texts.get());
    flow.setLook(look(), kWidth);
    flow.setText(text);
    QCOMPARE(flow.textOf(flow.everything()), QStringLiteral("So bold and $x^2$."));
  }

  void codeIsReadableInBothThemes() {
    for (const Theme& theme : {lightTheme(Qt::blue), darkTheme(Qt::blue)}) {
      for (const TextLook& shown : {answerLook(theme, QFont(), 1.0), questionLook(theme, QFont(), 1.0)}) {
        for (const QColor& color : shown.code) QVERIFY(contrastRatio(color, shown.surface) >= 4.5);
      }
    }
  }
};

QTEST_MAIN(TestTranscriptRich)
#include "tst_transcript_rich.moc"
