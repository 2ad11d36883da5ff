// Byte-level byte-pair vocabularies: GPT-2, Llama 3, Qwen and most others.
#pragma once

#include <memory>

#include "engine/base/result.h"
#include "engine/text/byte_pair_rules.h"
#include "engine/text/tokenizer.h"
#include "engine/text/vocabulary.h"

namespace zipage {

/// Texts of normal tokens and of merges are in the alphabet of byte_alphabet.h; those of other tokens are as
/// they are. Tokens written <like this> that are not control tokens are marks: only templates and models
/// write them. InvalidFile, without the file's name, for rules or merges that make no sense.
Result<std::shared_ptr<const Tokenizer>> createBytePairTokenizer(Vocabulary vocabulary,
                                                                 const BytePairRules& rules);

}  // namespace zipage
