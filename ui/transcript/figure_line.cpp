#include "ui/transcript/figure_line.h"

#include <QPainter>

#include "ui/transcript/reply_texts.h"

namespace zipage::ui {

void FigureLine::arrange(const MessageItem& message, const QFont& font, double width) {
  m_layout.setText(figuresText(message));
  m_layout.setFont(font);
  const QString link = evictedText(message);
  m_linkFrom = link.isEmpty() ? -1 : static_cast<int>(m_layout.text().indexOf(link));
  m_linkEnd = m_linkFrom + static_cast<int>(link.size());
  m_height = 0.0;
  m_layout.beginLayout();
  for (QTextLine line = m_layout.createLine(); line.isValid(); line = m_layout.createLine()) {
    line.setLineWidth(width);
    line.setPosition({0.0, m_height});
    m_height += line.height();
  }
  m_layout.endLayout();
}

void FigureLine::paint(QPainter& painter, const QPointF& topLeft, const QColor& color, const QColor& link,
                       bool isUnderlined) const {
  QTextLayout::FormatRange range;
  range.start = m_linkFrom;
  range.length = m_linkEnd - m_linkFrom;
  range.format.setForeground(link);
  range.format.setFontUnderline(isUnderlined);
  painter.setPen(color);
  m_layout.draw(&painter, topLeft, m_linkFrom < 0 ? QVector<QTextLayout::FormatRange>() : QVector{range});
}

bool FigureLine::isLinkAt(const QPointF& point) const {
  for (int i = 0; m_linkFrom >= 0 && i < m_layout.lineCount(); ++i) {
    const QTextLine line = m_layout.lineAt(i);
    if (!line.naturalTextRect().contains(point)) continue;
    const int at = line.xToCursor(point.x(), QTextLine::CursorOnCharacter);
    return at >= m_linkFrom && at < m_linkEnd;
  }
  return false;
}

}  // namespace zipage::ui
