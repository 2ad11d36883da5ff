#include "ui/window/sample_button.h"

#include <QPainter>

namespace zipage::ui {

namespace {

constexpr int kSide = 16;
constexpr int kAbove = 12;
constexpr int kFlags = Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap;

}  // namespace

SampleButton::SampleButton(const QString& question, QWidget* parent) : QAbstractButton(parent) {
  setText(question);
  setAccessibleName(question);
  setToolTip(tr("Send this question"));
  setAttribute(Qt::WA_Hover);
  setFocusPolicy(Qt::StrongFocus);
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void SampleButton::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

int SampleButton::heightForWidth(int width) const {
  const QRect room(0, 0, width - 2 * kSide, 1 << 16);
  return fontMetrics().boundingRect(room, kFlags, text()).height() + 2 * kAbove;
}

QSize SampleButton::sizeHint() const { return {400, heightForWidth(400)}; }

void SampleButton::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(hasFocus() ? m_theme.accent : m_theme.hairline);
  painter.setBrush(isEnabled() && (underMouse() || isDown()) ? m_theme.hover : m_theme.page);
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
  painter.setPen(isEnabled() ? m_theme.text : m_theme.mutedText);
  painter.drawText(rect().adjusted(kSide, kAbove, -kSide, -kAbove), kFlags, text());
}

}  // namespace zipage::ui
