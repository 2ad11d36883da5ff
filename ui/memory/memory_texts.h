// The words and numbers of the memory views, in the user's language.
#pragma once

#include <QString>

#include "engine/cache/cache_snapshot.h"

namespace zipage::ui {

QString countText(qint64 count);  // "1,234"
QString bytesText(qint64 bytes);  // "1.5 MiB"
QString pageStateText(PageState state);

}  // namespace zipage::ui
