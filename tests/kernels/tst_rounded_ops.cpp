// Ops as a device does them for speed, where it rounds what it multiplies to 16 bits: errors are at most
// twice those of the same computation with plain rounding and exact sums. On the CPU, which rounds for large
// blocks alone, and finer than this, they are as good as none for the others.
#include <QtTest>

#include "tests/kernels/attention_case.h"
#include "tests/kernels/product_case.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Rows of activations, in the type the device multiplies.
struct Activations {
  Activations(const TestDevice& device, const std::vector<float>& values, int rows)
      : type(device->info().activationType),
        rows(rows),
        columns(static_cast<int>(values.size()) / rows),
        bytes(encode(type, values)) {}

  ConstTensorView view() const { return {bytes.data(), type, rows, columns}; }
  std::vector<double> row(int index) const {
    return decode(type, bytes.data() + static_cast<std::size_t>(index) * bytesOf(type, columns),
                  static_cast<std::size_t>(columns));
  }

  DataType type;
  int rows;
  int columns;
  std::vector<std::byte> bytes;
};

double roundedTo(DataType type, double value) {
  if (type == DataType::BF16) return fromBrain(toBrain(value));
  return type == DataType::F16 ? fromHalf(toHalf(value)) : value;
}

/// One weight matrix, as stored and as a plain computation in the device's type would have it.
struct Weight {
  Weight(Random& random, DataType type, int outputs, int columns)
      : type(type), outputs(outputs), columns(columns), bytes(randomWeight(random, type, outputs, columns)) {
    for (int o = 0; o < outputs; ++o)
      rows.push_back(decode(type, bytes.data() + static_cast<std::size_t>(o) * bytesOf(type, columns),
                            static_cast<std::size_t>(columns)));
  }
  ConstTensorView view() const { return {bytes.data(), type, outputs, columns}; }
  std::vector<double> rounded(int output, DataType to) const {
    auto row = rows[static_cast<std::size_t>(output)];
    for (double& number : row) number = roundedTo(to, number);
    return row;
  }

  DataType type;
  int outputs;
  int columns;
  std::vector<std::byte> bytes;
  std::vector<std::vector<double>> rows;
};

/// The product in float64, and how far one with rounded weights is from it.
struct Expected {
  Expected(const Activations& input, const Weight& weight) {
    const bool isRounded = runsOnCpu() && roundsInputs(weight.type);
    std::vector<double> plain;
    for (int t = 0; t < input.rows; ++t) {
      const auto row = input.row(t);
      for (int o = 0; o < weight.outputs; ++o) {
        values.push_back(dot(row, weight.rows[static_cast<std::size_t>(o)]));
        plain.push_back(dot(row, weight.rounded(o, isRounded ? DataType::BF16 : input.type)));
      }
    }
    plainError = relativeError(plain, values);
  }
  std::vector<double> values;
  double plainError;
};

std::vector<float> normalsOf(Random& random, int rows, int columns) {
  return random.normals(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
}

constexpr double kSummation = 2e-5;      // of float32 sums
constexpr double kOtherRounding = 2e-4;  // where a norm in float32 falls to the other side of a tie

/// A residual stream with its norm, as ops take it and as it should come out.
struct NormedRows {
  NormedRows(const TestDevice& device, Random& random, int rows, int columns)
      : rows(rows),
        hidden(normalsOf(random, rows, columns)),
        gain(random.normals(static_cast<std::size_t>(columns))),
        room(hidden.size() * 4, std::byte{0xFF}),
        type(device->info().activationType),
        normed(device, normedOf(columns), rows) {}

  RmsNormArguments arguments(const TestDevice& device) {
    return {.input = matrix(hidden, rows),
            .gain = device.load(matrix(gain, 1)),
            .epsilon = 1e-6F,
            .output = {room.data(), type, rows, static_cast<std::int64_t>(gain.size())}};
  }
  std::vector<float> normedOf(int columns) const {
    std::vector<float> result;
    for (std::size_t first = 0; first < hidden.size(); first += static_cast<std::size_t>(columns)) {
      const auto numbers = decode(DataType::F32, &hidden[first], static_cast<std::size_t>(columns));
      const double factor = 1.0 / std::sqrt(dot(numbers, numbers) / columns + 1e-6);
      for (std::size_t i = 0; i < numbers.size(); ++i)
        result.push_back(static_cast<float>(numbers[i] * factor * gain[i]));
    }
    return result;
  }

  int rows;
  std::vector<float> hidden;
  std::vector<float> gain;
  std::vector<std::byte> room;
  DataType type;
  Activations normed;
};

std::vector<float> product(const TestDevice& device, const Activations& input, const Weight& weight) {
  auto output = poisoned(static_cast<std::size_t>(input.rows) * weight.outputs);
  device->matmul(device.queue(), {.input = input.view(),
                                  .weight = device.load(weight.view()),
                                  .bias = {},
                                  .output = matrix(output, input.rows)});
  return output;
}

std::vector<double> decoded(DataType type, const std::vector<std::byte>& bytes) {
  return decode(type, bytes.data(), bytes.size() / bytesOf(type, 1));
}

}  // namespace

