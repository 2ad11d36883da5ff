// What a chat's messages and settings ask of the model: the conversation to render, and the request's
// settings.
#pragma once

#include <string>
#include <vector>

#include "app/common/request_settings.h"
#include "app/gui/model_worker.h"
#include "engine/store/session_store.h"
#include "ui/chat_values.h"

namespace zipage {

/// The conversation of a branch, system prompt first where there is one. Replies without any text are left
/// out. Text files stand before the text of their question.
PromptJob promptJobFor(const std::vector<const MessageRecord*>& branch,
                       const ui::GenerationSettings& settings);

/// A question as the model reads it: each file under its name, between fences that nothing in it can close.
std::string questionText(const MessageRecord& question);

RequestSettings requestSettingsFor(const ui::GenerationSettings& settings);

std::vector<std::string> stopStringsOf(const ui::GenerationSettings& settings);

/// Settings with the sampling that a model's own file suggests, and this program's where it says nothing.
ui::GenerationSettings suggestedSettings(const SamplingDefaults& ofModel);

}  // namespace zipage
