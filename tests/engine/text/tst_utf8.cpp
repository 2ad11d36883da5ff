// Bytes that come in pieces become valid UTF-8, however they are cut and whatever they are.
#include <QTest>
#include <random>

#include "engine/text/utf8.h"

using namespace zipage;
using namespace std::string_literals;

namespace {

/// All of the text, pushed in pieces that end at the given places.
std::string inPieces(const std::string& bytes, const std::vector<std::size_t>& ends) {
  std::string pending, text;
  std::size_t start = 0;
  for (const std::size_t end : ends) {
    pending += bytes.substr(start, end - start);
    text += takeValidUtf8(pending, false);
    start = end;
  }
  pending += bytes.substr(start);
  return text + takeValidUtf8(pending, true);
}

}  // namespace

class TestUtf8 : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void validTextPassesAtEveryCut() {
    const std::string text = "a\u00E4\u4F60\U0001F600z\0\uFFFF\U0010FFFF\u07FF\u0800\uD7FF\uE000"s;
    for (std::size_t first = 0; first <= text.size(); ++first) {
      for (std::size_t second = first; second <= text.size(); ++second)
        QCOMPARE(inPieces(text, {first, second}), text);
    }
  }

  void nothingOfAnUnfinishedCharacterIsGivenOut() {
    const std::string character = "\U0001F600";
    for (std::size_t length = 1; length < character.size(); ++length) {
      std::string pending = "ab" + character.substr(0, length);
      QCOMPARE(takeValidUtf8(pending, false), std::string("ab"));
      QCOMPARE(pending.size(), length);
      QCOMPARE(takeValidUtf8(pending, true), std::string("\uFFFD"));
      QVERIFY(pending.empty());
    }
  }

  void whatCannotBecomeACharacterIsReplacedOncePerRun_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* name, const char* bytes, const char* text) {
      QTest::newRow(name) << QByteArray(bytes) << QByteArray(text);
    };
    row("a continuation alone", "a\x80z", "a\uFFFDz");
    row("two of them", "\x80\xBF", "\uFFFD\uFFFD");
    row("never a first byte", "\xC0\xC1\xF5\xFF", "\uFFFD\uFFFD\uFFFD\uFFFD");
    row("overlong in two", "\xC0\xAF", "\uFFFD\uFFFD");
    row("overlong in three", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD");
    row("overlong in four", "\xF0\x80\x80\xAF", "\uFFFD\uFFFD\uFFFD\uFFFD");
    row("a surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD");
    row("beyond Unicode", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD");
    row("a start cut short by a letter", "\xE4\xBDz", "\uFFFDz");
    row("a start cut short by a start", "\xF0\x9F\x98\xF0\x9F\x98\x80", "\uFFFD\U0001F600");
    row("the example of the Unicode Standard",
        "a\xF1\x80\x80\xE1\x80\xC2"
        "b\x80"
        "c\x80\xBF"
        "d",
        "a\uFFFD\uFFFD\uFFFD"
        "b\uFFFD"
        "c\uFFFD\uFFFD"
        "d");
  }

  void whatCannotBecomeACharacterIsReplacedOncePerRun() {
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);
    const std::string whole = bytes.toStdString();
    for (std::size_t cut = 0; cut <= whole.size(); ++cut)
      QCOMPARE(inPieces(whole, {cut}), text.toStdString());
  }

  void randomBytesGiveTheSameValidTextInAnyPieces() {
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    for (int round = 0; round < 3000; ++round) {
      std::string bytes;
      for (auto count = random() % 20; count > 0; --count) {
        bytes += static_cast<char>(random() % 3 == 0 ? random() % 256 : 0x80 + random() % 0x80);
      }
      std::vector<std::size_t> everyByte;
      for (std::size_t end = 0; end < bytes.size(); ++end) everyByte.push_back(end);
      const std::string text = inPieces(bytes, {});
      QVERIFY2(inPieces(bytes, everyByte) == text, qPrintable(QString("seed %1").arg(seed)));
      QVERIFY2(QUtf8StringView(text.data(), static_cast<qsizetype>(text.size())).isValidUtf8(),
               qPrintable(QString("seed %1").arg(seed)));
    }
  }
};

QTEST_GUILESS_MAIN(TestUtf8)
#include "tst_utf8.moc"
