#pragma once

#include <QColor>
#include <QTextLayout>

#include "ui/chat_values.h"

class QPainter;

namespace zipage::ui {

/// The figures below a reply, in as many lines as they take. What was evicted is a link.
class FigureLine {
 public:
  void arrange(const MessageItem& message, const QFont& font, double width);
  double height() const { return m_height; }
  bool isEmpty() const { return m_layout.text().isEmpty(); }
  /// `link`: its colour, underlined when the pointer is over it.
  void paint(QPainter& painter, const QPointF& topLeft, const QColor& color, const QColor& link,
             bool isUnderlined) const;
  bool isLinkAt(const QPointF& point) const;

 private:
  QTextLayout m_layout;
  double m_height = 0.0;
  int m_linkFrom = -1;
  int m_linkEnd = -1;
};

}  // namespace zipage::ui