class TestRoundedOps : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void productsRoundNoMoreThanPlainOnes_data() {
    QTest::addColumn<int>("type");
    for (const DataType type : kTypes) QTest::newRow(layoutOf(type).name) << static_cast<int>(type);
  }
  void productsRoundNoMoreThanPlainOnes() {
    QFETCH(int, type);
    const TestDevice device(1, false);
    Random random(21);
    for (const int columns : {256, 288, 320, 1792}) {
      if (columns % layoutOf(static_cast<DataType>(type)).elementsPerBlock != 0) continue;
      for (const int outputs : {1, 16, 37}) {
        const Weight weight(random, static_cast<DataType>(type), outputs, columns);
        for (const int rows : {1, 2, 7, 8, 9, 16, 17, 33, 70}) {
          const Activations input(device, normalsOf(random, rows, columns), rows);
          const Expected expected(input, weight);
          const double error = relativeError(product(device, input, weight), expected.values);
          QVERIFY2(error <= 2.0 * expected.plainError + kSummation,
                   qPrintable(QString("%1 x %2, %3 rows: %4, a plain one has %5")
                                  .arg(outputs)
                                  .arg(columns)
                                  .arg(rows)
                                  .arg(error)
                                  .arg(expected.plainError)));
        }
      }
    }
  }

  void fewRowsDoNotDependOnEachOther() {
    const TestDevice device(1, false);
    Random random(22);
    for (const DataType type : kTypes) {
      const Weight weight(random, type, 50, 1024);
      const auto values = normalsOf(random, 16, 1024);
      const auto together = product(device, Activations(device, values, 16), weight);
      for (int row = 0; row < 16; ++row) {
        const std::vector<float> alone(values.begin() + row * 1024, values.begin() + (row + 1) * 1024);
        QVERIFY(
            sameBits(product(device, Activations(device, alone, 1), weight).data(), &together[row * 50], 50));
      }
    }
  }

  void productsOfANormAreThoseOfItsOutput() {
    const TestDevice device(1, false);
    Random random(23);
    for (const int rows : {1, 5, 16, 40}) {
      NormedRows input(device, random, rows, 512);
      const Weight weights[] = {{random, DataType::Q4_K, 70, 512},
                                {random, DataType::Q4_K, 33, 512},
                                {random, DataType::Q6_K, 20, 512}};
      auto bias = random.normals(33);
      std::vector<std::vector<float>> outputs;
      std::vector<MatmulArguments> products;
      for (const Weight& weight : weights) {
        outputs.push_back(poisoned(static_cast<std::size_t>(rows) * weight.outputs));
        products.push_back({.input = input.arguments(device).output,
                            .weight = device.load(weight.view()),
                            .bias = {},
                            .output = matrix(outputs.back(), rows)});
      }
      products[1].bias = matrix(bias, 1);
      device->normedMatmul(device.queue(), input.arguments(device), products);
      for (std::size_t i = 0; i < 3; ++i) {
        auto alone = product(device, input.normed, weights[i]);
        if (i == 1) {
          for (std::size_t j = 0; j < alone.size(); ++j) alone[j] += bias[j % 33];
        }
        QVERIFY(relativeError(outputs[i], std::vector<double>(alone.begin(), alone.end())) < kOtherRounding);
      }
    }
  }

  void gatedProductsRoundNoMoreThanPlainOnes() {
    const TestDevice device(1, false);
    const DataType activation = device->info().activationType;
    Random random(24);
    for (const DataType type :
         {DataType::BF16, DataType::Q8_0, DataType::Q4_K, DataType::Q6_K, DataType::Q5_K}) {
      for (const int rows : {1, 3, 8, 16, 17, 70}) {
        NormedRows input(device, random, rows, 512);
        const Weight gate(random, type, 98, 512);
        const Weight up(random, type, 98, 512);
        const std::vector<float> poison = poisoned(static_cast<std::size_t>(rows) * 98);
        std::vector<std::byte> output = encode(DataType::F32, poison);
        std::vector<std::byte> room = output;
        device->gatedMatmul(device.queue(), {.norm = input.arguments(device),
                                             .gateWeight = device.load(gate.view()),
                                             .gateBias = {},
                                             .upWeight = device.load(up.view()),
                                             .upBias = {},
                                             .gate = {output.data(), activation, rows, 98},
                                             .up = {room.data(), activation, rows, 98}});
        const Expected gates(input.normed, gate);
        const Expected ups(input.normed, up);
        std::vector<double> expected;
        std::vector<double> plain;
        for (std::size_t i = 0; i < gates.values.size(); ++i) {
          expected.push_back(gates.values[i] / (1.0 + std::exp(-gates.values[i])) * ups.values[i]);
          const double g = roundedTo(activation, gates.values[i]);
          plain.push_back(
              roundedTo(activation, g / (1.0 + std::exp(-g)) * roundedTo(activation, ups.values[i])));
        }
        output.resize(bytesOf(activation, rows * 98));
        const double allowed =
            2.0 * (relativeError(plain, expected) + gates.plainError + ups.plainError) + kOtherRounding;
        QVERIFY(relativeError(decoded(activation, output), expected) <= allowed);
      }
    }
  }

  void normsAreRoundedOnce() {
    const TestDevice device(1, false);
    const DataType activation = device->info().activationType;
    Random random(25);
    for (const int columns : {31, 64, 1000, 4096, 8200}) {
      auto input = normalsOf(random, 3, columns);
      auto gain = random.normals(static_cast<std::size_t>(columns));
      std::vector<std::byte> output(input.size() * 4, std::byte{0xFF});
      device->rmsNorm(device.queue(), {.input = matrix(input, 3),
                                       .gain = device.load(matrix(gain, 1)),
                                       .epsilon = 1e-6F,
                                       .output = {output.data(), activation, 3, columns}});
      output.resize(bytesOf(activation, static_cast<std::int64_t>(input.size())));
      std::vector<double> expected;
      std::vector<double> plain;
      for (int row = 0; row < 3; ++row) {
        const auto numbers = decode(DataType::F32, &input[static_cast<std::size_t>(row * columns)],
                                    static_cast<std::size_t>(columns));
        const double factor = 1.0 / std::sqrt(dot(numbers, numbers) / columns + 1e-6);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          expected.push_back(numbers[i] * factor * gain[i]);
          plain.push_back(roundedTo(activation, expected.back()));
        }
      }
      QVERIFY(relativeError(decoded(activation, output), expected) <=
              2.0 * relativeError(plain, expected) + 1e-6);
    }
  }

  void attentionRoundsNoMoreThanPlainOne_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("group");
    int row = 0;
    for (const int headDim : {64, 80, 96, 128, 256}) {
      for (const int pageTokens : {16, 32, 256}) {
        const int group = 1 + row++ % 9;
        QTest::addRow("headDim %d, pages of %d, group of %d", headDim, pageTokens, group)
            << headDim << pageTokens << group;
      }
    }
    QTest::newRow("a group of 12") << 128 << 32 << 12;
    QTest::newRow("odd head") << 36 << 8 << 3;
  }
  void attentionRoundsNoMoreThanPlainOne() {
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, group);
    const TestDevice device(1, false);
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16, DataType::Q8_0}) {
      if (headDim % layoutOf(type).elementsPerBlock != 0) continue;
      Attention attention(26, type, 2 * group, 2, headDim, pageTokens,
                          {{1, 1}, {257, 1}, {31, 31}, {70, 9}, {1100, 2}});
      const double allowed = type == DataType::BF16 ? 1.2e-2 : type == DataType::F32 ? 1e-5 : 1.5e-3;
      const double error = relativeError(attention.runAll(device), attention.expected());
      QVERIFY2(error <= allowed, qPrintable(QString("%1: %2").arg(layoutOf(type).name).arg(error)));
    }
  }

  void decodingManySequencesMatchesTheDefinition() {
    const TestDevice device(2, false);
    for (const DataType type : {DataType::F16, DataType::Q8_0}) {
      for (const int count : {1, 3, 40}) {
        std::vector<Shape> shapes;
        for (int i = 0; i < count; ++i) shapes.push_back({1 + (i * 997 + 500) % 1900, 1});
        Attention attention(27, type, 8, 2, 128, 32, shapes);
        QVERIFY(relativeError(attention.runAll(device), attention.expected()) <= 1.5e-3);
      }
    }
  }

  void hugeScoresDoNotOverflow() {
    const TestDevice device(1, false);
    Attention attention(28, DataType::BF16, 4, 2, 64, 16, {{90, 1}, {300, 1}});
    for (float& query : attention.queries) query *= 500.0F;
    const auto output = attention.runAll(device);
    QVERIFY(std::ranges::all_of(output, [](float number) { return std::isfinite(number); }));
  }
};

QTEST_GUILESS_MAIN(TestRoundedOps)
#include "tst_rounded_ops.moc"
