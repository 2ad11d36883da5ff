// Text that looks like a control token, and how to make it harmless where it cannot be kept apart from the
// template's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace zipage {

/// Puts a zero-width space after the first character of everything in `text` that has the form of a control
/// token
/// (<…> or […] without a space inside) and that `isTokenText` confirms; an absent predicate confirms all.
std::string breakControlText(const std::string& text,
                             const std::function<bool(std::string_view)>& isTokenText);

}  // namespace zipage
