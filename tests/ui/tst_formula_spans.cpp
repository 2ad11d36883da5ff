// What is a formula in a text, and what is not.

#include <QTest>

#include "ui/transcript/formula_spans.h"

using namespace zipage::ui;

namespace {

/// Every formula as "source", displayed ones as "[source]", open ones with "…" at their end.
QStringList found(const QString& text) {
  QStringList list;
  for (const FormulaSpan& span : formulasIn(text)) {
    const QString source = span.key.source + (span.isClosed ? QString() : QStringLiteral("…"));
    list << (span.key.isDisplay ? "[" + source + "]" : source);
  }
  return list;
}

}  // namespace

class TestFormulaSpans final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void formulasAreFound_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("formulas");
    QTest::newRow("dollars") << "so $x^2$ and $y$." << QStringList{"x^2", "y"};
    QTest::newRow("double dollars") << "$$x = 1$$" << QStringList{"[x = 1]"};
    QTest::newRow("parentheses") << "so \\(x\\), \\( y \\)" << QStringList{"x", "y"};
    QTest::newRow("brackets") << "\\[\n  x = 1\n\\]" << QStringList{"[x = 1]"};
    QTest::newRow("over lines") << "$a\n+ b$" << QStringList{"a\n+ b"};
    QTest::newRow("punctuation after") << "($x$), $y$; “$z$”" << QStringList{"x", "y", "z"};
    QTest::newRow("letter after") << "the $n$th" << QStringList{"n"};
    QTest::newRow("escaped inside") << "$\\$5 + x$" << QStringList{"\\$5 + x"};
    QTest::newRow("environment") << "\\begin{align}\na &= b\n\\end{align}"
                                 << QStringList{"[\\begin{align}\na &= b\n\\end{align}]"};
    QTest::newRow("bare box") << "The answer is \\boxed{\\frac{1}{2}}."
                              << QStringList{"\\boxed{\\frac{1}{2}}"};
    QTest::newRow("box in dollars") << "$\\boxed{37}$" << QStringList{"\\boxed{37}"};
    QTest::newRow("after a price") << "it costs $5 for $x$ items" << QStringList{"x"};
    QTest::newRow("after code") << "`$a` costs `$b` and $c$" << QStringList{"c"};
    QTest::newRow("in emphasis") << "**$x$**" << QStringList{"x"};
    QTest::newRow("in a cell") << "| $|x|$ | $y$ |" << QStringList{"|x|", "y"};
    QTest::newRow("still growing") << "so\n$$ x = 1" << QStringList{"[x = 1…]"};
  }

  void formulasAreFound() {
    QFETCH(QString, text);
    QFETCH(QStringList, formulas);
    QCOMPARE(found(text), formulas);
  }

  void otherTextIsLeftAlone_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("prices") << "from $5 to $10";
    QTest::newRow("range") << "$5-$10";
    QTest::newRow("currency codes") << "US$5 and US$10";
    QTest::newRow("one price") << "It costs $5.";
    QTest::newRow("space first") << "a $ b$ c";
    QTest::newRow("space last") << "a $b $ c";
    QTest::newRow("escaped") << "\\$x\\$";
    QTest::newRow("blank line") << "$a\n\nb$";
    QTest::newRow("blank line in brackets") << "\\[a\n  \nb\\]";
    QTest::newRow("code") << "`$x$` and ``\\(`y`\\)``";
    QTest::newRow("shell") << "`echo $HOME $PATH`";
    QTest::newRow("link target") << "[a](https://example.com/$x$)";
    QTest::newRow("bare link") << "<https://example.com/$x$>";
    QTest::newRow("empty") << "$$ $$ \\(\\) \\[ \\]";
    QTest::newRow("open") << "so \\(x and $y";
    QTest::newRow("open box") << "\\boxed{4";
    QTest::newRow("open environment") << "\\begin{align} x";
    QTest::newRow("escaped backslash") << "\\\\(x\\\\)";
  }

  void otherTextIsLeftAlone() {
    QFETCH(QString, text);
    QCOMPARE(found(text), QStringList());
  }

  void spansHoldTheirDelimiters() {
    const QString text = QStringLiteral("a $x$ b \\[y\\] c \\boxed{z}");
    QStringList spans;
    for (const FormulaSpan& span : formulasIn(text)) spans << text.mid(span.from, span.length);
    QCOMPARE(spans, QStringList({"$x$", "\\[y\\]", "\\boxed{z}"}));
  }

  void hostileTextsAreReadAtOnce_data() {
    QTest::addColumn<QString>("part");
    for (const char* part :
         {"$", "$a ", "\\(", "\\[", "`", "``` ", "\\boxed{", "\\begin{a}", "<a:", "](", "$$a "})
      QTest::newRow(part) << QString::fromLatin1(part);
  }

  void hostileTextsAreReadAtOnce() {
    QFETCH(QString, part);
    const QString text = part.repeated(4000 / part.size());
    qsizetype end = 0;
    for (const FormulaSpan& span : formulasIn(text)) {
      QVERIFY(span.from >= end && span.length > 0);
      end = span.from + span.length;
    }
    QVERIFY(end <= text.size());
  }
};

QTEST_MAIN(TestFormulaSpans)
#include "tst_formula_spans.moc"
