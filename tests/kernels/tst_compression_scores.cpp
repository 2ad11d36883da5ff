// Steps 1 to 4 of a compression: attention of the window, running score, pooling, redundancy.
#include <QtTest>

#include "tests/kernels/compression_case.h"

using namespace zipage;
using namespace zipage::test;

class TestCompressionScores : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void windowScoresMatchTheDefinition_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("numEntries");
    QTest::newRow("1 entry") << int(DataType::F32) << 64 << 1 << 16 << 1;
    QTest::newRow("31 entries") << int(DataType::F16) << 80 << 3 << 16 << 31;
    QTest::newRow("257 entries") << int(DataType::BF16) << 96 << 4 << 32 << 257;
    QTest::newRow("700 entries") << int(DataType::F32) << 128 << 8 << 256 << 700;
    QTest::newRow("wide head") << int(DataType::BF16) << 256 << 2 << 32 << 100;
    // Every head with every page, groups of 1 to 8 in turn, lengths that fill no page.
    constexpr DataType kTypes[] = {DataType::F32, DataType::F16, DataType::BF16};
    int row = 0;
    for (const int headDim : {64, 80, 96, 128, 256}) {
      for (const int pageTokens : {16, 32, 64, 128, 256}) {
        const DataType type = kTypes[row % 3];
        const int group = 1 + row % 8, numEntries = pageTokens + 1 + 7 * (row % 5);
        QTest::addRow("%s, head of %d, pages of %d, group of %d", layoutOf(type).name, headDim, pageTokens,
                      group)
            << int(type) << headDim << group << pageTokens << numEntries;
        ++row;
      }
    }
  }
  void windowScoresMatchTheDefinition() {
    QFETCH(int, type);
    QFETCH(int, headDim);
    QFETCH(int, group);
    QFETCH(int, pageTokens);
    QFETCH(int, numEntries);
    const TestDevice device(2);
    CompressionCase c(static_cast<DataType>(type), group, headDim, pageTokens, numEntries);
    const auto attention = c.windowScores(device);
    QVERIFY(relativeError(attention, c.expectedAttention()) < 1e-5);
  }

  void entryNewerThanARowIsMaskedForIt() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 2, 64, 16, 40);
    const auto attention = c.windowScores(device);
    const auto expected = c.expectedAttention();
    QVERIFY(relativeError(attention, expected) < 1e-5);
    // Only the newest row sees the last entry: its mean is at most 1 / rows.
    QVERIFY(attention[39] > 0.0F);
    QVERIFY(attention[39] <= 1.0F / CompressionCase::kWindowTokens + 1e-6F);
  }

  void fewerRowsThanTheWindowAreAveraged() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 2, 64, 16, 50);
    c.numRows = 3;
    QVERIFY(relativeError(c.windowScores(device), c.expectedAttention()) < 1e-5);
  }

  void hugeScoresDoNotOverflow() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 2, 64, 16, 60, 300.0F);
    QVERIFY(relativeError(c.windowScores(device), c.expectedAttention()) < 1e-3);
  }

  void everyEntryTellsItsToken() {
    const TestDevice device;
    for (const int numEntries : {1, 16, 31, 300}) {
      CompressionCase c(DataType::F32, 2, 64, 16, numEntries);
      for (std::int32_t& position : c.pool.positions) position = c.random.below(1 << 20);
      std::vector<std::int32_t> positions(c.count() + 1, -7);
      device->gatherPositions(device.queue(), {c.entries(), positions.data()});
      c.forEachEntry([&](int layer, int head, int j, std::size_t i) {
        QCOMPARE(positions[i], c.pool.position(layer, head, c.table, j));
      });
      QCOMPARE(positions.back(), -7);
    }
  }

  void runningScoreDecaysForOldEntriesOnly() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 1, 64, 16, 33);
    const auto attention = c.random.normals(c.count());
    auto global = poisoned(c.count());
    auto pooled = poisoned(c.count());
    device->fuseScores(device.queue(), {.entries = c.entries(),
                                        .attention = attention.data(),
                                        .numScored = 20,
                                        .decay = 0.8F,
                                        .poolKernel = 1,
                                        .global = global.data(),
                                        .pooled = pooled.data()});
    c.forEachEntry([&](int layer, int head, int j, std::size_t i) {
      const float old = c.pool.score(layer, head, c.table, j);
      QCOMPARE(global[i], j < 20 ? std::max(attention[i], 0.8F * old) : attention[i]);
      QCOMPARE(pooled[i], global[i]);
    });
  }

  void poolingTakesTheLargestNeighbourWithinTheRow() {
    const TestDevice device;
    for (const int numEntries : {1, 2, 31, 257}) {
      CompressionCase c(DataType::F32, 1, 64, 16, numEntries);
      const auto attention = c.random.normals(c.count());
      for (const int kernel : {3, 5, 9}) {
        auto global = poisoned(c.count());
        auto pooled = poisoned(c.count());
        device->fuseScores(device.queue(), {.entries = c.entries(),
                                            .attention = attention.data(),
                                            .poolKernel = kernel,
                                            .global = global.data(),
                                            .pooled = pooled.data()});
        c.forEachEntry([&](int, int, int j, std::size_t i) {
          float largest = attention[i];
          for (int o = -kernel / 2; o <= kernel / 2; ++o) {
            if (j + o >= 0 && j + o < numEntries) largest = std::max(largest, attention[i + o]);
          }
          QCOMPARE(pooled[i], largest);
        });
      }
    }
  }

  void redundancyMatchesTheDefinition_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("numEntries");
    QTest::addColumn<int>("segment");
    QTest::addColumn<bool>("even");
    QTest::addColumn<bool>("positionFree");
    QTest::addColumn<bool>("interleaved");
    QTest::addColumn<float>("repeatWeight");
    QTest::newRow("1 entry") << int(DataType::F32) << 64 << 32 << 1 << 256 << false << true << false << 0.3F;
    QTest::newRow("31 entries") << int(DataType::F16) << 80 << 16 << 31 << 16 << false << true << true
                                << 0.3F;
    QTest::newRow("257 entries") << int(DataType::BF16) << 96 << 32 << 257 << 256 << false << true << false
                                 << 1.0F;
    QTest::newRow("700 entries") << int(DataType::F32) << 64 << 64 << 700 << 256 << false << true << false
                                 << 0.0F;
    QTest::newRow("as cached") << int(DataType::F32) << 128 << 256 << 300 << 256 << false << false << false
                               << 0.0F;
    QTest::newRow("compare all") << int(DataType::F32) << 64 << 128 << 300 << 0 << false << true << false
                                 << 0.3F;
    QTest::newRow("odd segment") << int(DataType::F32) << 64 << 32 << 100 << 33 << false << true << true
                                 << 0.5F;
    QTest::newRow("wide head") << int(DataType::BF16) << 256 << 16 << 97 << 0 << false << true << false
                               << 0.3F;
    QTest::newRow("head of 96, as cached")
        << int(DataType::F16) << 96 << 64 << 130 << 64 << false << false << false << 0.3F;
    QTest::newRow("head of 128, interleaved")
        << int(DataType::BF16) << 128 << 128 << 129 << 256 << false << true << true << 0.3F;
    QTest::newRow("one even segment")
        << int(DataType::F32) << 64 << 32 << 90 << 100 << true << true << false << 0.3F;
    QTest::newRow("even segments") << int(DataType::F32) << 64 << 32 << 257 << 128 << true << true << false
                                   << 0.3F;
    QTest::newRow("even segments of one")
        << int(DataType::F16) << 64 << 32 << 40 << 1 << true << true << false << 0.3F;
  }
  void redundancyMatchesTheDefinition() {
    QFETCH(int, type);
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, numEntries);
    QFETCH(int, segment);
    QFETCH(bool, even);
    QFETCH(bool, positionFree);
    QFETCH(bool, interleaved);
    QFETCH(float, repeatWeight);
    const TestDevice device(2);
    CompressionCase c(static_cast<DataType>(type), 1, headDim, pageTokens, numEntries);
    c.segmentTokens = segment;
    c.evenSegments = even;
    c.positionFree = positionFree;
    c.repeatWeight = repeatWeight;
    c.style = interleaved ? RopeStyle::Interleaved : RopeStyle::HalfSplit;
    c.writeRepeatingKeys();
    const auto expected = c.expectedRedundancy();
    QVERIFY(relativeError(c.redundancy(device), expected) < 1e-5);
  }

  void whatIsSaidAgainLaterIsBlamedMore() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 1, 64, 16, 64);
    c.positionFree = false;
    const auto repeated = c.random.normals(64);
    for (const int j : {20, 60}) c.writeKey(j, repeated);
    const auto plain = c.redundancy(device);
    QVERIFY(plain[20] < 2.0F * plain[60]);
    c.repeatWeight = 0.3F;
    const auto weighted = c.redundancy(device);
    QVERIFY(weighted[20] > 2.0F * weighted[60]);
  }

  void ofRepeatedKeysTheNewestIsBlamedLeast() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 1, 64, 16, 12);
    c.positionFree = false;
    c.segmentTokens = 12;
    const auto repeated = c.random.normals(64);
    for (const int j : {2, 5, 9}) c.writeKey(j, repeated);
    const auto scores = c.redundancy(device);
    QVERIFY(scores[2] > 1.3F * scores[5]);
    QVERIFY(scores[5] > 1.3F * scores[9]);
  }

  void zeroKeysGiveNumbers() {
    const TestDevice device;
    CompressionCase c(DataType::F32, 1, 64, 16, 40);
    for (int j = 0; j < 40; j += 3) c.writeKey(j, std::vector<float>(64, 0.0F));
    QVERIFY(relativeError(c.redundancy(device), c.expectedRedundancy()) < 1e-5);
    for (int j = 0; j < 40; ++j) c.writeKey(j, std::vector<float>(64, 0.0F));
    for (const float score : c.redundancy(device)) QVERIFY(std::abs(score - 1.0F / 40.0F) < 1e-6F);
  }

  // Products of 16-bit numbers where the device has them, scores in float32 all the same.
  void fastScoresStayWithinRounding_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("numEntries");
    QTest::addColumn<int>("segment");
    QTest::newRow("1 entry") << 64 << 1 << 16 << 1 << 512;
    QTest::newRow("2 entries") << 128 << 4 << 16 << 2 << 512;
    QTest::newRow("31 entries") << 80 << 3 << 16 << 31 << 16;
    QTest::newRow("127 entries") << 128 << 5 << 32 << 127 << 512;
    QTest::newRow("257 entries") << 96 << 6 << 64 << 257 << 0;
    QTest::newRow("513 entries") << 64 << 7 << 128 << 513 << 512;
    QTest::newRow("700 entries") << 256 << 8 << 256 << 700 << 300;
    QTest::newRow("1025 entries") << 160 << 2 << 32 << 1025 << 512;
    QTest::newRow("2399 entries") << 128 << 4 << 32 << 2399 << 512;
  }
  void fastScoresStayWithinRounding() {
    QFETCH(int, headDim);
    QFETCH(int, group);
    QFETCH(int, pageTokens);
    QFETCH(int, numEntries);
    QFETCH(int, segment);
    const auto device = TestDevice::fast();
    for (const DataType type : {DataType::F16, DataType::BF16, DataType::Q8_0}) {
      if (headDim % layoutOf(type).elementsPerBlock != 0) continue;
      CompressionCase c(type, group, headDim, pageTokens, numEntries);
      c.segmentTokens = segment;
      c.evenSegments = true;
      c.repeatWeight = 0.3F;
      c.style = type == DataType::F16 ? RopeStyle::HalfSplit : RopeStyle::Interleaved;
      c.writeRepeatingKeys();
      const auto attention = c.windowScores(device);
      QVERIFY(relativeError(attention, c.expectedAttention()) < 1e-3);
      const auto redundancy = c.redundancy(device);
      QVERIFY(relativeError(redundancy, c.expectedRedundancy()) < 2e-3);
      // However its threads took turns.
      for (int again = 0; again < 3; ++again) {
        QCOMPARE(c.windowScores(device), attention);
        QCOMPARE(c.redundancy(device), redundancy);
      }
    }
  }

  // Nothing is a near-duplicate of anything: all cosines are asked for.
  void fastScoresOfUnlikeKeysStayWithinRounding() {
    const auto device = TestDevice::fast();
    for (const bool positionFree : {false, true}) {
      CompressionCase c(DataType::F16, 2, 128, 32, 600);
      c.positionFree = positionFree;
      c.evenSegments = true;
      c.repeatWeight = 0.3F;
      QVERIFY(relativeError(c.redundancy(device), c.expectedRedundancy()) < 2e-3);
    }
  }

  void fastScoresOfZeroKeysAreNumbers() {
    const auto device = TestDevice::fast();
    CompressionCase c(DataType::F16, 1, 64, 16, 140);
    for (int j = 0; j < 140; ++j) c.writeKey(j, std::vector<float>(64, 0.0F));
    for (const float score : c.redundancy(device)) QVERIFY(std::abs(score - 1.0F / 140.0F) < 1e-6F);
  }

  void resultsDoNotDependOnTheNumberOfThreads() {
    CompressionCase c(DataType::BF16, 4, 64, 32, 290);
    c.writeRepeatingKeys();
    const TestDevice one(1);
    const TestDevice three(3);
    QCOMPARE(c.windowScores(three), c.windowScores(one));
    QCOMPARE(c.redundancy(three), c.redundancy(one));
  }
};

QTEST_GUILESS_MAIN(TestCompressionScores)
#include "tst_compression_scores.moc"
