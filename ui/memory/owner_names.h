#pragma once

#include <QString>
#include <functional>

#include "engine/base/ids.h"

namespace zipage::ui {

/// Requests that compare memory policies; they are no chat's.
inline constexpr OwnerId kComparisons{kOtherPrograms.value + 1};

/// The title of the chat that an owner is; empty: not known.
using OwnerNames = std::function<QString(OwnerId)>;

}  // namespace zipage::ui
