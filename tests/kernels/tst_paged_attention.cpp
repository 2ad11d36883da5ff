#include <QtTest>

#include "tests/kernels/attention_case.h"

using namespace zipage;
using namespace zipage::test;

class TestPagedAttention : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyShapeMatchesTheDefinition_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("group");
    int row = 0;
    for (const int headDim : {64, 80, 96, 128, 256}) {
      for (const int pageTokens : {16, 32, 64, 128, 256}) {
        const int group = 1 + row++ % 8;
        QTest::addRow("headDim %d, pages of %d, group of %d", headDim, pageTokens, group)
            << headDim << pageTokens << group;
      }
    }
    QTest::newRow("odd head") << 36 << 8 << 3;
  }
  void everyShapeMatchesTheDefinition() {
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, group);
    const TestDevice device;
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16, DataType::Q8_0}) {
      if (headDim % layoutOf(type).elementsPerBlock != 0) continue;
      Attention attention(7, type, 2 * group, 2, headDim, pageTokens, {{1, 1}, {257, 1}, {31, 31}, {70, 9}});
      QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 1e-5);
    }
  }

  // Products of 16-bit numbers where the device has them.
  void fastPromptsErrAtMostTwiceAsMuchAsRounding_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("group");
    int row = 0;
    for (const int headDim : {64, 80, 96, 128, 256}) {
      for (const int pageTokens : {16, 64, 256}) {
        const int group = 1 + row++ % 8;
        QTest::addRow("headDim %d, pages of %d, group of %d", headDim, pageTokens, group)
            << headDim << pageTokens << group;
      }
    }
    QTest::newRow("many heads of one KV head") << 64 << 32 << 16;
  }
  void fastPromptsErrAtMostTwiceAsMuchAsRounding() {
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, group);
    const auto device = TestDevice::fast();
    for (const DataType type : {DataType::F16, DataType::BF16, DataType::Q8_0}) {
      if (headDim % layoutOf(type).elementsPerBlock != 0) continue;
      Attention attention(13, type, 2 * group, 2, headDim, pageTokens,
                          {{90, 1}, {131, 131}, {31, 15}, {210, 16}, {64, 33}, {1, 1}});
      const auto expected = attention.expected();
      // Numbers of Q8_0 are multiplied as halves.
      const auto multiplied = type == DataType::Q8_0 ? DataType::F16 : type;
      const double rounding = relativeError(attention.expected(multiplied), expected);
      const auto actual = attention.runAll(device);
      QVERIFY(rounding > 0.0 && relativeError(actual, expected) < 2.0 * rounding);
      QVERIFY(sameBits(attention.runAll(device).data(), actual.data(), actual.size()));
    }
  }

  void fastPromptOfHugeScoresDoesNotOverflow() {
    const auto device = TestDevice::fast();
    Attention attention(12, DataType::F16, 4, 2, 64, 16, {{140, 140}});
    for (float& query : attention.queries) query *= 500.0F;
    const auto rounding = relativeError(attention.expected(DataType::F16), attention.expected());
    QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 2.0 * rounding);
  }

  void longSequenceMatchesTheDefinition() {
    const TestDevice device(2);
    Attention attention(8, DataType::BF16, 4, 1, 64, 32, {{700, 3}, {700, 1}, {65, 65}});
    QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 1e-5);
  }

  void sequenceDoesNotDependOnItsNeighbours() {
    const TestDevice device;
    Attention attention(9, DataType::BF16, 8, 2, 64, 32, {{300, 1}, {45, 45}, {257, 1}, {96, 17}, {31, 1}});
    const auto together = attention.runAll(device);
    std::size_t token = 0;
    for (std::size_t s = 0; s < attention.shapes.size(); ++s) {
      const auto alone = attention.run(device, {s}, {attention.shapes[s]}, token);
      QVERIFY(sameBits(alone.data(), &together[token * attention.width()], alone.size()));
      token += static_cast<std::size_t>(attention.shapes[s].chunk);
    }
  }

  void tokenDoesNotDependOnTheChunkItIsIn_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::newRow("pages of 16") << 80 << 16;
    QTest::newRow("pages of 32") << 80 << 32;
    QTest::newRow("pages of 256") << 80 << 256;
    QTest::newRow("head that fills no vector") << 44 << 32;
  }
  void tokenDoesNotDependOnTheChunkItIsIn() {
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    const TestDevice device;
    Attention attention(10, DataType::F16, 6, 2, headDim, pageTokens, {{150, 101}});
    const auto whole = attention.runAll(device);
    for (const int chunk : {1, 2, 7, 32}) {
      for (int first = 0; first + chunk <= 101; first += chunk) {
        const auto part =
            attention.run(device, {0}, {{150 - 101 + first + chunk, chunk}}, static_cast<std::size_t>(first));
        QVERIFY(
            sameBits(part.data(), &whole[static_cast<std::size_t>(first) * attention.width()], part.size()));
      }
    }
  }

  void resultDoesNotDependOnTheNumberOfThreads() {
    const TestDevice one(1);
    Attention attention(11, DataType::F32, 8, 4, 64, 32, {{500, 1}, {333, 1}, {120, 120}, {700, 40}});
    const auto expected = attention.runAll(one);
    for (const int threads : {2, 3}) {
      const TestDevice device(threads);
      QVERIFY(sameBits(attention.runAll(device).data(), expected.data(), expected.size()));
    }
  }

  void hugeScoresDoNotOverflow() {
    const TestDevice device;
    Attention attention(12, DataType::F32, 4, 2, 64, 16, {{90, 1}, {40, 40}});
    for (float& query : attention.queries) query *= 500.0F;
    QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 1e-3);
  }
};

QTEST_GUILESS_MAIN(TestPagedAttention)
#include "tst_paged_attention.moc"
