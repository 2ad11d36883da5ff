#include <QtTest>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

class TestElementOps : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void embedTakesTheRowOfEachToken() {
    const TestDevice device;
    Random random(1);
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16, DataType::Q8_0}) {
      for (const int columns : {32, 96, 256}) {
        const auto table = encode(type, random.normals(static_cast<std::size_t>(19 * columns)));
        const std::vector<std::int32_t> tokens = {18, 0, 3, 3, 11};
        auto output = poisoned(tokens.size() * static_cast<std::size_t>(columns));
        device->embed(device.queue(), {.table = device.load({table.data(), type, 19, columns}),
                                       .tokenIds = tokens.data(),
                                       .output = matrix(output, 5)});
        for (std::size_t i = 0; i < output.size(); ++i) {
          const auto row = static_cast<std::size_t>(tokens[i / columns]) * bytesOf(type, columns);
          QCOMPARE(output[i], static_cast<float>(decodeAt(type, table.data() + row, i % columns)));
        }
      }
    }
  }

  void rowsTakeUpWhatWasDrawnAndAreVoidAfterAnEnd() {
    const TestDevice device;
    Random random(4);
    for (const int numTokens : {1, 3, 31, 257, 600}) {
      const auto count = static_cast<std::size_t>(numTokens);
      std::vector<std::int32_t> drawn, ends(count * kMostEndTokens, -1), tokens(count, -7), slots, rows;
      for (int t = 0; t < numTokens; ++t) {
        drawn.push_back((t * 7) % 19);
        slots.push_back(5 * t);
        rows.push_back(3 * t);
        ends[static_cast<std::size_t>(t * kMostEndTokens + t % kMostEndTokens)] =
            t % 3 == 0 ? drawn.back() : 20;
      }
      device->followDrawn(device.queue(), {.drawn = drawn.data(),
                                           .ends = ends.data(),
                                           .numTokens = numTokens,
                                           .tokenIds = tokens.data(),
                                           .targetSlots = slots.data(),
                                           .queryRows = rows.data()});
      QCOMPARE(tokens, drawn);
      for (int t = 0; t < numTokens; ++t) {
        const bool isVoid = t % 3 == 0;
        QCOMPARE(slots[static_cast<std::size_t>(t)], isVoid ? -1 : 5 * t);
        QCOMPARE(rows[static_cast<std::size_t>(t)], isVoid ? -1 : 3 * t);
      }
    }
  }

  void gatherCopiesTheChosenRows() {
    const TestDevice device;
    Random random(2);
    for (const int columns : {1, 31, 257}) {
      auto input = random.normals(static_cast<std::size_t>(9 * columns));
      const std::vector<std::int32_t> rows = {8, 2, 2, 0};
      auto output = poisoned(rows.size() * static_cast<std::size_t>(columns));
      device->gatherRows(device.queue(),
                         {.input = matrix(input, 9), .rows = rows.data(), .output = matrix(output, 4)});
      for (std::size_t r = 0; r < rows.size(); ++r) {
        QVERIFY(sameBits(&output[r * columns], &input[static_cast<std::size_t>(rows[r] * columns)], columns));
      }
    }
  }

  void rmsNormMatchesTheDefinition() {
    const TestDevice device(2);
    Random random(3);
    for (const int numTokens : {1, 3, 31, 257}) {
      for (const int columns : {1, 31, 33, 256, 768}) {
        auto input = random.normals(static_cast<std::size_t>(numTokens * columns));
        auto gain = random.normals(static_cast<std::size_t>(columns));
        auto output = poisoned(input.size());
        device->rmsNorm(device.queue(), {.input = matrix(input, numTokens),
                                         .gain = matrix(gain, 1),
                                         .epsilon = 1e-5F,
                                         .output = matrix(output, numTokens)});
        QVERIFY(relativeError(output, normed(input, gain, columns, 1e-5F)) < 2e-6);
      }
    }
  }

  void rmsNormMayWriteOverItsInput() {
    const TestDevice device;
    Random random(4);
    auto input = random.normals(5 * 129);
    auto gain = random.normals(129);
    auto output = poisoned(input.size());
    device->rmsNorm(device.queue(),
                    {.input = matrix(input, 5), .gain = matrix(gain, 1), .output = matrix(output, 5)});
    device->rmsNorm(device.queue(),
                    {.input = matrix(input, 5), .gain = matrix(gain, 1), .output = matrix(input, 5)});
    QVERIFY(sameBits(input.data(), output.data(), output.size()));
  }

  void rowOfZerosStaysZero() {
    const TestDevice device;
    std::vector<float> input(64, 0.0F);
    std::vector<float> gain(64, 2.0F);
    auto output = poisoned(64);
    device->rmsNorm(device.queue(),
                    {.input = matrix(input, 1), .gain = matrix(gain, 1), .output = matrix(output, 1)});
    QCOMPARE(output, input);
  }

  void siluMultiplyMatchesTheDefinition() {
    const TestDevice device(2);
    Random random(5);
    for (const int numTokens : {1, 33}) {
      for (const int columns : {1, 31, 257, 1536}) {
        auto gate = random.normals(static_cast<std::size_t>(numTokens * columns));
        for (float& value : gate) value *= 6.0F;
        auto up = random.normals(gate.size());
        std::vector<double> expected(gate.size());
        for (std::size_t i = 0; i < gate.size(); ++i) {
          expected[i] = gate[i] / (1.0 + std::exp(-static_cast<double>(gate[i]))) * up[i];
        }
        auto output = poisoned(gate.size());
        device->siluMultiply(device.queue(), {.gate = matrix(gate, numTokens),
                                              .up = matrix(up, numTokens),
                                              .output = matrix(output, numTokens)});
        QVERIFY(relativeError(output, expected) < 1e-6);
        device->siluMultiply(device.queue(), {.gate = matrix(gate, numTokens),
                                              .up = matrix(up, numTokens),
                                              .output = matrix(gate, numTokens)});
        QVERIFY(sameBits(gate.data(), output.data(), output.size()));
      }
    }
  }

  void siluOfExtremeGatesIsNotNaN() {
    const TestDevice device;
    std::vector<float> gate(40, -1000.0F);
    std::fill(gate.begin() + 20, gate.end(), 1000.0F);
    std::vector<float> up(40, 1.0F);
    auto output = poisoned(40);
    device->siluMultiply(device.queue(),
                         {.gate = matrix(gate, 1), .up = matrix(up, 1), .output = matrix(output, 1)});
    for (int i = 0; i < 40; ++i) QCOMPARE(output[static_cast<std::size_t>(i)], i < 20 ? 0.0F : 1000.0F);
  }

 private:
  static std::vector<double> normed(const std::vector<float>& input, const std::vector<float>& gain,
                                    int columns, double epsilon) {
    std::vector<double> result(input.size());
    for (std::size_t start = 0; start < input.size(); start += columns) {
      double square = 0.0;
      for (int i = 0; i < columns; ++i) square += static_cast<double>(input[start + i]) * input[start + i];
      const double factor = 1.0 / std::sqrt(square / columns + epsilon);
      for (int i = 0; i < columns; ++i) result[start + i] = input[start + i] * factor * gain[i];
    }
    return result;
  }
};

QTEST_GUILESS_MAIN(TestElementOps)
#include "tst_element_ops.moc"
