// Mixtures of experts: which experts a row goes to, and what they make of it, against float64.
#include <QtTest>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

namespace {

struct Route {
  std::vector<std::int32_t> experts;
  std::vector<float> weights;
};

Route route(const TestDevice& device, std::vector<float>& logits, int numRows, int used, bool normalises) {
  Route made{std::vector<std::int32_t>(static_cast<std::size_t>(numRows * used), -1),
             poisoned(static_cast<std::size_t>(numRows * used))};
  device->routeExperts(device.queue(), {.logits = matrix(logits, numRows),
                                        .expertsUsed = used,
                                        .normalises = normalises,
                                        .experts = made.experts.data(),
                                        .weights = made.weights.data()});
  return made;
}

/// The experts of one layer, in one piece as a GGUF file has them.
struct Experts {
  Experts(Random& random, DataType type, int count, int wide, int model)
      : count(count), wide(wide), model(model), type(type) {
    for (auto* part : {&gate, &up, &down}) {
      auto values = random.normals(static_cast<std::size_t>(count) * wide * model);
      for (float& value : values) value *= 0.2F;
      *part = encode(type, values);
    }
    for (int expert = 0; expert < count; ++expert) {
      gates.push_back(view(gate, expert, wide, model));
      ups.push_back(view(up, expert, wide, model));
      downs.push_back(view(down, expert, model, wide));
    }
  }

  ConstTensorView view(const std::vector<std::byte>& part, int expert, int rows, int columns) const {
    return {part.data() + expert * bytesOf(type, static_cast<std::int64_t>(rows) * columns), type, rows,
            columns};
  }
  double at(const ConstTensorView& view, int row, int column) const {
    return decodeAt(type, static_cast<const std::byte*>(view.data),
                    static_cast<std::size_t>(row) * view.columns + column);
  }

  /// down(silu(gate · x) · (up · x))
  std::vector<double> apply(int expert, const float* x) const {
    std::vector<double> inner(static_cast<std::size_t>(wide), 0.0);
    for (int i = 0; i < wide; ++i) {
      double g = 0.0;
      double u = 0.0;
      for (int c = 0; c < model; ++c) {
        g += at(gates[expert], i, c) * x[c];
        u += at(ups[expert], i, c) * x[c];
      }
      inner[i] = g / (1.0 + std::exp(-g)) * u;
    }
    std::vector<double> output(static_cast<std::size_t>(model), 0.0);
    for (int c = 0; c < model; ++c) {
      for (int i = 0; i < wide; ++i) output[c] += at(downs[expert], c, i) * inner[i];
    }
    return output;
  }

  int count, wide, model;
  DataType type;
  std::vector<std::byte> gate, up, down;
  std::vector<ConstTensorView> gates, ups, downs;
};

void mix(const TestDevice& device, const Experts& experts, std::vector<float>& input, int numRows, int used,
         const Route& chosen, std::vector<float>& output) {
  const auto load = [&](std::vector<ConstTensorView> views) {
    for (ConstTensorView& each : views) each = device.load(each);
    return views;
  };
  const auto gates = load(experts.gates);
  const auto ups = load(experts.ups);
  const auto downs = load(experts.downs);
  device->mixExperts(device.queue(), {.input = matrix(input, numRows),
                                      .numExperts = experts.count,
                                      .expertsUsed = used,
                                      .experts = chosen.experts.data(),
                                      .weights = chosen.weights.data(),
                                      .gates = gates.data(),
                                      .ups = ups.data(),
                                      .downs = downs.data(),
                                      .output = matrix(output, numRows)});
}

}  // namespace

