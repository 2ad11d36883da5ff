// A ModelBundle of the tiny qwen3 model: shape and weights, no words.
#pragma once

#include <memory>

#include "engine/model/gguf_file.h"
#include "engine/model/model_loader.h"
#include "engine/text/model_bundle.h"
#include "tests/support/tiny_qwen.h"

namespace zipage::test {

/// The file that `bytes` hold, which outlive the bundle. An error of the device is an error here.
inline Result<std::unique_ptr<ModelBundle>> tinyBundle(const std::string& bytes, Device& device) {
  auto file = GgufFile::parse(zipage::test::bytesOf(bytes), "tiny.gguf");
  if (!file) return tl::unexpected(file.error());
  auto bundle = std::make_unique<ModelBundle>();
  bundle->file = *file;
  auto config = readModelConfig(**file);
  if (!config) return tl::unexpected(config.error());
  bundle->config = *config;
  auto loaded = loadWeights(**file, bundle->config, device);
  if (!loaded) return tl::unexpected(loaded.error());
  bundle->weights = std::move(loaded->weights);
  bundle->weightBytes = loaded->bytes;
  return bundle;
}

}  // namespace zipage::test
