// A reply falls apart into reasoning and answer at its marks, however the text is cut into pushes.
#include <QTest>

#include "engine/text/reasoning_parser.h"

using namespace zipage;

namespace {

using Pieces = std::pair<std::string, std::string>;  // reasoning, answer

Pieces parse(const std::vector<std::string>& pushes, bool startsInside, const ReasoningMarks& marks = {}) {
  ReasoningParser parser(marks, startsInside);
  Pieces all;
  const auto keep = [&](const ReasoningPiece& piece) {
    all.first += piece.reasoning;
    all.second += piece.answer;
  };
  for (const std::string& text : pushes) keep(parser.push(text));
  keep(parser.finish());
  return all;
}

}  // namespace

class TestReasoningParser : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aContinuationKeepsTheLineEndsItBeginsWith() {
    ReasoningParser answer({}, false, true);
    QCOMPARE(answer.push("\n\nSecond paragraph").answer, std::string("\n\nSecond paragraph"));
    ReasoningParser thought({}, true, true);
    QCOMPARE(thought.push("\nmore").reasoning, std::string("\nmore"));
  }

  void repliesFallApartAtTheirMarks_data() {
    QTest::addColumn<QString>("reply");
    QTest::addColumn<bool>("startsInside");
    QTest::addColumn<QString>("reasoning");
    QTest::addColumn<QString>("answer");
    QTest::newRow("both") << "<think>\nWhy?\n</think>\n\nSo." << false << "Why?\n"
                          << "So.";
    QTest::newRow("open mark in the prompt") << "\nWhy?</think>\n\nSo." << true << "Why?"
                                             << "So.";
    QTest::newRow("no reasoning") << "So <b>it</b> is." << false << ""
                                  << "So <b>it</b> is.";
    QTest::newRow("never closed") << "<think>Why?</thin" << false << "Why?</thin"
                                  << "";
    QTest::newRow("empty reasoning") << "<think>\n\n</think>\n\nSo." << false << ""
                                     << "So.";
    QTest::newRow("twice") << "<think>a</think>b<think>c</think>d" << false << "ac"
                           << "bd";
    QTest::newRow("almost a mark") << "<<think>a<</think></think>" << false << "a<"
                                   << "<";
    QTest::newRow("closed twice") << "<think>a</think>b</think>\nc" << false << "a"
                                  << "bc";
    QTest::newRow("indented answer") << "<think>a</think>\n\n  b\n\nc\n"
                                     << false << "a"
                                     << "  b\n\nc\n";
    QTest::newRow("a close mark outside") << "a</think>b" << false << ""
                                          << "a</think>b";
    QTest::newRow("nothing") << "" << false << ""
                             << "";
  }

  void repliesFallApartAtTheirMarks() {
    QFETCH(QString, reply);
    QFETCH(bool, startsInside);
    QFETCH(QString, reasoning);
    QFETCH(QString, answer);
    const std::string text = reply.toStdString();
    const Pieces expected(reasoning.toStdString(), answer.toStdString());
    std::vector<std::string> characters;
    for (const char character : text) characters.emplace_back(1, character);
    QVERIFY(parse(characters, startsInside) == expected);
    for (std::size_t first = 0; first <= text.size(); ++first) {
      for (std::size_t second = first; second <= text.size(); ++second) {
        const auto got = parse(
            {text.substr(0, first), text.substr(first, second - first), text.substr(second)}, startsInside);
        QVERIFY2(got == expected, qPrintable(QString("cut at %1 and %2").arg(first).arg(second)));
      }
    }
  }

  void textThatCannotBeAMarkIsGivenOutAtOnce() {
    ReasoningParser parser;
    QCOMPARE(parser.push("So a <").answer, std::string("So a "));
    QCOMPARE(parser.push("b>").answer, std::string("<b>"));
    QCOMPARE(parser.push("<think").answer, std::string());
    QVERIFY(!parser.isInsideReasoning());
    const ReasoningPiece piece = parser.push(">x");
    QCOMPARE(piece.reasoning, std::string("x"));
    QVERIFY(parser.isInsideReasoning());
    QCOMPARE(parser.push("y</th").reasoning, std::string("y"));
    QCOMPARE(parser.finish().reasoning, std::string("</th"));
  }

  void otherMarksServeAsWell() {
    const ReasoningMarks marks{"[THINK]", "[/THINK]"};
    QVERIFY(parse({"[THI", "NK]a[/THIN", "K]b<think>"}, false, marks) == Pieces("a", "b<think>"));
  }

  void emptyMarksNeverMatch() {
    QVERIFY(parse({"a<think>b"}, false, {"", ""}) == Pieces("", "a<think>b"));
    QVERIFY(parse({"a</think>b"}, true, {"", ""}) == Pieces("a</think>b", ""));
  }
};

QTEST_GUILESS_MAIN(TestReasoningParser)
#include "tst_reasoning_parser.moc"
