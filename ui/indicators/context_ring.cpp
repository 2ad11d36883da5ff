#include "ui/indicators/context_ring.h"

#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <cmath>

#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr int kSide = 8;
constexpr int kGap = 6;
constexpr int kMinimumRing = 14;

QString tipOf(const ContextUse& use) {
  QString rows;
  for (const auto& [name, value] : contextRows(use)) {
    rows += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td align=\"right\">%2</td></tr>")
                .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
  }
  return QStringLiteral("<table>%1</table>").arg(rows);
}

}  // namespace

ContextRing::ContextRing(QWidget* parent) : QAbstractButton(parent) {
  setObjectName(QStringLiteral("contextRing"));
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_Hover);
  connect(this, &QAbstractButton::clicked, this, &ContextRing::openBreakdown);
  showUse();
}

void ContextRing::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

QString ContextRing::shareText() const {
  return m_use.limitTokens > 0 ? tr("%1 %").arg(std::lround(m_use.share() * 100)) : tr("–");
}

void ContextRing::setUse(const ContextUse& use) {
  if (use == m_use) return;
  m_use = use;
  showUse();
}

void ContextRing::showUse() {
  setAccessibleName(tr("Context: %1 full").arg(shareText()));
  QStringList spoken;
  for (const auto& [name, value] : contextRows(m_use)) spoken << name + QLatin1Char(' ') + value;
  setAccessibleDescription(spoken.join(QStringLiteral(", ")));
  setToolTip(tipOf(m_use));
  update();
  if (!m_breakdown) return;
  const auto rows = contextRows(m_use);
  for (qsizetype row = 0; row < std::min(rows.size(), m_values.size()); ++row)
    m_values[row]->setText(rows[row].second);
}

QSize ContextRing::sizeHint() const {
  const int line = fontMetrics().height();
  return {
      2 * kSide + std::max(line, kMinimumRing) + kGap + fontMetrics().horizontalAdvance(tr("%1 %").arg(100)),
      line + 12};
}

QColor ContextRing::levelColor() const {
  switch (m_use.level()) {
    case ContextUse::Level::Red:
      return m_theme.danger;
    case ContextUse::Level::Amber:
      return m_theme.warning;
    case ContextUse::Level::Calm:
      break;
  }
  return m_theme.accent;
}

void ContextRing::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF outline = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
  painter.setPen(hasFocus() ? QPen(m_theme.accent) : QPen(Qt::NoPen));
  painter.setBrush(underMouse() || isDown() ? QBrush(m_theme.hover) : QBrush(Qt::NoBrush));
  painter.drawRoundedRect(outline, 6, 6);

  const int size = std::max(fontMetrics().height() - 2, kMinimumRing);
  const double thickness = size / 5.0;
  const QRectF ring = QRectF(kSide, (height() - size) / 2.0, size, size)
                          .adjusted(thickness / 2, thickness / 2, -thickness / 2, -thickness / 2);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(m_theme.control, thickness));
  painter.drawEllipse(ring);
  painter.setPen(QPen(levelColor(), thickness, Qt::SolidLine, Qt::FlatCap));
  painter.drawArc(ring, 90 * 16, -static_cast<int>(std::lround(m_use.share() * 360 * 16)));
  painter.setPen(m_use.level() == ContextUse::Level::Calm ? m_theme.text : levelColor());
  painter.drawText(rect().adjusted(kSide + size + kGap, 0, -kSide, 0), Qt::AlignRight | Qt::AlignVCenter,
                   shareText());
}

void ContextRing::openBreakdown() {
  auto* popup = new QFrame(this, Qt::Popup);
  m_breakdown = popup;
  m_values.clear();
  popup->setObjectName(QStringLiteral("contextBreakdown"));
  popup->setAttribute(Qt::WA_DeleteOnClose);
  popup->setAttribute(Qt::WA_WindowPropagation);
  popup->setAccessibleName(tr("What this chat holds"));
  auto* grid = new QGridLayout(popup);
  grid->setContentsMargins(16, 16, 16, 16);
  grid->setHorizontalSpacing(32);
  grid->setVerticalSpacing(8);
  auto* heading = new QLabel(tr("What this chat holds"));
  heading->setProperty("tone", "heading");
  grid->addWidget(heading, 0, 0, 1, 2);
  for (const auto& [name, value] : contextRows(m_use)) {
    const int row = grid->rowCount();
    auto* label = new QLabel(name);
    label->setProperty("tone", "muted");
    grid->addWidget(label, row, 0);
    m_values.append(new QLabel(value));
    grid->addWidget(m_values.constLast(), row, 1, Qt::AlignRight);
  }
  auto* forecast = new QLabel(contextForecast(m_use));
  forecast->setWordWrap(true);
  forecast->setProperty("tone", "muted");
  grid->addWidget(forecast, grid->rowCount(), 0, 1, 2);
  popup->adjustSize();
  popup->move(mapToGlobal(QPoint(width() - popup->width(), height() + 4)));
  popup->show();
}

}  // namespace zipage::ui
