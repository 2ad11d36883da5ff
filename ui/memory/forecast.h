#pragma once

#include <QString>

#include "engine/cache/cache_snapshot.h"

namespace zipage::ui {

/// What will happen to the memory of a chat, before it does: one sentence. Empty: it holds nothing.
QString forecastText(const CacheSnapshot& snapshot, OwnerId chat);

}  // namespace zipage::ui
