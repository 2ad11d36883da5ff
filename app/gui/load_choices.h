// How a person asks for a model to be loaded, and the session options that means.
#pragma once

#include <filesystem>

#include "app/common/model_session.h"
#include "ui/models/model_values.h"

namespace zipage {

/// An unknown device or type of keys and values counts as "auto".
SessionOptions sessionOptionsFor(const std::filesystem::path& model, const ui::LoadChoice& choice);

}  // namespace zipage
