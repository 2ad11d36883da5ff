// A conversation as a Markdown document for people: questions, answers, reasoning folded, text files in
// fences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/store/session_store.h"

namespace zipage {

/// `branch` from its first message to its last.
std::string chatToMarkdown(const ChatRecord& chat, const std::vector<const MessageRecord*>& branch);

/// A fence of backticks that nothing in `text` can close.
std::string fenceFor(std::string_view text);

}  // namespace zipage
