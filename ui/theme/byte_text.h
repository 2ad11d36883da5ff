#pragma once

#include <QString>

namespace zipage::ui {

/// "16 KiB", "3.2 GiB".
QString bytesText(qint64 numBytes);

}  // namespace zipage::ui
