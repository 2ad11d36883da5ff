#pragma once

#include <QPoint>
#include <QString>

class QPainter;

namespace zipage::ui {

/// Draws a number with all digits equally wide, whatever the font does. `baseline` is the left end of the
/// baseline.
void drawTabular(QPainter& painter, const QPoint& baseline, const QString& text);

}  // namespace zipage::ui
