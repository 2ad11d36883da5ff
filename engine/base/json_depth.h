// How deeply untrusted JSON is nested. Libraries print and compare nested values by recursion, so that
// somebody has to look before.
#pragma once

#include <string_view>

namespace zipage {

/// Whether the brackets outside strings nest deeper than `depth`. The text may be no JSON at all.
bool isDeeperThan(std::string_view json, int depth);

}  // namespace zipage
