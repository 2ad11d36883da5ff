// /tokenize and /detokenize.
#pragma once

#include "app/server/exchange.h"
#include "app/server/served_models.h"

namespace zipage {

/// {"content" or "prompt": text, "add_special": false, "parse_special": true, "model"} → {"tokens": […],
/// "count"}.
void answerTokenize(Exchange& exchange, const ServedModels& models);
/// {"tokens": […], "model"} → {"content": text}.
void answerDetokenize(Exchange& exchange, const ServedModels& models);

}  // namespace zipage
