// The vocabulary and the rules of a Hugging Face tokenizer.json.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"
#include "engine/text/byte_pair_rules.h"
#include "engine/text/vocabulary.h"

namespace zipage {

struct TokenizerJson {
  Vocabulary vocabulary;  // not settled; no begin and no ends
  std::optional<BytePairRules>
      rules;  // of byte-level vocabularies; none: it is one of the SentencePiece kind
};

/// InvalidFile or Unsupported, without the file's name.
Result<TokenizerJson> readTokenizerJson(const nlohmann::json& json);

}  // namespace zipage
