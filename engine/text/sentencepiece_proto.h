// A vocabulary as the serialized ModelProto that the sentencepiece library loads, written and read.
#pragma once

#include <string>

#include "engine/text/vocabulary.h"

namespace zipage {

/// REQUIRES: vocabulary.scores has an entry for each token. The proto adds no space prefix: that is the
/// caller's.
std::string serializeModelProto(const Vocabulary& vocabulary);

/// The vocabulary of a tokenizer.model, not settled. InvalidFile for bytes that are no ModelProto of byte
/// pairs; Unsupported for one that changes characters before it cuts them. Neither names the file.
Result<Vocabulary> parseModelProto(std::string_view bytes);

}  // namespace zipage
