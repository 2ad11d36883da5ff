// A product with everything that is needed to run it on a device and to say what should come out.
#pragma once

#include "kernels/cpu/rounded_block.h"
#include "tests/kernels/kernel_test_support.h"

namespace zipage::test {

inline const std::vector<DataType> kTypes = [] {
  std::vector<DataType> types(std::begin(kBlockTypes), std::end(kBlockTypes));
  for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16}) types.push_back(type);
  return types;
}();

inline std::vector<std::byte> randomWeight(Random& random, DataType type, int outputs, int columns) {
  const auto count = static_cast<std::size_t>(outputs) * static_cast<std::size_t>(columns);
  if (isQuantised(type)) return randomBlocks(type, count, static_cast<std::uint32_t>(random.below(1 << 30)));
  return encode(type, random.normals(count));
}

/// `columns` as whole blocks.
inline int inBlocks(DataType type, int columns) {
  const int perBlock = layoutOf(type).elementsPerBlock;
  return (columns + perBlock - 1) / perBlock * perBlock;
}

/// Widths that are as little round as the type allows.
inline std::vector<int> widthsOf(DataType type) {
  if (layoutOf(type).elementsPerBlock == 256) return {256, 768};
  if (isQuantised(type)) return {32, 96, 512};
  return {1, 31, 33, 64, 257, 512};
}

/// What products with such weights may be off by, of their size. The CPU rounds the inputs of some to 14
/// bits.
inline double productTolerance(DataType type) { return roundsInputs(type) && runsOnCpu() ? 3e-4 : 1e-5; }

struct Product {
  Product(Random& random, DataType type, int numTokens, int outputs, int width)
      : type(type),
        columns(inBlocks(type, width)),
        outputs(outputs),
        input(random.normals(static_cast<std::size_t>(numTokens) * columns)),
        weight(randomWeight(random, type, outputs, columns)) {}

  /// Rows first … first + count − 1 of the product, into memory full of NaN.
  std::vector<float> run(const TestDevice& device, int first, int count) {
    auto output = poisoned(static_cast<std::size_t>(count) * outputs);
    device->matmul(device.queue(), {.input = {input.data() + static_cast<std::size_t>(first) * columns,
                                              DataType::F32, count, columns},
                                    .weight = device.load(weightView()),
                                    .bias = {},
                                    .output = matrix(output, count)});
    return output;
  }
  ConstTensorView weightView() const { return {weight.data(), type, outputs, columns}; }

  std::vector<double> expected(int numTokens) const {
    std::vector<double> result;
    const std::size_t rowBytes = bytesOf(type, columns);
    const auto width = static_cast<std::size_t>(columns);
    std::vector<std::vector<double>> rows;
    for (int o = 0; o < outputs; ++o) {
      rows.push_back(decode(type, weight.data() + static_cast<std::size_t>(o) * rowBytes, width));
    }
    for (int t = 0; t < numTokens; ++t) {
      const auto token = decode(DataType::F32, input.data() + static_cast<std::size_t>(t) * width, width);
      for (int o = 0; o < outputs; ++o) result.push_back(dot(token, rows[static_cast<std::size_t>(o)]));
    }
    return result;
  }

  /// ‖actual − expected‖ over the size that products of such numbers have: one product alone may cancel out.
  double error(const std::vector<float>& actual, int numTokens) const {
    const auto wanted = expected(numTokens);
    double squares = 0.0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      squares += (actual[i] - wanted[i]) * (actual[i] - wanted[i]);
    }
    const auto inputs = decode(DataType::F32, input.data(), static_cast<std::size_t>(numTokens * columns));
    const auto weights = decode(type, weight.data(), static_cast<std::size_t>(outputs * columns));
    const double error = std::sqrt(squares / (dot(inputs, inputs) * dot(weights, weights) / columns));
    return std::isfinite(error) ? error : kInfinity;
  }

  DataType type;
  int columns;
  int outputs;
  std::vector<float> input;
  std::vector<std::byte> weight;
};

}  // namespace zipage::test
