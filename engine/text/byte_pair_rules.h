// How a vocabulary of byte pairs cuts and merges text. GGUF files name the rules; the names and patterns are
// those of the models' own tokenizer.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace zipage {

struct BytePairRules {
  std::vector<std::string> patterns;  // of the PreTokenizer
  bool takesWholeWords =
      false;  // a stretch that is a token of the vocabulary is that token, whatever the merges say
  bool composesCharacters = false;  // texts are brought to Unicode form NFC first
  bool addsBeginOfText = false;     // unless the file says otherwise
};

/// The rules named `name` (`tokenizer.ggml.pre`). Unsupported for a name that is not known: a guess would
/// give texts that look right and are not.
Result<BytePairRules> bytePairRulesOf(std::string_view name);

}  // namespace zipage
