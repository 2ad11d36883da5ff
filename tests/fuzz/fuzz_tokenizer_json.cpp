// Any text as a tokenizer.json and as a config.json.
#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/model/hugging_face_config.h"
#include "engine/text/byte_pair_tokenizer.h"
#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/tokenizer_json.h"
#include "tests/fuzz/use_tokenizer.h"

using namespace zipage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t numBytes) {
  const auto json = nlohmann::json::parse(bytes, bytes + numBytes, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return 0;
  static_cast<void>(readHuggingFaceConfig(json, "fuzz.json"));
  auto made = readTokenizerJson(json);
  if (!made) return 0;
  settleVocabulary(made->vocabulary);
  const auto tokenizer = made->rules ? createBytePairTokenizer(std::move(made->vocabulary), *made->rules)
                                     : createSentencePieceTokenizer(std::move(made->vocabulary));
  if (tokenizer) test::useTokenizer(**tokenizer);
  return 0;
}
