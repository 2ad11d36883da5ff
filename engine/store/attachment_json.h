// Attachments as the JSON text of a column: [{"name", "text"}].
#pragma once

#include <string>
#include <vector>

#include "engine/store/session_store.h"

namespace zipage {

/// Text that is not valid UTF-8 is repaired as storableText() does.
std::string attachmentsToJson(const std::vector<Attachment>& attachments);
/// What is no attachment is left out.
std::vector<Attachment> attachmentsFromJson(const std::string& json);

}  // namespace zipage
