#include "ui/theme/tabular_text.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

namespace zipage::ui {

void drawTabular(QPainter& painter, const QPoint& baseline, const QString& text) {
  const QFontMetricsF metrics(painter.font());
  double digitWidth = 0.0;
  for (char digit = '0'; digit <= '9'; ++digit) {
    digitWidth = std::max(digitWidth, metrics.horizontalAdvance(QLatin1Char(digit)));
  }
  QPointF place(baseline);
  for (const QChar character : text) {
    const double advance = metrics.horizontalAdvance(character);
    const double slot = character.isDigit() ? digitWidth : advance;
    painter.drawText(place + QPointF((slot - advance) / 2.0, 0.0), QString(character));
    place.rx() += slot;
  }
}

}  // namespace zipage::ui
