// Repair of text that is not valid UTF-8. The expected values are those of Unicode 15, tables 3-8 to 3-11.
#include <QTest>

#include "engine/store/storable_text.h"

using zipage::storableText;

class TestStorableText : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void validTextStaysAsItIs_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("ascii") << QByteArray("all of\tit\n\x7f");
    QTest::newRow("two bytes") << QByteArray("\xC2\x80\xDF\xBF");
    QTest::newRow("three bytes") << QByteArray("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF");
    QTest::newRow("four bytes") << QByteArray("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
  }

  void validTextStaysAsItIs() {
    QFETCH(QByteArray, text);
    QCOMPARE(QByteArray::fromStdString(storableText(text.toStdString())), text);
  }

  void eachBrokenRunBecomesOneReplacement_data() {
    // In the expected text, '#' stands for U+FFFD.
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const QByteArray& text, const char* expected) {
      QTest::newRow(name) << text << QByteArray(expected).replace('#', "\xEF\xBF\xBD");
    };
    row("NUL", QByteArray("a\0b\0", 4), "a#b#");
    row("a continuation alone", "a\x80z", "a#z");
    row("overlong", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "########A");
    row("surrogates", "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "########A");
    row("beyond the last character", "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "#####A##B");
    row("cut short", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "####A");
    row("cut short at the end", "a\xF0\x9F\x99", "a#");
    row("a lead byte before another", "\xC3\xC3\xA9", "#\xC3\xA9");
  }

  void eachBrokenRunBecomesOneReplacement() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    QCOMPARE(QByteArray::fromStdString(storableText(text.toStdString())), expected);
  }
};

QTEST_GUILESS_MAIN(TestStorableText)
#include "tst_storable_text.moc"
