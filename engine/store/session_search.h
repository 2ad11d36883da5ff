// Full-text search over titles, text, reasoning and attached files.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/store/database.h"
#include "engine/store/session_store.h"

namespace zipage {

/// See SessionStore::search().
Result<std::vector<SearchHit>> searchSessions(const Database& database, std::string_view query);

}  // namespace zipage
