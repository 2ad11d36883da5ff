// What people type, as a query that SQLite's full-text search takes.
#pragma once

#include <string>
#include <string_view>

namespace zipage {

/// Finds texts that hold every word of `typed`, each as the beginning of a word. All of it is quoted: nothing
/// that is typed acts as search syntax. Empty when there is no word.
std::string searchExpression(std::string_view typed);

}  // namespace zipage
