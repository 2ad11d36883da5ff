// Numbers with their units, in the user's language. Widths stay put: the same precision over a whole range.
#pragma once

#include <QString>

namespace zipage::ui {

QString countText(qint64 count);     // "1,234"
QString tokensText(qint64 tokens);   // "840 tokens"
QString durationText(qint64 ms);     // "12 s", "3 min 5 s"
QString bytesText(qint64 bytes);     // "1.5 MiB"
QString rateText(double perSecond);  // "31.4 tokens/s"

}  // namespace zipage::ui
