// Any bytes as a model file: parsed, its shape and weights looked up, its tokenizer built and used. Nothing
// may crash.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/model/model_loader.h"
#include "engine/text/tokenizer_loader.h"
#include "kernels/device_registry.h"
#include "tests/fuzz/use_tokenizer.h"

using namespace zipage;

namespace {

/// Reads every byte of the weights, so that a view that reaches outside the file shows.
unsigned sumOf(const ConstTensorView& view) {
  unsigned sum = 0;
  for (const std::byte byte : std::span(static_cast<const std::byte*>(view.data), view.bytes())) {
    sum += static_cast<unsigned>(byte);
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t numBytes) {
  static const std::unique_ptr<Device> device = *openDevice("cpu", {.numThreads = 1});
  const auto file = GgufFile::parse(std::as_bytes(std::span(bytes, numBytes)), "fuzz.gguf");
  if (!file) return 0;
  static_cast<void>((*file)->strings("tokenizer.chat_template"));
  if (const auto config = readModelConfig(**file)) {
    if (const auto loaded = loadWeights(**file, *config, *device)) {
      static_cast<void>(sumOf(loaded->weights.embedding.view) + sumOf(loaded->weights.outputNorm.view));
    }
  }
  if (const auto tokenizer = loadTokenizer(**file)) test::useTokenizer(**tokenizer);
  return 0;
}
