#pragma once

#include <QDateTime>
#include <QString>

namespace zipage::ui {

/// "14:03" today, "Yesterday", "Mon" within a week, else a date.
QString timeText(const QDateTime& time, const QDateTime& now);

}  // namespace zipage::ui
