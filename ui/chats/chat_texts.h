#pragma once

#include <QDateTime>
#include <QString>

#include "ui/chat_values.h"

namespace zipage::ui {

/// "14:03" today, "Yesterday", "Mon" within a week, else a date.
QString timeText(const QDateTime& time, const QDateTime& now);

/// "Thinking…", "Failed"; empty for a chat that rests.
QString stateText(ChatState state);
/// Where a hit stands: "Title", "Question", …
QString partText(ChatHit::Part part);

}  // namespace zipage::ui
