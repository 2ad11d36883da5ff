#include "app/cli/bench/device_limits.h"

#include <vector>

#include "app/cli/bench/multiply_add_rate.h"
#include "app/cli/bench/op_timer.h"
#include "engine/model/random_weights.h"

namespace zipage {

namespace {

constexpr std::size_t kCopyBytes = std::size_t{256} << 20;  // well beyond any last-level cache
constexpr double kRoundSeconds = 0.1;
constexpr int kProductDim = 8192;
constexpr int kProductRows = 4096;

tl::unexpected<Error> failed(const DeviceError& error) { return failure(ErrorCode::Device, error.message); }

Result<double> copyRate(Device& device) {
  const auto stream = device.createStream();
  const auto source = device.allocate(kCopyBytes);
  const auto target = device.allocate(kCopyBytes);
  if (!source) return failed(source.error());
  if (!target) return failed(target.error());
  for (const DeviceBuffer* buffer : {&*source, &*target})
    device.fillZero(*stream, buffer->data(), kCopyBytes);
  const auto time = timeOp(device, *stream, kRoundSeconds, [&](int) {
    device.copyOnDevice(*stream, target->data(), source->data(), kCopyBytes);
  });
  if (!time) return tl::unexpected(time.error());
  // The fastest round: a limit is what can be reached, and other programs only take from it.
  return 2.0 * kCopyBytes / time->least;
}

/// A product large enough that arithmetic alone counts.
Result<double> productRate(Device& device) {
  const auto stream = device.createStream();
  std::vector<std::byte> bytes(bytesOf(DataType::BF16, std::int64_t{kProductDim} * kProductDim));
  fillRandomWeights(bytes, DataType::BF16, kProductDim, kProductDim, 1, 4);
  const auto weight = device.loadWeight({bytes.data(), DataType::BF16, kProductDim, kProductDim});
  const DataType type = device.info().activationType;
  const std::int64_t count = std::int64_t{kProductRows} * kProductDim;
  const auto input = device.allocate(bytesOf(type, count));
  const auto output = device.allocate(bytesOf(DataType::F32, count));
  if (!weight) return failed(weight.error());
  if (!input) return failed(input.error());
  if (!output) return failed(output.error());
  std::vector<std::byte> numbers(bytesOf(type, count));
  fillRandomWeights(numbers, type, kProductRows, kProductDim, 2, 4);
  device.copyToDevice(*stream, input->data(), numbers.data(), numbers.size());
  const auto time = timeOp(device, *stream, kRoundSeconds, [&](int) {
    device.matmul(*stream, {.input = {input->data(), type, kProductRows, kProductDim},
                            .weight = weight->view,
                            .bias = {},
                            .output = {output->data(), DataType::F32, kProductRows, kProductDim}});
  });
  if (!time) return tl::unexpected(time.error());
  return 2.0 * kProductRows * kProductDim * kProductDim / time->least;
}

}  // namespace

Result<DeviceLimits> measureDevice(Device& device, int numThreads) {
  DeviceLimits limits;
  const auto copied = copyRate(device);
  if (!copied) return tl::unexpected(copied.error());
  limits.copyBytesPerSecond = *copied;
  if (device.info().name == "cpu") {
    const MultiplyAddRate rate = measureMultiplyAdds(numThreads);
    limits.flopsPerSecond = rate.flopsPerSecond;
    limits.flopsOf = "float32 multiply-adds in registers, " + rate.simdTarget + ", " +
                     std::to_string(rate.threads) + " threads";
    return limits;
  }
  const auto multiplied = productRate(device);
  if (!multiplied) return tl::unexpected(multiplied.error());
  limits.flopsPerSecond = *multiplied;
  limits.flopsOf = "a product of " + std::to_string(kProductRows) + " rows with BF16 weights of " +
                   std::to_string(kProductDim) + " x " + std::to_string(kProductDim);
  return limits;
}

}  // namespace zipage
