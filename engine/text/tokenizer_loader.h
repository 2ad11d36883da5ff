// The tokenizer a model file brings, whatever else the file holds: one with a vocabulary and nothing more
// will do.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/gguf_file.h"
#include "engine/text/tokenizer.h"

namespace zipage {

/// Nothing of the file is used afterwards. Unsupported for kinds of vocabulary this program does not know.
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const GgufFile& file);

/// The same for the .gguf file or the Hugging Face folder of this name.
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path);

}  // namespace zipage
