#include "ui/transcript/block_document.h"

#include <QAbstractTextDocumentLayout>
#include <QPainter>
#include <QTextBlock>
#include <QTextCursor>

#include "ui/theme/fonts.h"
#include "ui/transcript/boxed_answer.h"
#include "ui/transcript/markdown_style.h"

namespace zipage::ui {

namespace {

int firstListNumber(const QString& text) {
  const QString start = text.trimmed().left(10);
  int digits = 0;
  while (digits < start.size() && digits < 6 && start[digits].isDigit()) ++digits;
  const bool isItem = digits > 0 && digits < start.size() && (start[digits] == u'.' || start[digits] == u')');
  return isItem ? start.left(digits).toInt() : 1;
}

}  // namespace

BlockDocument::BlockDocument(const TextBlock& block, const TextLook& look) : m_look(look) {
  setUndoRedoEnabled(false);
  setDocumentMargin(0);
  QTextOption option = defaultTextOption();
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  setDefaultTextOption(option);
  if (block.kind == TextBlock::Kind::Markdown)
    setMarkdownBlock(block.text);
  else
    setPlainBlock(block.text, block.kind == TextBlock::Kind::Code);
}

QVariant BlockDocument::loadResource(int, const QUrl&) { return {}; }

void BlockDocument::setMarkdownBlock(const QString& text) {
  setDefaultFont(m_look.font);
  auto features = MarkdownFeatures(MarkdownDialectGitHub);
  features.setFlag(MarkdownNoHTML);
  setMarkdown(text, features);
  replaceImages(*this);
  styleMarkdown(*this, m_look);
  showBoxedAnswers(*this, m_look);
  if (const int first = firstListNumber(text); first != 1) numberListFrom(*this, first);
}

void BlockDocument::setPlainBlock(const QString& text, bool isCode) {
  setDefaultFont(isCode ? m_look.mono : m_look.font);
  setPlainText(text);
  QTextBlockFormat format;
  const double height = isCode ? m_look.mono.pixelSize() * kLineHeight : m_look.lineHeight;
  format.setLineHeight(height, QTextBlockFormat::MinimumHeight);
  QTextCursor cursor(this);
  cursor.select(QTextCursor::Document);
  cursor.mergeBlockFormat(format);
}

void BlockDocument::paint(QPainter& painter, const QRectF& exposed, int selectionFrom,
                          int selectionTo) const {
  paintQuoteRules(painter, exposed);
  QAbstractTextDocumentLayout::PaintContext context;
  context.palette.setColor(QPalette::Text, m_look.text);
  context.clip = exposed;
  if (selectionFrom < selectionTo) {
    QAbstractTextDocumentLayout::Selection selection;
    selection.cursor = QTextCursor(const_cast<BlockDocument*>(this));
    selection.cursor.setPosition(selectionFrom);
    selection.cursor.setPosition(selectionTo, QTextCursor::KeepAnchor);
    selection.format.setBackground(m_look.selection);
    context.selections.append(selection);
  }
  documentLayout()->draw(&painter, context);
}

void BlockDocument::paintQuoteRules(QPainter& painter, const QRectF& exposed) const {
  for (QTextBlock block = begin(); block.isValid(); block = block.next()) {
    const int level = block.blockFormat().intProperty(QTextFormat::BlockQuoteLevel);
    if (level == 0) continue;
    const QRectF rect = documentLayout()->blockBoundingRect(block);
    if (rect.intersects(exposed))
      painter.fillRect(QRectF(0, rect.top() + 4, 2, rect.height() - 2), m_look.hairline);
  }
}

}  // namespace zipage::ui
