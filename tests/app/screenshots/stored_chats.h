// Chats of earlier days for the pictures: what a person finds in the list at a start.
#pragma once

#include <filesystem>

namespace zipage::tour {

/// The title of the chat whose answer has formulas, a table, lists, a quote and code.
inline constexpr const char* kRichTitle = "Roots of a quadratic";

/// Writes them into the database at `file`, which is made. False: it could not be written.
bool writeStoredChats(const std::filesystem::path& file);

}  // namespace zipage::tour
