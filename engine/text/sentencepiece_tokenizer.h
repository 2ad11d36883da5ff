// Byte-pair vocabularies of the SentencePiece kind, through the sentencepiece library.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/tokenizer.h"
#include "engine/text/vocabulary.h"

namespace zipage {

/// InvalidFile, without the file's name, when there are no scores or the library refuses the vocabulary.
Result<std::shared_ptr<const Tokenizer>> createSentencePieceTokenizer(Vocabulary vocabulary);

}  // namespace zipage
