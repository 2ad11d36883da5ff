#pragma once

#include <QString>

#include "engine/cache/cache_snapshot.h"

namespace zipage::ui {

/// What will happen to the memory of a chat, before it does: one sentence. Empty: it holds nothing.
QString forecastText(const CacheSnapshot& snapshot, OwnerId chat);

/// What keeping so many tokens of a request from eviction costs: of its budget, and in bytes. `snapshot` may
/// be null, and need not hold the request.
QString pinCostText(const CacheSnapshot* snapshot, RequestId request, qint64 tokens);

}  // namespace zipage::ui
