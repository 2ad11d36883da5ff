#pragma once

#include <QString>
#include <functional>

#include "engine/base/ids.h"

namespace zipage::ui {

/// The title of the chat that an owner is; empty: not known.
using OwnerNames = std::function<QString(OwnerId)>;

}  // namespace zipage::ui
