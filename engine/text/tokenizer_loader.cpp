#include "engine/text/tokenizer_loader.h"

#include <new>
#include <string>

#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/vocabulary.h"

namespace zipage {

namespace {

Result<std::shared_ptr<const Tokenizer>> loadSentencePiece(const GgufFile& file) {
  auto vocabulary = readVocabulary(file);
  if (!vocabulary) return tl::unexpected(vocabulary.error());
  auto tokenizer = createSentencePieceTokenizer(std::move(*vocabulary));
  if (!tokenizer) return file.invalid(tokenizer.error().message);
  return tokenizer;
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const GgufFile& file) {
  const auto kind = file.string("tokenizer.ggml.model");
  if (!kind) return tl::unexpected(kind.error());
  if (!*kind) return file.invalid("has no tokenizer (\"tokenizer.ggml.model\")");
  if (**kind != "llama") {
    return file.unsupported("the tokenizer \"" + std::string((*kind)->substr(0, 100)) +
                            "\" is not known; \"llama\" is");
  }
  try {
    return loadSentencePiece(file);
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, file.name() + ": no memory for the vocabulary");
  }
}

}  // namespace zipage
