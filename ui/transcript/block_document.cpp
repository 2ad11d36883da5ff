#include "ui/transcript/block_document.h"

#include <QPainter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextLayout>
#include <algorithm>

#include "ui/theme/fonts.h"
#include "ui/transcript/formula_marks.h"
#include "ui/transcript/list_markers.h"
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

BlockDocument::BlockDocument(const TextBlock& block, const TextLook& look, double width, RichTexts* texts)
    : m_look(look) {
  setUndoRedoEnabled(false);
  setDocumentMargin(0);
  QTextOption option = defaultTextOption();
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  setDefaultTextOption(option);
  switch (block.kind) {
    case TextBlock::Kind::Markdown:
      setTextWidth(width);
      setMarkdownBlock(block.text, texts);
      break;
    case TextBlock::Kind::Plain:
      setTextWidth(width);
      setPlainBlock(block.text, texts);
      break;
    case TextBlock::Kind::Code:
      setCodeBlock(block.text);
  }
  setTextWidth(width);
}

QVariant BlockDocument::loadResource(int, const QUrl&) { return {}; }

void BlockDocument::setMarkdownBlock(const QString& text, RichTexts* texts) {
  setDefaultFont(m_look.font);
  auto features = MarkdownFeatures(MarkdownDialectGitHub);
  features.setFlag(MarkdownNoHTML);
  const MarkedText marked = markFormulas(text);
  setMarkdown(marked.text, features);
  replaceImages(*this);
  styleMarkdown(*this, m_look);
  takeOverListMarkers(*this, firstListNumber(text));
  m_missing = placeFormulas(*this, marked, m_look, textWidth(), texts);
}

void BlockDocument::setPlainBlock(const QString& text, RichTexts* texts) {
  const MarkedText marked = markFormulas(text);
  setPlain(marked.text, m_look.font, m_look.lineHeight);
  m_missing = placeFormulas(*this, marked, m_look, textWidth(), texts);
}

void BlockDocument::setCodeBlock(const QString& text) {
  setPlain(text, m_look.mono, m_look.mono.pixelSize() * kLineHeight);
}

void BlockDocument::setPlain(const QString& text, const QFont& font, double lineHeight) {
  setDefaultFont(font);
  setPlainText(text);
  QTextBlockFormat format;
  format.setLineHeight(lineHeight, QTextBlockFormat::MinimumHeight);
  QTextCursor cursor(this);
  cursor.select(QTextCursor::Document);
  cursor.mergeBlockFormat(format);
}

void BlockDocument::setColors(const CodeSpans& spans, int offset) {
  auto span = std::lower_bound(spans.begin(), spans.end(), offset, [](const CodeSpan& known, int place) {
    return known.from + known.length <= place;
  });
  for (QTextBlock line = begin(); line.isValid(); line = line.next()) {
    const int from = offset + line.position();
    const int end = from + line.length();
    while (span != spans.end() && span->from + span->length <= from) ++span;
    QVector<QTextLayout::FormatRange> formats;
    for (auto here = span; here != spans.end() && here->from < end; ++here) {
      QTextLayout::FormatRange range;
      range.start = std::max(here->from - from, 0);
      range.length = std::min(here->from + here->length, end) - from - range.start;
      range.format.setForeground(m_look.code[static_cast<std::size_t>(here->kind)]);
      formats.append(range);
    }
    if (!formats.isEmpty() || !line.layout()->formats().isEmpty()) line.layout()->setFormats(formats);
  }
  markContentsDirty(0, characterCount());
}

/// Only those in lines that are painted: a long text has thousands.
void BlockDocument::shade(QAbstractTextDocumentLayout::PaintContext& context, const QRectF& exposed,
                          const std::vector<TextShade>& shades) const {
  const int first = documentLayout()->hitTest(exposed.topLeft(), Qt::FuzzyHit);
  const int last = documentLayout()->hitTest(exposed.bottomRight(), Qt::FuzzyHit);
  for (const TextShade& shown : shades) {
    if (shown.to < first || (last >= first && shown.from > last)) continue;
    QAbstractTextDocumentLayout::Selection selection;
    selection.cursor = QTextCursor(const_cast<BlockDocument*>(this));
    selection.cursor.setPosition(shown.from);
    selection.cursor.setPosition(shown.to, QTextCursor::KeepAnchor);
    if (shown.level > 0) selection.format.setForeground(m_look.shades[static_cast<std::size_t>(shown.level)]);
    // A second channel beside the tone.
    if (shown.level == kGoneShade && !shown.isLater) selection.format.setFontStrikeOut(true);
    if (shown.isChosen) selection.format.setBackground(m_look.chosen);
    if (shown.isKept) {
      selection.format.setUnderlineStyle(QTextCharFormat::DotLine);
      selection.format.setUnderlineColor(m_look.text);
    }
    context.selections.append(selection);
  }
}

void BlockDocument::paint(QPainter& painter, const QRectF& exposed, int selectionFrom, int selectionTo,
                          const std::vector<TextShade>& shades) const {
  paintQuoteRules(painter, exposed);
  QAbstractTextDocumentLayout::PaintContext context;
  context.palette.setColor(QPalette::Text, m_look.text);
  context.clip = exposed;
  if (!shades.empty()) shade(context, exposed, shades);
  if (selectionFrom < selectionTo) {
    QAbstractTextDocumentLayout::Selection selection;
    selection.cursor = QTextCursor(const_cast<BlockDocument*>(this));
    selection.cursor.setPosition(selectionFrom);
    selection.cursor.setPosition(selectionTo, QTextCursor::KeepAnchor);
    selection.format.setBackground(m_look.selection);
    context.selections.append(selection);
  }
  documentLayout()->draw(&painter, context);
  paintListMarkers(painter, *this, m_look, exposed);
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
