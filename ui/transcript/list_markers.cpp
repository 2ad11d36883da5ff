#include "ui/transcript/list_markers.h"

#include <QAbstractTextDocumentLayout>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QSet>
#include <QTextLayout>
#include <QTextList>

namespace zipage::ui {

namespace {

constexpr int kNumberProperty =
    QTextFormat::UserProperty + 11;  // of a list's format: that of its first entry
constexpr int kIsNumberedProperty = QTextFormat::UserProperty + 12;

/// The spot where the text of a block's first line begins.
struct LineStart {
  QPointF point;  // on the baseline
  bool isThere = false;
};

LineStart lineStartOf(const QTextDocument& document, const QTextBlock& block) {
  const QTextLayout* layout = block.layout();
  if (layout->lineCount() == 0) return {};
  const QPointF origin = document.documentLayout()->blockBoundingRect(block).topLeft();
  const QTextLine line = layout->lineAt(0);
  return {origin + line.position() + QPointF(0.0, line.ascent()), true};
}

bool isNumbered(const QTextList& list) { return list.format().boolProperty(kIsNumberedProperty); }

int numberOf(const QTextList& list, const QTextBlock& block) {
  return list.format().intProperty(kNumberProperty) + list.itemNumber(block);
}

void paintNumber(QPainter& painter, const QPointF& start, const QString& number, const TextLook& look) {
  const QFontMetricsF metrics(look.font);
  painter.setFont(look.font);
  painter.setPen(look.text);
  painter.drawText(
      QPointF(start.x() - metrics.horizontalAdvance(number) - 0.35 * metrics.xHeight() * 2.0, start.y()),
      number);
}

void paintBullet(QPainter& painter, const QPointF& start, int depth, const TextLook& look) {
  const double height = QFontMetricsF(look.font).xHeight();
  const double radius = height * 0.28;
  const QPointF center(start.x() - height * 1.2, start.y() - height * 0.5);
  painter.setPen(depth % 2 == 0 ? QPen(look.text, height * 0.13) : QPen(Qt::NoPen));
  painter.setBrush(depth % 2 == 0 ? QBrush(Qt::NoBrush) : QBrush(look.text));
  painter.drawEllipse(center, radius, radius);
}

void paintCheckBox(QPainter& painter, const QPointF& start, bool isChecked, const TextLook& look) {
  const double size = QFontMetricsF(look.font).capHeight();
  const QRectF box(start.x() - size * 1.5, start.y() - size, size, size);
  painter.setPen(QPen(look.muted, size * 0.1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(box, size * 0.18, size * 0.18);
  if (!isChecked) return;
  QPainterPath check(box.topLeft() + QPointF(0.22, 0.52) * size);
  check.lineTo(box.topLeft() + QPointF(0.43, 0.73) * size);
  check.lineTo(box.topLeft() + QPointF(0.8, 0.28) * size);
  painter.setPen(QPen(look.text, size * 0.15, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.drawPath(check);
}

void paintMarker(QPainter& painter, const QTextBlock& block, const QPointF& start, const TextLook& look) {
  const QTextList& list = *block.textList();
  const auto marker = block.blockFormat().marker();
  if (marker != QTextBlockFormat::MarkerType::NoMarker)
    paintCheckBox(painter, start, marker == QTextBlockFormat::MarkerType::Checked, look);
  else if (isNumbered(list))
    paintNumber(painter, start, QStringLiteral("%1.").arg(numberOf(list, block)), look);
  else
    paintBullet(painter, start, list.format().indent(), look);
}

}  // namespace

void takeOverListMarkers(QTextDocument& document, int firstNumber) {
  QSet<QTextList*> seen;
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    QTextList* list = block.textList();
    if (list == nullptr || seen.contains(list)) continue;
    seen.insert(list);
    QTextListFormat format = list->format();
    format.setProperty(kIsNumberedProperty, format.style() == QTextListFormat::ListDecimal);
    format.setProperty(kNumberProperty, block == document.begin() ? firstNumber : 1);
    format.setStyle(QTextListFormat::ListStyleUndefined);
    list->setFormat(format);
  }
}

void paintListMarkers(QPainter& painter, const QTextDocument& document, const TextLook& look,
                      const QRectF& exposed) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    if (block.textList() == nullptr) continue;
    const LineStart start = lineStartOf(document, block);
    const double height = look.lineHeight * 2.0;
    const bool isSeen =
        start.point.y() + height >= exposed.top() && start.point.y() - height <= exposed.bottom();
    if (start.isThere && isSeen) paintMarker(painter, block, start.point, look);
  }
  painter.restore();
}

QString listMarkOf(const QTextBlock& block) {
  const QTextList* list = block.textList();
  if (list == nullptr) return {};
  const auto marker = block.blockFormat().marker();
  if (marker == QTextBlockFormat::MarkerType::Checked) return QStringLiteral("- [x] ");
  if (marker == QTextBlockFormat::MarkerType::Unchecked) return QStringLiteral("- [ ] ");
  return isNumbered(*list) ? QStringLiteral("%1. ").arg(numberOf(*list, block)) : QStringLiteral("- ");
}

}  // namespace zipage::ui
