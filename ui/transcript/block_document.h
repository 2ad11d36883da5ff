#pragma once

#include <QAbstractTextDocumentLayout>
#include <QTextDocument>
#include <vector>

#include "ui/rich/rich_texts.h"
#include "ui/transcript/text_blocks.h"
#include "ui/transcript/text_look.h"

namespace zipage::ui {

/// One block of a message, rendered. It loads nothing from anywhere: HTML is text, images are links to click.
class BlockDocument final : public QTextDocument {
  Q_OBJECT

 public:
  /// Without `texts` formulas are shown as source.
  BlockDocument(const TextBlock& block, const TextLook& look, double width, RichTexts* texts = nullptr);

  /// Formulas that are shown as source because they are not there yet.
  const QVector<FormulaKey>& missing() const { return m_missing; }
  /// Of code; `offset` is the place of this block in the text that the spans are of.
  void setColors(const CodeSpans& spans, int offset);

  void paint(QPainter& painter, const QRectF& exposed, int selectionFrom, int selectionTo,
             const std::vector<TextShade>& shades = {}) const;

 protected:
  QVariant loadResource(int type, const QUrl& name) override;

 private:
  void setMarkdownBlock(const QString& text, RichTexts* texts);
  void setPlainBlock(const QString& text, RichTexts* texts);
  void setCodeBlock(const QString& text);
  void setPlain(const QString& text, const QFont& font, double lineHeight);
  void shade(QAbstractTextDocumentLayout::PaintContext& context, const QRectF& exposed,
             const std::vector<TextShade>& shades) const;
  void paintQuoteRules(QPainter& painter, const QRectF& exposed) const;

  TextLook m_look;
  QVector<FormulaKey> m_missing;
};

}  // namespace zipage::ui
