#include <QTest>

#include "engine/trace/compression_look.h"
#include "tests/support/compression_records.h"

using namespace zipage;
using namespace zipage::test;

class TestCompressionLook : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTokenHasAFate() {
    const auto record = recordOf({"s-+P rr", "s++- +r"});
    QCOMPARE(record->keep, 5);
    const CompressionLook look(*record);
    QCOMPARE(look.lastToken(), 6);
    const std::vector<Fate> first{Fate::Sink,       Fate::Evicted, Fate::ByScore, Fate::Pinned,
                                  Fate::GoneBefore, Fate::Recent,  Fate::Recent,  Fate::Newer};
    for (int token = 0; token < 8; ++token)
      QCOMPARE(look.verdict(0, token).fate, first[static_cast<std::size_t>(token)]);
  }

  void scoresAreThoseOfTheEntry() {
    const auto record = recordOf({"s-+ rr"});
    record->weight = 0.75F;
    const CompressionLook look(*record);
    const Verdict verdict = look.verdict(0, 2);
    QCOMPARE(verdict.entry, 2);
    QCOMPARE(verdict.pooled, 0.502F);
    QCOMPARE(verdict.attention, 0.251F);
    QCOMPARE(verdict.redundancy, 0.25F);
    QCOMPARE(verdict.score, 0.75F * 0.502F - 0.25F * 0.25F);
    QCOMPARE(verdict.cut, 0.5F);
    QCOMPARE(look.verdict(0, 4).entry, 3);  // the fourth entry is the fifth token
  }

  void headsThatHoldATokenAreCounted() {
    const auto record = recordOf({"+-+ r", "-++ r", "+ +-r"});
    const CompressionLook look(*record);
    QCOMPARE(look.headsHolding(), (std::vector<std::uint16_t>{2, 1, 3, 0, 3}));
    QCOMPARE(look.headsBefore(), (std::vector<std::uint16_t>{3, 2, 3, 1, 3}));
  }

  void aHistogramCountsEveryScoreOnce() {
    const auto record = recordOf({"s--++-+P+rr", "s++--+-+-rr"});
    const CompressionLook look(*record);
    for (const int head : {-1, 0, 1}) {
      const ScoreHistogram histogram = look.histogram(head, 7);
      QCOMPARE(histogram.bins.size(), std::size_t{7});
      std::int64_t kept = 0, evicted = 0;
      for (const ScoreBin& bin : histogram.bins) {
        kept += bin.kept;
        evicted += bin.evicted;
        // The cut lies between what went and what stayed.
        QVERIFY(bin.evicted == 0 || bin.from < histogram.cut);
        QVERIFY(bin.kept == 0 || bin.from + histogram.binWidth >= histogram.cut);
      }
      const int heads = head < 0 ? 2 : 1;
      QCOMPARE(kept + evicted + histogram.numProtected, std::int64_t{11} * heads);
      QCOMPARE(evicted, head < 0 ? 7 : head == 0 ? 3 : 4);
    }
  }

  void onlyProtectedEntriesHaveNoHistogram() {
    const auto record = recordOf({"ssrr"});
    const ScoreHistogram histogram = CompressionLook(*record).histogram(-1, 5);
    QVERIFY(histogram.bins.empty());
    QCOMPARE(histogram.numProtected, std::int64_t{4});
  }

  void agreementIsFullWhereAllKeepTheSame() {
    const auto same = recordOf({"+-+r", "+-+r"});
    QCOMPARE(CompressionLook(*same).agreement(), (std::vector<float>{1.0F, 1.0F}));
    const auto apart = recordOf({"+-r", "-+r"});
    QCOMPARE(CompressionLook(*apart).agreement(), (std::vector<float>{0.5F, 0.5F}));
    const auto alone = recordOf({"+-r"});
    QCOMPARE(CompressionLook(*alone).agreement(), (std::vector<float>{1.0F}));
  }

  void ageTellsOldFromNew() {
    const auto record = recordOf({"++---", "---++"});
    const std::vector<float> ages = CompressionLook(*record).meanAge();
    QCOMPARE(ages[0], 0.875F);
    QCOMPARE(ages[1], 0.125F);
  }

  void stretchesOfTheTextAddUpToWhatIsKept() {
    const auto record = recordOf({"++--+-r", "-+-++-r"});
    const CompressionLook look(*record);
    for (const int bins : {1, 3, 7, 100}) {
      const std::vector<float> shares = look.heldByStretch(look.equalStretches(bins));
      const auto perHead = shares.size() / 2;
      QCOMPARE(perHead, static_cast<std::size_t>(std::min(bins, 7)));
      for (const float share : shares) QVERIFY(share >= 0.0F && share <= 1.0001F);
    }
    QCOMPARE(look.heldByStretch(look.equalStretches(7))[1], 1.0F);
    QCOMPARE(look.heldByStretch(look.equalStretches(7))[2], 0.0F);
  }

  void stretchesGrowWithTheirAge() {
    const auto record = recordOf({"++--+-+-r+"});
    const CompressionLook look(*record);
    QCOMPARE(look.stretchesByAge(2), (std::vector<std::int32_t>{0, 2, 6, 8}));
    QCOMPARE(look.heldByStretch(look.stretchesByAge(2)), (std::vector<float>{1.0F, 0.25F, 0.5F, 1.0F}));
    QCOMPARE(look.stretchesByAge(10), std::vector<std::int32_t>{0});
    QCOMPARE(look.stretchesByAge(100), std::vector<std::int32_t>{0});
    QCOMPARE(look.heldByStretch({0}), std::vector<float>{0.6F});
  }

  void equalStretchesCoverTheText() {
    const auto record = recordOf({"++--+-+-r+"});
    const CompressionLook look(*record);
    QCOMPARE(look.equalStretches(4), (std::vector<std::int32_t>{0, 3, 5, 8}));
    QCOMPARE(look.equalStretches(100).size(), std::size_t{10});
  }
};

QTEST_GUILESS_MAIN(TestCompressionLook)
#include "tst_compression_look.moc"
