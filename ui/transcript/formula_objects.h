#pragma once

#include <QTextCharFormat>
#include <QTextObjectInterface>
#include <memory>
#include <vector>

#include "ui/rich/rich_values.h"

class QSvgRenderer;

namespace zipage::ui {

/// The formulas of one document: each is a character that draws itself, on the baseline of the text around it
/// and in its colour. What is wider than the document is drawn smaller.
class FormulaObjects final : public QObject, public QTextObjectInterface {
  Q_OBJECT
  Q_INTERFACES(QTextObjectInterface)

 public:
  explicit FormulaObjects(QTextDocument& document);
  ~FormulaObjects() override;

  /// Pixels to an em of a formula beside this font.
  static double emOf(const QFont& font);

  /// The format of the character that stands for this formula. `source` is what is copied.
  QTextCharFormat add(std::shared_ptr<const FormulaPicture> picture, const QString& source,
                      const QTextCharFormat& around, const QColor& color);
  /// Of a character with such a format; empty for any other.
  static QString sourceOf(const QTextCharFormat& format);

  QSizeF intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) override;
  void drawObject(QPainter* painter, const QRectF& rect, QTextDocument* document, int position,
                  const QTextFormat& format) override;

 private:
  struct Formula;
  struct Box {
    double scale = 1.0;
    double ascent = 0.0;
    double descent = 0.0;
  };
  Box boxOf(const Formula& formula, const QTextDocument& document, int position, const QFont& font) const;

  std::vector<std::unique_ptr<Formula>> m_formulas;
};

}  // namespace zipage::ui
