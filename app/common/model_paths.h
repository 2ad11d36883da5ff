// Which file a model's name means.
#pragma once

#include <filesystem>
#include <string_view>

#include "engine/base/result.h"

namespace zipage {

/// The name of the model that comes with the program.
inline constexpr std::string_view kDemoModelName = "demo";

/// The file of the built-in model: $ZIPAGE_RESOURCES/zipage-demo.gguf, share/zipage/ beside the program's
/// bin/, or the source tree this build came from, in that order. NotFound names the places.
Result<std::filesystem::path> demoModelPath();

/// "demo" is the built-in model and "synthetic:…" one made in memory (engine/model/synthetic_spec.h);
/// anything else is the path of a file, which must exist and be readable.
Result<std::filesystem::path> resolveModel(std::string_view nameOrPath);

}  // namespace zipage
