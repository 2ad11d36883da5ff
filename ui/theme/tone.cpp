#include "ui/theme/tone.h"

#include <QStyle>
#include <QVariant>
#include <QWidget>

namespace zipage::ui {

void setTone(QWidget& widget, const QString& tone) {
  if (widget.property("tone").toString() == tone) return;
  widget.setProperty("tone", tone);
  widget.style()->unpolish(&widget);
  widget.style()->polish(&widget);
}

}  // namespace zipage::ui
