#pragma once

#include <QTextDocument>

#include "ui/transcript/text_blocks.h"
#include "ui/transcript/text_look.h"

namespace zipage::ui {

/// One block of a message, rendered. It loads nothing from anywhere: HTML is text, images are links to click.
class BlockDocument final : public QTextDocument {
  Q_OBJECT

 public:
  BlockDocument(const TextBlock& block, const TextLook& look);

  void paint(QPainter& painter, const QRectF& exposed, int selectionFrom, int selectionTo) const;

 protected:
  QVariant loadResource(int type, const QUrl& name) override;

 private:
  void setMarkdownBlock(const QString& text);
  void setPlainBlock(const QString& text, bool isCode);
  void paintQuoteRules(QPainter& painter, const QRectF& exposed) const;

  TextLook m_look;
};

}  // namespace zipage::ui
