// The tokenizer of a Hugging Face folder: tokenizer.json, or tokenizer.model where there is none.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/result.h"
#include "engine/text/tokenizer.h"

namespace zipage {

/// Begin and end of texts come from tokenizer_config.json, generation_config.json and config.json. Every
/// failure names the file and the thing; Unsupported for components this program does not know.
Result<std::shared_ptr<const Tokenizer>> loadHuggingFaceTokenizer(const std::filesystem::path& folder);

}  // namespace zipage
