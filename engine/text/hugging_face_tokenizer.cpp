#include "engine/text/hugging_face_tokenizer.h"

#include <algorithm>
#include <utility>

#include "engine/base/json_file.h"
#include "engine/text/byte_pair_tokenizer.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/tokenizer_json.h"

namespace zipage {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// An empty object where there is no such file.
Result<Json> readOptional(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return Json::object();
  return readJsonFile(path);
}

/// The text of a token as configuration files give it: a string, or an object around one.
std::string tokenText(const Json& config, const char* key) {
  const Json token = config.value(key, Json());
  if (token.is_string()) return token.get<std::string>();
  return token.is_object() && token.contains("content") && token["content"].is_string()
             ? token["content"].get<std::string>()
             : "";
}

TokenId idOf(const Vocabulary& vocabulary, const std::string& text) {
  if (text.empty()) return -1;
  const auto found = std::ranges::find(vocabulary.texts, text);
  return found == vocabulary.texts.end() ? -1 : static_cast<TokenId>(found - vocabulary.texts.begin());
}

void addEnd(Vocabulary& vocabulary, const Json& id) {
  if (id.is_number_integer() && id.get<std::int64_t>() >= 0 &&
      id.get<std::int64_t>() < vocabulary.numTokens())
    vocabulary.endTokens.push_back(id.get<TokenId>());
}

void addEnds(Vocabulary& vocabulary, const Json& config) {
  const Json ends = config.value("eos_token_id", Json());
  if (!ends.is_array()) return addEnd(vocabulary, ends);
  for (const Json& id : ends) addEnd(vocabulary, id);
}

/// Whether the post-processor puts `begin` in front of a text.
bool writesBegin(const Json& processor, const std::string& begin) {
  if (!processor.is_object()) return false;
  for (const Json& inner : processor.value("processors", Json::array())) {
    if (writesBegin(inner, begin)) return true;
  }
  const Json single = processor.value("single", Json());
  if (!single.is_array() || single.empty() || !single[0].is_object()) return false;
  const Json special = single[0].value("SpecialToken", Json());
  return special.is_object() && special.value("id", Json()) == Json(begin);
}

Result<void> readBeginAndEnds(const fs::path& folder, const Json& tokenizer, Vocabulary& vocabulary) {
  const auto config = readOptional(folder / "tokenizer_config.json");
  if (!config) return tl::unexpected(config.error());
  const std::string begin = tokenText(*config, "bos_token");
  vocabulary.beginOfText = idOf(vocabulary, begin);
  const Json adds = config->value("add_bos_token", Json());
  const bool isWritten =
      tokenizer.is_object() ? writesBegin(tokenizer.value("post_processor", Json()), begin) : true;
  vocabulary.addsBeginOfText =
      vocabulary.beginOfText >= 0 && (adds.is_boolean() ? adds.get<bool>() : isWritten);
  if (const TokenId end = idOf(vocabulary, tokenText(*config, "eos_token")); end >= 0)
    vocabulary.endTokens.push_back(end);
  for (const char* name : {"generation_config.json", "config.json"}) {
    const auto more = readOptional(folder / name);
    if (!more) return tl::unexpected(more.error());
    addEnds(vocabulary, *more);
  }
  settleVocabulary(vocabulary);
  return {};
}

Result<std::shared_ptr<const Tokenizer>> fromJson(const fs::path& folder, const fs::path& file) {
  const auto json = readJsonFile(file);
  if (!json) return tl::unexpected(json.error());
  auto made = readTokenizerJson(*json);
  if (!made) return failure(made.error().code, file.string() + ": " + made.error().message);
  if (auto done = readBeginAndEnds(folder, *json, made->vocabulary); !done)
    return tl::unexpected(done.error());
  auto tokenizer = made->rules ? createBytePairTokenizer(std::move(made->vocabulary), *made->rules)
                               : createSentencePieceTokenizer(std::move(made->vocabulary));
  if (!tokenizer) return failure(tokenizer.error().code, file.string() + ": " + tokenizer.error().message);
  return tokenizer;
}

Result<std::shared_ptr<const Tokenizer>> fromModelProto(const fs::path& folder, const fs::path& file) {
  const auto bytes = readSmallFile(file);
  if (!bytes) return tl::unexpected(bytes.error());
  auto vocabulary = parseModelProto(*bytes);
  if (!vocabulary) return failure(vocabulary.error().code, file.string() + ": " + vocabulary.error().message);
  if (auto done = readBeginAndEnds(folder, Json(), *vocabulary); !done) return tl::unexpected(done.error());
  auto tokenizer = createSentencePieceTokenizer(std::move(*vocabulary));
  if (!tokenizer) return failure(tokenizer.error().code, file.string() + ": " + tokenizer.error().message);
  return tokenizer;
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> loadHuggingFaceTokenizer(const fs::path& folder) {
  std::error_code error;
  const fs::path json = folder / "tokenizer.json";
  if (fs::exists(json, error)) return fromJson(folder, json);
  const fs::path proto = folder / "tokenizer.model";
  if (fs::exists(proto, error)) return fromModelProto(folder, proto);
  return failure(ErrorCode::NotFound, folder.string() + ": has neither tokenizer.json nor tokenizer.model");
}

}  // namespace zipage
