#include <QtTest>

#include "tests/kernels/product_case.h"

using namespace zipage;
using namespace zipage::test;

class TestMatmul : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyWeightTypeMatchesTheDefinition() {
    const TestDevice device;
    Random random(1);
    for (const DataType type : kTypes) {
      for (const int columns : widthsOf(type)) {
        for (const int outputs : {1, 7, 33, 130}) {
          for (const int numTokens : {1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 33}) {
            Product product(random, type, numTokens, outputs, columns);
            const double error = product.error(product.run(device, 0, numTokens), numTokens);
            QVERIFY2(error <= productTolerance(type), qPrintable(QString("%1 %2 x %3, %4 tokens: %5")
                                                                     .arg(layoutOf(type).name)
                                                                     .arg(outputs)
                                                                     .arg(columns)
                                                                     .arg(numTokens)
                                                                     .arg(error)));
          }
        }
      }
    }
  }

  void longPrefillMatchesTheDefinition() {
    const TestDevice device(2);
    Random random(2);
    for (const DataType type : kTypes) {
      Product product(random, type, 257, 131, 320);
      QVERIFY(product.error(product.run(device, 0, 257), 257) <= productTolerance(type));
    }
  }

  // The CPU rounds the inputs of large blocks, much less than the usual ways to round them would.
  void inputsAreRoundedToATenthOfWhatBfloat16Rounds() {
    const TestDevice device;
    Random random(7);
    for (const DataType type : {DataType::Q4_K, DataType::Q5_K, DataType::Q6_K}) {
      Product product(random, type, 33, 130, 1024);
      const double error = product.error(product.run(device, 0, 33), 33);
      std::vector<float> rounded = product.input;
      for (float& value : rounded)
        value = static_cast<float>(decodeAt(DataType::BF16, encode(DataType::BF16, {value}).data(), 0));
      Product plain = product;
      plain.input = rounded;
      std::vector<float> byBfloat16;
      for (const double value : plain.expected(33)) byBfloat16.push_back(static_cast<float>(value));
      QVERIFY2(error < 0.11 * product.error(byBfloat16, 33), qPrintable(QString::number(error)));
    }
  }

  void oddInputsOfLargeBlocks() {
    const TestDevice device;
    Random random(8);
    const float infinity = std::numeric_limits<float>::infinity();
    for (const DataType type : {DataType::Q4_K, DataType::Q5_K, DataType::Q6_K}) {
      for (const float scale : {0.0F, 1e-38F, 1e-20F, 1e20F}) {
        Product product(random, type, 2, 9, 512);
        for (float& value : product.input) value *= scale;
        const auto output = product.run(device, 0, 2);
        for (const float value : output)
          QVERIFY(scale < 1e-30F ? std::abs(value) < 1e-30F : std::isfinite(value));
        if (scale >= 1e-20F) QVERIFY(product.error(output, 2) <= productTolerance(type));
      }
      for (const float odd : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
        Product product(random, type, 2, 9, 512);
        product.input[300] = odd;
        const auto output = product.run(device, 0, 2);
        for (int o = 0; o < 9; ++o) {
          QVERIFY(!std::isfinite(output[static_cast<std::size_t>(o)]));
          QVERIFY(std::isfinite(output[static_cast<std::size_t>(9 + o)]));
        }
      }
    }
  }

  void rowDoesNotDependOnTheOtherRows() {
    const TestDevice device;
    Random random(3);
    for (const DataType type : kTypes) {
      Product product(random, type, 67, 261, 288);
      const auto together = product.run(device, 0, 67);
      for (const int count : {1, 2, 3, 4, 5, 7, 8, 16, 33}) {
        for (int first = 0; first + count <= 67; first += count) {
          const auto alone = product.run(device, first, count);
          QVERIFY2(sameBits(alone.data(), together.data() + first * 261, alone.size()),
                   qPrintable(QString("%1, %2 rows from %3").arg(layoutOf(type).name).arg(count).arg(first)));
        }
      }
    }
  }

  void resultDoesNotDependOnTheNumberOfThreads() {
    const TestDevice one(1);
    const TestDevice two(2);
    const TestDevice five(5);
    Random random(4);
    for (const DataType type : kTypes) {
      for (const int numTokens : {1, 8, 150}) {
        Product product(random, type, numTokens, 1037, 352);
        const auto expected = product.run(one, 0, numTokens);
        for (const TestDevice* device : {&two, &five}) {
          QVERIFY(sameBits(product.run(*device, 0, numTokens).data(), expected.data(), expected.size()));
        }
      }
    }
  }

  void biasIsAddedAndOutputAccumulated() {
    const TestDevice device;
    Random random(5);
    for (const DataType type : kTypes) {
      for (const int numTokens : {1, 6, 40}) {
        Product product(random, type, numTokens, 35, 64);
        const auto plain = product.run(device, 0, numTokens);
        auto bias = random.normals(35);
        const auto before = random.normals(plain.size());
        auto output = before;
        device->matmul(device.queue(), {.input = matrix(product.input, numTokens),
                                        .weight = device.load(product.weightView()),
                                        .bias = matrix(bias, 1),
                                        .output = matrix(output, numTokens),
                                        .accumulate = true});
        std::vector<double> expected(plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i) {
          expected[i] = static_cast<double>(plain[i]) + bias[i % 35] + before[i];
        }
        QVERIFY(relativeError(output, expected) < 1e-6);
      }
    }
  }

  void loadedWeightGivesTheSameProduct() {
    const TestDevice device;
    Random random(6);
    for (const DataType type : kTypes) {
      Product product(random, type, 3, 40, 96);
      const auto loaded = device->loadWeight(product.weightView());
      QVERIFY(loaded.has_value());
      auto output = poisoned(3 * 40);
      device->matmul(device.queue(), {.input = matrix(product.input, 3),
                                      .weight = loaded->view,
                                      .bias = {},
                                      .output = matrix(output, 3)});
      const auto direct = product.run(device, 0, 3);
      QVERIFY(sameBits(output.data(), direct.data(), output.size()));
    }
  }
};

QTEST_GUILESS_MAIN(TestMatmul)
#include "tst_matmul.moc"
