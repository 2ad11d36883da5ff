// /tokenize and /detokenize.
#pragma once

#include <optional>
#include <vector>

#include "app/server/exchange.h"
#include "app/server/served_models.h"

namespace zipage {

/// An array of token ids that this vocabulary has; nothing for anything else.
std::optional<std::vector<TokenId>> tokensIn(const Json& json, const Tokenizer& tokenizer);

/// {"content" or "prompt": text, "add_special": false, "parse_special": true, "model"} → {"tokens": […],
/// "count"}.
void answerTokenize(Exchange& exchange, const ServedModels& models);
/// {"tokens": […], "model"} → {"content": text}.
void answerDetokenize(Exchange& exchange, const ServedModels& models);

}  // namespace zipage
