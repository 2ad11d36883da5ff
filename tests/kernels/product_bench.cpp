// Products with every weight type: GB/s of weights read and multiply-adds a second, for one and eight rows,
// beside the rate at which the same threads read memory. Not a test: run it on an idle machine. Takes the
// number of threads.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

namespace {

constexpr int kOutputs = 3072;
constexpr int kColumns = 1024;
// Together larger than any cache.
constexpr std::size_t kBytes = std::size_t{512} << 20;

double fastestSeconds(const std::function<void()>& body) {
  double fastest = kInfinity;
  for (int repetition = 0; repetition < 4; ++repetition) {
    const auto start = std::chrono::steady_clock::now();
    body();
    fastest =
        std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return fastest;
}

void measure(const TestDevice& device, DataType type, int numTokens) {
  Random random(1);
  const std::size_t matrixBytes = bytesOf(type, std::int64_t{kOutputs} * kColumns);
  const std::size_t numMatrices = std::max<std::size_t>(kBytes / matrixBytes / (numTokens == 1 ? 1 : 8), 1);
  std::vector<std::vector<std::byte>> weights(
      numMatrices, isQuantised(type) ? randomBlocks(type, std::size_t{kOutputs} * kColumns, 7)
                                     : std::vector<std::byte>(matrixBytes));
  auto input = random.normals(static_cast<std::size_t>(numTokens) * kColumns);
  std::vector<float> output(static_cast<std::size_t>(numTokens) * kOutputs);
  const double seconds = fastestSeconds([&] {
    for (const auto& weight : weights) {
      device->matmul(device.queue(), {.input = matrix(input, numTokens),
                                      .weight = {weight.data(), type, kOutputs, kColumns},
                                      .bias = {},
                                      .output = matrix(output, numTokens)});
    }
  });
  const double calls = static_cast<double>(numMatrices) / seconds;
  std::printf("%-7s %4d rows %7.2f GB/s of weights %8.1f GFLOP/s\n", layoutOf(type).name, numTokens,
              calls * static_cast<double>(matrixBytes) * 1e-9,
              calls * 2e-9 * kOutputs * kColumns * numTokens);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int numThreads = argc > 1 ? std::atoi(argv[1]) : 2;
  const TestDevice device(numThreads);
  std::printf("%d threads, matrices of %d x %d\n", numThreads, kOutputs, kColumns);
  for (const DataType type : {DataType::BF16, DataType::Q8_0, DataType::Q4_0, DataType::Q4_K, DataType::Q5_K,
                              DataType::Q6_K, DataType::Q4_1, DataType::Q5_0, DataType::Q5_1, DataType::Q2_K,
                              DataType::Q3_K, DataType::IQ4_NL, DataType::IQ4_XS, DataType::MXFP4}) {
    for (const int numTokens : {1, 8, 128}) measure(device, type, numTokens);
  }
  return 0;
}