class TestExperts : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rowsGoToTheLikeliestExperts() {
    const TestDevice device(2);
    Random random(5);
    for (const int count : {1, 5, 128}) {
      for (const int used : {1, std::min(count, 3), std::min(count, 8)}) {
        constexpr int kRows = 33;
        auto logits = random.normals(static_cast<std::size_t>(kRows * count));
        const Route chosen = route(device, logits, kRows, used, false);
        for (int row = 0; row < kRows; ++row) {
          const std::vector<double> values(logits.begin() + row * count, logits.begin() + (row + 1) * count);
          const std::vector<double> expected = softmax(values);
          std::vector<double> sorted = expected;
          std::sort(sorted.rbegin(), sorted.rend());
          for (int i = 0; i < used; ++i) {
            const int at = row * used + i;
            QVERIFY(std::abs(chosen.weights[at] - sorted[i]) < 1e-6);
            QVERIFY(std::abs(expected[static_cast<std::size_t>(chosen.experts[at])] - sorted[i]) < 1e-12);
          }
        }
      }
    }
  }

  void equalExpertsGoByTheirNumber() {
    const TestDevice device;
    std::vector<float> logits = {1.0F, 2.0F, 2.0F, 2.0F, 0.0F};
    const Route chosen = route(device, logits, 1, 2, true);
    QCOMPARE(chosen.experts, (std::vector<std::int32_t>{1, 2}));
    QCOMPARE(chosen.weights, (std::vector<float>{0.5F, 0.5F}));
  }

  void hugeLogitsGiveNumbers() {
    const TestDevice device;
    std::vector<float> logits = {3e38F, -3e38F, 0.0F};
    const Route chosen = route(device, logits, 1, 2, true);
    QCOMPARE(chosen.experts[0], 0);
    QCOMPARE(chosen.weights[0], 1.0F);
    QCOMPARE(chosen.weights[1], 0.0F);
  }

  void theMixtureIsTheWeightedSumOfItsExperts_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("numRows");
    QTest::newRow("F32, 1 row") << int(DataType::F32) << 1;
    QTest::newRow("F32, 37 rows") << int(DataType::F32) << 37;
    QTest::newRow("BF16, 5 rows") << int(DataType::BF16) << 5;
    QTest::newRow("Q8_0, 19 rows") << int(DataType::Q8_0) << 19;
  }
  void theMixtureIsTheWeightedSumOfItsExperts() {
    QFETCH(int, type);
    QFETCH(int, numRows);
    constexpr int kModel = 64;
    constexpr int kUsed = 3;
    const TestDevice device(2);
    Random random(7);
    const Experts experts(random, static_cast<DataType>(type), 6, 32, kModel);
    auto logits = random.normals(static_cast<std::size_t>(numRows) * 6);
    const Route chosen = route(device, logits, numRows, kUsed, true);
    auto input = random.normals(static_cast<std::size_t>(numRows) * kModel);
    auto output = random.normals(input.size());
    std::vector<double> expected(output.begin(), output.end());
    for (int row = 0; row < numRows; ++row) {
      for (int i = 0; i < kUsed; ++i) {
        const auto part = experts.apply(chosen.experts[row * kUsed + i], &input[row * kModel]);
        for (int c = 0; c < kModel; ++c)
          expected[row * kModel + c] += chosen.weights[row * kUsed + i] * part[c];
      }
    }
    mix(device, experts, input, numRows, kUsed, chosen, output);
    QVERIFY(relativeError(output, expected) < 1e-5);
  }

  void aRowDoesNotDependOnItsNeighbours() {
    constexpr int kRows = 21;
    constexpr int kModel = 64;
    const TestDevice device(2);
    Random random(9);
    const Experts experts(random, DataType::BF16, 4, 32, kModel);
    auto logits = random.normals(kRows * 4);
    auto input = random.normals(kRows * kModel);
    const Route all = route(device, logits, kRows, 2, true);
    std::vector<float> together(input.size(), 0.0F);
    mix(device, experts, input, kRows, 2, all, together);
    for (int row = 0; row < kRows; ++row) {
      const Route one{{all.experts[2 * row], all.experts[2 * row + 1]},
                      {all.weights[2 * row], all.weights[2 * row + 1]}};
      std::vector<float> single(input.begin() + row * kModel, input.begin() + (row + 1) * kModel);
      std::vector<float> alone(kModel, 0.0F);
      mix(device, experts, single, 1, 2, one, alone);
      QVERIFY(sameBits(alone.data(), &together[static_cast<std::size_t>(row * kModel)], kModel));
    }
  }
};

QTEST_GUILESS_MAIN(TestExperts)
#include "tst_experts.moc"
