// Why a word went or stayed, in one sentence, out of records made by hand.
#include <QTest>

#include "ui/memory/word_verdict.h"

using namespace zipage;
using namespace zipage::ui;

namespace {

/// Two heads of four entries, tokens 0, 2, 3 and 5 of the text; the first keeps 0 and 5, the second 2 and 5.
/// Token 5 is the newest and stays whatever its score.
CompressionRecord record() {
  CompressionRecord made;
  made.isWhole = true;
  made.numLayers = 2;
  made.kvHeads = 1;
  made.numEntries = 4;
  made.keep = 2;
  made.weight = 0.5F;
  made.reasons = {KeepReason::Score, KeepReason::Score, KeepReason::Score, KeepReason::Recent};
  made.positions = {0, 2, 3, 5, 0, 2, 3, 5};
  made.kept = {0, 3, 1, 3};
  made.pooled = {0.8F, 0.1F, 0.7F, 0.9F, 0.2F, 0.8F, 0.1F, 0.9F};
  made.redundancy = {0.1F, 0.1F, 0.9F, 0.1F, 0.1F, 0.1F, 0.1F, 0.1F};
  made.attention = made.global = made.pooled;
  made.cut = {0.35F, 0.35F};
  return made;
}

WordVerdict judge(std::int32_t token) {
  const CompressionRecord made = record();
  return judgeWord(made, CompressionLook(made), token);
}

}  // namespace

class TestWordVerdict final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatEveryHeadHoldsIsSeen() {
    const WordVerdict word = judge(5);
    QCOMPARE(word.numHolding, 2);
    QCOMPARE(word.heads.size(), std::size_t{2});
    QVERIFY2(word.reason.contains(QStringLiteral("newest")), qPrintable(word.reason));
  }

  void whatCameLaterIsSeen() {
    const WordVerdict word = judge(9);
    QCOMPARE(word.numHolding, 2);
    QVERIFY2(word.reason.contains(QStringLiteral("came after")), qPrintable(word.reason));
  }

  void littleAttentionIsAReason() {
    const WordVerdict word = judge(2);
    QCOMPARE(word.numHolding, 1);
    QCOMPARE(word.numEvicting, 1);
    QVERIFY2(word.reason.contains(QStringLiteral("little attention")), qPrintable(word.reason));
    QVERIFY2(word.reason.startsWith(QStringLiteral("1 of 2")), qPrintable(word.reason));
  }

  void repetitionIsAReason() {
    const CompressionRecord made = [] {
      CompressionRecord one = record();
      one.kept = {0, 3, 2, 3};  // the second head keeps token 3
      return one;
    }();
    const WordVerdict word = judgeWord(made, CompressionLook(made), 3);
    QCOMPARE(word.numEvicting, 1);
    QVERIFY2(word.reason.contains(QStringLiteral("say the same")), qPrintable(word.reason));
  }

  void whatWentBeforeIsSaid() {
    const WordVerdict word = judge(1);
    QCOMPARE(word.numHolding, 0);
    QCOMPARE(word.numEvicting, 0);
    QVERIFY2(word.reason.contains(QStringLiteral("earlier compression")), qPrintable(word.reason));
  }

  void withoutScoresNothingIsMadeUp() {
    CompressionRecord made = record();
    made.pooled.clear();
    made.redundancy.clear();
    made.attention.clear();
    made.global.clear();
    const WordVerdict word = judgeWord(made, CompressionLook(made), 2);
    QCOMPARE(word.numEvicting, 1);
    QVERIFY2(!word.reason.contains(QStringLiteral("score")), qPrintable(word.reason));
  }
};

QTEST_MAIN(TestWordVerdict)
#include "tst_word_verdict.moc"
