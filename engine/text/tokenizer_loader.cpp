#include "engine/text/tokenizer_loader.h"

#include <new>
#include <string>

#include "engine/model/synthetic_model.h"
#include "engine/text/byte_pair_tokenizer.h"
#include "engine/text/hugging_face_tokenizer.h"
#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/vocabulary.h"

namespace zipage {

namespace {

/// Phi-3's own tokenizer.json drops the white space behind its tokens; GGUF files have no place to say so.
void trimAsPhi3(Vocabulary& vocabulary) {
  for (TokenId id = 0; id < vocabulary.numTokens(); ++id) {
    const std::string& text = vocabulary.texts[id];
    const TokenKind kind = vocabulary.kinds[id];
    const bool isAdded = kind == TokenKind::Control || kind == TokenKind::UserDefined || text == "</s>";
    if (isAdded && text != "<s>" && text != "<|endoftext|>") vocabulary.trimAfter.push_back(id);
  }
}

Result<std::shared_ptr<const Tokenizer>> loadSentencePiece(const GgufFile& file) {
  auto vocabulary = readVocabulary(file, true);
  if (!vocabulary) return tl::unexpected(vocabulary.error());
  if (const auto architecture = file.string("general.architecture"); architecture && *architecture == "phi3")
    trimAsPhi3(*vocabulary);
  auto tokenizer = createSentencePieceTokenizer(std::move(*vocabulary));
  if (!tokenizer) return file.invalid(tokenizer.error().message);
  return tokenizer;
}

Result<std::shared_ptr<const Tokenizer>> loadBytePairs(const GgufFile& file) {
  const auto name = file.string("tokenizer.ggml.pre");
  if (!name) return tl::unexpected(name.error());
  if (!*name)
    return file.invalid(
        "does not say how texts are cut (\"tokenizer.ggml.pre\"): it was made by an old converter");
  const auto rules = bytePairRulesOf(**name);
  if (!rules) return file.unsupported(rules.error().message);
  auto vocabulary = readVocabulary(file, rules->addsBeginOfText);
  if (!vocabulary) return tl::unexpected(vocabulary.error());
  auto tokenizer = createBytePairTokenizer(std::move(*vocabulary), *rules);
  if (!tokenizer) return file.invalid(tokenizer.error().message);
  return tokenizer;
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const GgufFile& file) {
  const auto kind = file.string("tokenizer.ggml.model");
  if (!kind) return tl::unexpected(kind.error());
  if (!*kind) return file.invalid("has no tokenizer (\"tokenizer.ggml.model\")");
  try {
    if (**kind == "llama") return loadSentencePiece(file);
    if (**kind == "gpt2") return loadBytePairs(file);
    return file.unsupported("the tokenizer \"" + std::string((*kind)->substr(0, 100)) +
                            "\" is not known; \"llama\" and \"gpt2\" are");
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, file.name() + ": no memory for the vocabulary");
  }
}

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return loadHuggingFaceTokenizer(path);
  const auto file = openGguf(path, ModelContents::Shape);
  if (!file) return tl::unexpected(file.error());
  return loadTokenizer(**file);
}

}  // namespace zipage
