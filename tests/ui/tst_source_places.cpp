// Where rendered words stand in what was written.
#include <QTest>

#include "ui/transcript/source_places.h"

using namespace zipage::ui;

class TestSourcePlaces final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void wordsAreFound_data() {
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("written");
    const auto row = [](const char* name, const char* shown, const char* source, const char* word) {
      QTest::newRow(name) << QString::fromUtf8(shown) << QString::fromUtf8(source) << QString::fromUtf8(word)
                          << QString::fromUtf8(word);
    };
    row("plain", "one two three", "one two three", "two");
    row("bold", "they have 37 apples", "they have **37** apples", "apples");
    row("heading", "Title here", "## Title here", "here");
    row("link", "see this page now", "see [this page](https://example.com/a/very/long/path) now", "now");
    row("list", "first\u2029second", "- first\n- second", "second");
    row("code", "int x;\u2029return x;", "```cpp\nint x;\nreturn x;\n```", "return");
    row("table", "a\u2029b\u20291\u20292", "| a | b |\n|---|---|\n| 1 | 2 |", "2");
    row("after a formula", "so \uFFFC is right", "so $x^2 + y$ is right", "right");
    QTest::newRow("marks inside") << "foobar end"
                                  << "foo**bar** end"
                                  << "foobar"
                                  << "foo**bar";
  }

  void wordsAreFound() {
    QFETCH(QString, shown);
    QFETCH(QString, source);
    QFETCH(QString, word);
    QFETCH(QString, written);
    const std::vector<int> places = sourcePlaces(shown, source);
    QCOMPARE(static_cast<qsizetype>(places.size()), shown.size());
    const auto from = static_cast<std::size_t>(shown.indexOf(word));
    const int first = places[from], last = places[from + static_cast<std::size_t>(word.size()) - 1];
    QVERIFY(first >= 0 && last >= first);
    QCOMPARE(source.mid(first, last + 1 - first), written);
  }

  void formulasStandWhereTheyBegin() {
    const QString source = QStringLiteral("so $x$ and \\(y\\) here");
    const std::vector<int> places = sourcePlaces(QStringLiteral("so \uFFFC and \uFFFC here"), source);
    QCOMPARE(places[3], 3);
    QCOMPARE(places[9], 11);
  }

  void placesOnlyGoForward() {
    const QString source = QStringLiteral("the cat and the dog and the cat");
    const std::vector<int> places = sourcePlaces(source, source);
    for (std::size_t i = 0; i < places.size(); ++i) QCOMPARE(places[i], static_cast<int>(i));
  }

  void whatWasNeverWrittenStandsNowhere() {
    const std::vector<int> places = sourcePlaces(QStringLiteral("other words"), QStringLiteral("$$$"));
    for (const int place : places) QVERIFY(place < 0);
    QVERIFY(sourcePlaces(QString(), QStringLiteral("text")).empty());
  }
};

QTEST_MAIN(TestSourcePlaces)
#include "tst_source_places.moc"
