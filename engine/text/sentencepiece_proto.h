// Writes a vocabulary as the serialized ModelProto that the sentencepiece library loads.
#pragma once

#include <string>

#include "engine/text/vocabulary.h"

namespace zipage {

/// REQUIRES: vocabulary.scores has an entry for each token. The proto adds no space prefix: that is the
/// caller's.
std::string serializeModelProto(const Vocabulary& vocabulary);

}  // namespace zipage
