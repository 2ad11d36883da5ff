// A text layout lets an object rise above the middle of the line by half the x-height of its format's font,
// and hang as far below it. So the format's font is chosen for its x-height, such that the middle comes to
// lie where the formula needs it.
#include "ui/transcript/formula_objects.h"

#include <QAbstractTextDocumentLayout>
#include <QFontMetricsF>
#include <QPainter>
#include <QSvgRenderer>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>
#include <algorithm>
#include <cmath>

namespace zipage::ui {

namespace {

constexpr int kFormulaType = QTextFormat::UserObject + 1;
constexpr int kIndexProperty = QTextFormat::UserProperty + 1;
constexpr int kSourceProperty = QTextFormat::UserProperty + 2;
constexpr double kFormulaXHeight = 0.442;  // em, of the formulas' own letters
constexpr double kSmallestScale = 1.0;
constexpr double kLargestScale = 1.22;
constexpr int kLargestFont = 4000;  // px

double halfXHeight(const QFont& font) { return QFontMetrics(font).xHeight() / 2.0; }

/// The smallest font of this kind whose half x-height is at least `wanted`.
QFont fontWithHalfXHeight(QFont font, double wanted) {
  int low = 1, high = kLargestFont;
  while (low < high) {
    const int middle = (low + high) / 2;
    font.setPixelSize(middle);
    if (halfXHeight(font) >= wanted)
      high = middle;
    else
      low = middle + 1;
  }
  font.setPixelSize(low);
  return font;
}

/// The baseline of the line in whose middle `rect` is.
double baselineOf(const QRectF& rect, const QTextDocument& document, int position) {
  const QTextBlock block = document.findBlock(position);
  const QTextLine line = block.layout()->lineForTextPosition(position - block.position());
  if (!line.isValid()) return rect.bottom();
  const double height = line.ascent() + line.descent() + (line.leadingIncluded() ? line.leading() : 0.0);
  return rect.top() + line.ascent() - (height - rect.height()) / 2.0;
}

}  // namespace

struct FormulaObjects::Formula {
  std::shared_ptr<const FormulaPicture> picture;
  QColor color;
  double em = 0.0;  // px
  std::unique_ptr<QSvgRenderer> renderer;
};

FormulaObjects::FormulaObjects(QTextDocument& document) : QObject(&document) {
  document.documentLayout()->registerHandler(kFormulaType, this);
}

FormulaObjects::~FormulaObjects() = default;

double FormulaObjects::emOf(const QFont& font) {
  const double size = font.pixelSize();
  const double scale = QFontMetricsF(font).xHeight() / (kFormulaXHeight * size);
  return size * std::clamp(scale, kSmallestScale, kLargestScale);
}

QTextCharFormat FormulaObjects::add(std::shared_ptr<const FormulaPicture> picture, const QString& source,
                                    const QTextCharFormat& around, const QColor& color) {
  auto formula = std::make_unique<Formula>();
  formula->em = emOf(around.font());
  formula->color = color;
  formula->picture = std::move(picture);
  const double rise = (formula->picture->ascent - formula->picture->descent) * formula->em;
  QTextCharFormat format = around;
  QFont upright = around.font();
  upright.setItalic(false);
  format.setFont(fontWithHalfXHeight(upright, rise));
  format.setFontUnderline(false);
  format.setObjectType(kFormulaType);
  format.setVerticalAlignment(QTextCharFormat::AlignMiddle);
  format.setProperty(kIndexProperty, static_cast<int>(m_formulas.size()));
  format.setProperty(kSourceProperty, source);
  m_formulas.push_back(std::move(formula));
  return format;
}

QString FormulaObjects::sourceOf(const QTextCharFormat& format) {
  return format.objectType() == kFormulaType ? format.stringProperty(kSourceProperty) : QString();
}

FormulaObjects::Box FormulaObjects::boxOf(const Formula& formula, const QTextDocument& document, int position,
                                          const QFont& font) const {
  const QTextBlock block = document.findBlock(position);
  const double indent =
      block.blockFormat().indent() * document.indentWidth() + block.blockFormat().leftMargin();
  const double room = document.textWidth() - indent;
  const double width = formula.picture->width * formula.em;
  Box box;
  if (document.textWidth() > 0.0 && width > room) box.scale = std::max(room, 1.0) / width;
  const double ascent = formula.picture->ascent * formula.em * box.scale;
  const double descent = formula.picture->descent * formula.em * box.scale;
  const double half = halfXHeight(font);
  box.descent = std::max(descent, ascent - half);
  box.ascent = box.descent + half;
  return box;
}

QSizeF FormulaObjects::intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) {
  const Formula& formula = *m_formulas[static_cast<std::size_t>(format.intProperty(kIndexProperty))];
  const Box box = boxOf(formula, *document, position, format.toCharFormat().font());
  return {formula.picture->width * formula.em * box.scale, box.ascent + box.descent};
}

void FormulaObjects::drawObject(QPainter* painter, const QRectF& rect, QTextDocument* document, int position,
                                const QTextFormat& format) {
  Formula& formula = *m_formulas[static_cast<std::size_t>(format.intProperty(kIndexProperty))];
  if (formula.renderer == nullptr) {
    QByteArray svg = formula.picture->svg;
    svg.replace("currentColor", formula.color.name().toLatin1());
    formula.renderer = std::make_unique<QSvgRenderer>(svg);
  }
  const Box box = boxOf(formula, *document, position, format.toCharFormat().font());
  const double em = formula.em * box.scale;
  const double top = baselineOf(rect, *document, position) - formula.picture->ascent * em;
  const double height = (formula.picture->ascent + formula.picture->descent) * em;
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  formula.renderer->render(painter, QRectF(rect.left(), top, formula.picture->width * em, height));
  painter->restore();
}

}  // namespace zipage::ui
