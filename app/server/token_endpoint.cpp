#include "app/server/token_endpoint.h"

#include <algorithm>

#include "app/server/json_fields.h"

namespace zipage {

namespace {

struct Asked {
  Json body;
  std::shared_ptr<const ServedModel> model;
};

ApiResult<Asked> read(const Exchange& exchange, const ServedModels& models) {
  auto body = parseBody(exchange.body);
  if (!body) return tl::unexpected(body.error());
  JsonFields fields(*body);
  const std::string name = fields.text("model").value_or("");
  if (fields.problem()) return tl::unexpected(*fields.problem());
  const auto engine = models.find(name);
  if (!engine) return tl::unexpected(engine.error());
  Asked asked{std::move(*body), (*engine)->model()};
  if (asked.model == nullptr) return tl::unexpected(noModelLoaded());
  return asked;
}

std::vector<TokenId> tokensOf(const Tokenizer& tokenizer, const std::string& text, bool parses, bool begins) {
  std::vector<TokenId> tokens = parses ? tokenizer.encodeWithControlTokens(text) : tokenizer.encode(text);
  const TokenId first = tokenizer.beginOfText();
  const bool isMissing = tokens.empty() || tokens.front() != first;
  if (begins && first >= 0 && tokenizer.addsBeginOfText() && isMissing) tokens.insert(tokens.begin(), first);
  return tokens;
}

}  // namespace

std::optional<std::vector<TokenId>> tokensIn(const Json& json, const Tokenizer& tokenizer) {
  const auto isToken = [&](const Json& id) {
    return id.is_number_integer() && id >= 0 && id < tokenizer.vocabularySize();
  };
  if (!json.is_array() || !std::all_of(json.begin(), json.end(), isToken)) return std::nullopt;
  return json.get<std::vector<TokenId>>();
}

void answerTokenize(Exchange& exchange, const ServedModels& models) {
  const auto asked = read(exchange, models);
  if (!asked) return answer(exchange.response, asked.error());
  JsonFields fields(asked->body);
  const auto content = fields.text("content");
  const auto prompt = content ? content : fields.text("prompt");
  const bool parses = fields.boolean("parse_special").value_or(true);
  const bool begins = fields.boolean("add_special").value_or(false);
  if (!prompt) fields.refuse("content", "content is missing: the text to tokenize");
  if (fields.problem()) return answer(exchange.response, *fields.problem());
  const auto tokens = tokensOf(*asked->model->bundle->tokenizer, *prompt, parses, begins);
  answer(exchange, {{"tokens", tokens}, {"count", tokens.size()}});
}

void answerDetokenize(Exchange& exchange, const ServedModels& models) {
  const auto asked = read(exchange, models);
  if (!asked) return answer(exchange.response, asked.error());
  const Tokenizer& tokenizer = *asked->model->bundle->tokenizer;
  JsonFields fields(asked->body);
  const Json* given = fields.array("tokens");
  const auto tokens = given == nullptr ? std::nullopt : tokensIn(*given, tokenizer);
  if (!tokens) fields.refuse("tokens", "tokens must be an array of token ids of this model");
  if (fields.problem()) return answer(exchange.response, *fields.problem());
  answer(exchange, {{"content", tokenizer.decode(*tokens, true)}});
}

}  // namespace zipage
