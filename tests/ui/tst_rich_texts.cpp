// Formulas and colours of code, made by the scripts that come with the program.

#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTest>

#include "ui/rich/rich_script.h"
#include "ui/rich/rich_texts.h"

using namespace zipage::ui;

namespace {

QStringList wordsOfKind(const CodeKey& key, const CodeSpans& spans, CodeKind kind) {
  QStringList words;
  for (const CodeSpan& span : spans) {
    if (span.kind == kind) words << key.code.mid(span.from, span.length).trimmed();
  }
  return words;
}

}  // namespace

class TestRichTexts final : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<RichScript> m_script;

  bool typesets(const QString& source) { return !m_script->typeset({source, true}).isEmpty(); }

 private Q_SLOTS:
  void initTestCase() { m_script = std::make_unique<RichScript>(); }
  void cleanupTestCase() { m_script.reset(); }

  void formulasBecomePictures_data() {
    QTest::addColumn<QString>("source");
    QTest::newRow("letter") << QStringLiteral("x");
    QTest::newRow("fraction") << QStringLiteral("\\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}");
    QTest::newRow("box") << QStringLiteral("\\boxed{37}");
    QTest::newRow("integral") << QStringLiteral("\\int_0^\\infty e^{-x^2}\\,dx");
    QTest::newRow("tall matrix") << QStringLiteral(
        "\\begin{pmatrix} 1 \\\\ 2 \\\\ 3 \\\\ 4 \\\\ 5 \\\\ 6 \\end{pmatrix}");
    QTest::newRow("lines") << QStringLiteral("\\begin{align*} a &= b \\\\ &= c \\end{align*}");
    QTest::newRow("tag") << QStringLiteral("a = b \\tag{3}");
    QTest::newRow("cases") << QStringLiteral("\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{else} \\end{cases}");
    QTest::newRow("frame") << QStringLiteral("\\begin{array}{|c|} \\hline a \\\\ \\hline \\end{array}");
    QTest::newRow("brace") << QStringLiteral("\\underbrace{a + b + c + d}_{n}");
    QTest::newRow("chemistry") << QStringLiteral("\\ce{2H2 + O2 -> 2H2O}");
    QTest::newRow("umlaut") << QStringLiteral("\\text{für}");
  }

  void formulasBecomePictures() {
    QFETCH(QString, source);
    for (const bool isDisplay : {false, true}) {
      const FormulaPicture picture = m_script->typeset({source, isDisplay});
      QVERIFY(!picture.isEmpty());
      QVERIFY(picture.width > 0.3 && picture.ascent > 0.3);
      QSvgRenderer renderer;
      QVERIFY(renderer.load(picture.svg));
      QCOMPARE(picture.svg.count("<svg"), 1);
      QVERIFY(std::abs(renderer.viewBoxF().width() / 1000.0 - picture.width) < 0.01);
    }
  }

  void aFormulaSitsOnTheBaseline() {
    const FormulaPicture flat = m_script->typeset({QStringLiteral("x"), false});
    const FormulaPicture deep = m_script->typeset({QStringLiteral("y"), false});
    QVERIFY(flat.descent < 0.05);
    QVERIFY(deep.descent > 0.15);
  }

  void wordsInABoxKeepTheirSpaces() {
    const auto widthOf = [this](const char* source) {
      return m_script->typeset({QLatin1String(source), false}).width;
    };
    QCOMPARE(widthOf("\\boxed{Alice is a knight}"), widthOf("\\boxed{\\text{Alice is a knight}}"));
    QVERIFY(widthOf("\\boxed{x y}") < widthOf("\\boxed{\\text{x y}}"));
  }

  void brokenFormulasFail_data() {
    QTest::addColumn<QString>("source");
    QTest::newRow("open brace") << QStringLiteral("\\frac{1");
    QTest::newRow("unknown command") << QStringLiteral("\\nosuchcommand");
    QTest::newRow("open environment") << QStringLiteral("\\begin{align} a");
    QTest::newRow("link") << QStringLiteral("\\href{https://example.com}{x}");
    QTest::newRow("style") << QStringLiteral("\\style{fill:url(https://example.com)}{x}");
    QTest::newRow("package") << QStringLiteral("\\require{html} x");
    QTest::newRow("surrogate") << QString(QChar(0xd800));
    QTest::newRow("definition of itself") << QStringLiteral("\\def\\a{\\a}\\a");
    QTest::newRow("growing definition") << QStringLiteral("\\def\\a{x\\a}\\a");
    QTest::newRow("doubling definition") << QStringLiteral("\\def\\a{\\a\\a}\\a");
    QTest::newRow("mebibyte") << QString(1 << 20, QLatin1Char('x'));
    QTest::newRow("braces") << QString(4000, QLatin1Char('{'));
  }

  void brokenFormulasFail() {
    QFETCH(QString, source);
    QVERIFY(!typesets(source));
    QVERIFY(typesets(QStringLiteral("x")));
  }

  void hostileFormulasEnd_data() {
    QTest::addColumn<QString>("source");
    QTest::newRow("nested fractions")
        << QStringLiteral("\\frac{1}{").repeated(300) + "x" + QString(300, u'}');
    QTest::newRow("nested boxes") << QStringLiteral("\\boxed{").repeated(400) + "x" + QString(400, u'}');
    QTest::newRow("nested exponents") << QStringLiteral("x^{").repeated(900) + "x" + QString(900, u'}');
    QTest::newRow("doubling") << QStringLiteral(
        "\\def\\a{xxxxxxxx}\\def\\b{\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b}\\def\\d{\\c\\c\\c\\c}\\d\\d\\d\\d");
    QTest::newRow("wide matrix") << "\\begin{matrix}" + QStringLiteral("1&").repeated(1900) + "\\end{matrix}";
  }

  void hostileFormulasEnd() {
    QFETCH(QString, source);
    typesets(source);
    QVERIFY(typesets(QStringLiteral("x")));
  }

  void whatAFormulaDefinesIsForgotten() {
    QVERIFY(typesets(QStringLiteral("\\newcommand{\\R}{\\mathbb{R}} \\R")));
    QVERIFY(!typesets(QStringLiteral("\\R")));
    const double before = m_script->typeset({QStringLiteral("\\frac{1}{2}"), false}).width;
    QVERIFY(typesets(QStringLiteral("\\def\\frac{12345}\\frac")));
    QCOMPARE(m_script->typeset({QStringLiteral("\\frac{1}{2}"), false}).width, before);
  }

  void codeIsColoured() {
    const CodeKey key{QStringLiteral("def f(x):\n  return 'a' + 42  # why\n"), QStringLiteral("python")};
    const CodeSpans spans = m_script->highlight(key);
    QCOMPARE(wordsOfKind(key, spans, CodeKind::Keyword), QStringList({"def", "return"}));
    QCOMPARE(wordsOfKind(key, spans, CodeKind::Function), QStringList({"f"}));
    QCOMPARE(wordsOfKind(key, spans, CodeKind::String), QStringList({"'a'"}));
    QCOMPARE(wordsOfKind(key, spans, CodeKind::Number), QStringList({"42"}));
    QCOMPARE(wordsOfKind(key, spans, CodeKind::Comment), QStringList({"# why"}));
  }

  void commentsBetweenSlashesAreColoured() {
    const CodeKey key{QStringLiteral("int x; // one\n/* two\n three */ int y;"), QStringLiteral("cpp")};
    QCOMPARE(wordsOfKind(key, m_script->highlight(key), CodeKind::Comment),
             QStringList({"// one", "/* two\n three */"}));
  }

  void manyLanguagesAreKnown_data() {
    QTest::addColumn<QString>("code");
    QTest::newRow("c") << QStringLiteral("int x = 1; // c");
    QTest::newRow("cpp") << QStringLiteral("auto x = 1; // c");
    QTest::newRow("C++") << QStringLiteral("auto x = 1; // c");
    QTest::newRow("javascript") << QStringLiteral("const x = 1;");
    QTest::newRow("js") << QStringLiteral("const x = 1;");
    QTest::newRow("typescript") << QStringLiteral("let x: number = 1;");
    QTest::newRow("json") << QStringLiteral("{\"a\": 1}");
    QTest::newRow("bash") << QStringLiteral("for x in 1; do echo \"$x\"; done");
    QTest::newRow("sh") << QStringLiteral("echo 'a' # c");
    QTest::newRow("rust") << QStringLiteral("fn main() { let x = 1; }");
    QTest::newRow("go") << QStringLiteral("func main() { x := 1 }");
    QTest::newRow("java") << QStringLiteral("class A { int x = 1; }");
    QTest::newRow("sql") << QStringLiteral("SELECT 1 FROM a");
    QTest::newRow("html") << QStringLiteral("<b class=\"x\">y</b>");
    QTest::newRow("css") << QStringLiteral("a { color: red; }");
    QTest::newRow("yaml") << QStringLiteral("a: 1 # c");
    QTest::newRow("markdown") << QStringLiteral("# Title");
    QTest::newRow("diff") << QStringLiteral("-old\n+new\n");
    QTest::newRow("cmake") << QStringLiteral("if(A)\nendif() # c");
    QTest::newRow("latex") << QStringLiteral("\\frac{1}{2} % c");
    QTest::newRow("dockerfile") << QStringLiteral("FROM debian:12");
    QTest::newRow("kotlin") << QStringLiteral("val x = 1");
    QTest::newRow("php") << QStringLiteral("<?php echo 1;");
  }

  void manyLanguagesAreKnown() {
    QFETCH(QString, code);
    const CodeSpans spans = m_script->highlight({code, QLatin1String(QTest::currentDataTag())});
    QVERIFY(!spans.isEmpty());
    int end = 0;
    for (const CodeSpan& span : spans) {
      QVERIFY(span.from >= end && span.length > 0);
      QVERIFY(static_cast<int>(span.kind) < kNumCodeKinds);
      end = span.from + span.length;
    }
    QVERIFY(end <= code.size());
  }

  void codeThatCannotBeColouredStaysPlain_data() {
    QTest::addColumn<QString>("language");
    QTest::addColumn<QString>("code");
    QTest::newRow("no language") << QString() << QStringLiteral("int x = 1;");
    QTest::newRow("unknown") << QStringLiteral("klingon") << QStringLiteral("int x = 1;");
    QTest::newRow("a method") << QStringLiteral("extend") << QStringLiteral("int x = 1;");
    QTest::newRow("of the object") << QStringLiteral("__proto__") << QStringLiteral("int x = 1;");
    QTest::newRow("endless line") << QStringLiteral("cpp") << QString(1 << 20, QLatin1Char('"'));
    QTest::newRow("long line") << QStringLiteral("cpp") << QString(5000, QLatin1Char('/'));
  }

  void codeThatCannotBeColouredStaysPlain() {
    QFETCH(QString, language);
    QFETCH(QString, code);
    QVERIFY(m_script->highlight({code, language}).isEmpty());
  }

  void colouringEndsAtItsLimit() {
    RichScript hasty(std::chrono::milliseconds(0));
    QTest::qWait(2);
    const CodeKey key{QStringLiteral("int x = 1; // c\n").repeated(100), QStringLiteral("cpp")};
    QVERIFY(hasty.highlight(key).isEmpty());
    QVERIFY(!m_script->highlight(key).isEmpty());
  }

  void aFormulaArrivesOnceAskedFor() {
    RichTexts texts;
    QSignalSpy arrived(&texts, &RichTexts::arrived);
    const FormulaKey good{QStringLiteral("x^2"), false}, bad{QStringLiteral("\\frac{"), false};
    QVERIFY(texts.formula(good) == nullptr);
    QVERIFY(texts.formula(bad) == nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(texts.isIdle(), 20000);
    QVERIFY(!arrived.isEmpty());
    QVERIFY(!texts.formula(good)->isEmpty());
    QVERIFY(texts.formula(bad)->isEmpty());
  }

  void growingCodeKeepsTheColoursOfItsBeginning() {
    RichTexts texts;
    const CodeKey half{QStringLiteral("int x;"), QStringLiteral("cpp")};
    const CodeKey whole{QStringLiteral("int x; int y;"), QStringLiteral("cpp")};
    QVERIFY(texts.colors(half).spans.isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(texts.colors(half).isFinal, 20000);
    const RichTexts::Colors meanwhile = texts.colors(whole);
    QVERIFY(!meanwhile.isFinal);
    QCOMPARE(meanwhile.spans, texts.colors(half).spans);
    QTRY_VERIFY_WITH_TIMEOUT(texts.colors(whole).isFinal, 20000);
    QCOMPARE(texts.colors(whole).spans.size(), 2 * meanwhile.spans.size());
  }

  void endingWithWorkLeftIsSafe() {
    RichTexts texts;
    for (int i = 0; i < 2000; ++i) texts.formula({QStringLiteral("x_{%1}").arg(i), false});
    QVERIFY(!texts.isIdle());
  }
};

QTEST_MAIN(TestRichTexts)
#include "tst_rich_texts.moc"
