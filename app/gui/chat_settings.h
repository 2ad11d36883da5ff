// GenerationSettings as the JSON text a chat keeps in the database. Unknown or damaged parts fall back to
// defaults, so that a chat of another version still opens.
#pragma once

#include <string>

#include "ui/chat_values.h"

namespace zipage {

std::string settingsToJson(const ui::GenerationSettings& settings);
ui::GenerationSettings settingsFromJson(const std::string& json, const ui::GenerationSettings& defaults);

}  // namespace zipage
