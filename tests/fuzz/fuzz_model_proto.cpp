// Any bytes as a tokenizer.model.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/text/sentencepiece_proto.h"
#include "engine/text/sentencepiece_tokenizer.h"
#include "tests/fuzz/use_tokenizer.h"

using namespace zipage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t numBytes) {
  auto vocabulary = parseModelProto({reinterpret_cast<const char*>(bytes), numBytes});
  if (!vocabulary) return 0;
  settleVocabulary(*vocabulary);
  const auto tokenizer = createSentencePieceTokenizer(std::move(*vocabulary));
  if (tokenizer) test::useTokenizer(**tokenizer);
  return 0;
}
