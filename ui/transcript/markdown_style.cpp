#include "ui/transcript/markdown_style.h"

#include <QCoreApplication>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextList>
#include <QTextTable>

#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr double kHeadingSizes[] = {1.0, 1.4, 1.25, 1.12, 1.0, 1.0, 1.0};
constexpr int kMaxQuoteIndent = 8;

struct Span {
  int from = 0;
  int length = 0;
  QTextCharFormat format;
};

QVector<Span> spansOf(const QTextDocument& document) {
  QVector<Span> spans;
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    for (auto it = block.begin(); !it.atEnd(); ++it) {
      spans.append({it.fragment().position(), it.fragment().length(), it.fragment().charFormat()});
    }
  }
  return spans;
}

int headingLevel(const QTextBlock& block) { return std::clamp(block.blockFormat().headingLevel(), 0, 6); }

bool isCodeBlock(const QTextBlock& block) {
  return block.blockFormat().hasProperty(QTextFormat::BlockCodeFence) ||
         block.blockFormat().hasProperty(QTextFormat::BlockCodeLanguage) ||
         block.blockFormat().nonBreakableLines();
}

void styleSpan(QTextDocument& document, const Span& span, const TextLook& look) {
  QTextCursor cursor(&document);
  cursor.setPosition(span.from);
  cursor.setPosition(span.from + span.length, QTextCursor::KeepAnchor);
  const QTextBlock block = document.findBlock(span.from);
  QTextCharFormat format = span.format;
  const bool isCode = format.fontFixedPitch() || isCodeBlock(block);
  format.clearProperty(QTextFormat::FontSizeAdjustment);
  format.clearProperty(QTextFormat::FontPointSize);
  const QFont& font = isCode ? look.mono : look.font;
  format.setFontFamilies({font.family()});
  format.setProperty(QTextFormat::FontPixelSize, font.pixelSize() * kHeadingSizes[headingLevel(block)]);
  if (isCode) format.setBackground(look.surface);
  if (format.isAnchor()) {
    format.setForeground(look.link);
    format.setFontUnderline(true);
  }
  const bool isQuoted = block.blockFormat().hasProperty(QTextFormat::BlockQuoteLevel);
  if (isQuoted && !format.isAnchor()) format.setForeground(look.muted);
  cursor.setCharFormat(format);
}

void styleBlock(const QTextBlock& block, const TextLook& look) {
  QTextCursor cursor(block);
  QTextBlockFormat format = block.blockFormat();
  const double size = kHeadingSizes[headingLevel(block)];
  const bool isFirst = !block.previous().isValid();
  const bool isLast = !block.next().isValid();
  const bool isInTable = cursor.currentTable() != nullptr;
  const double height = isCodeBlock(block) ? look.mono.pixelSize() * kLineHeight : look.lineHeight * size;
  format.setLineHeight(isInTable ? 0.0 : height,
                       isInTable ? QTextBlockFormat::SingleHeight : QTextBlockFormat::MinimumHeight);
  const double gap = block.textList() != nullptr || isCodeBlock(block) ? look.gap / 3.0 : look.gap;
  format.setTopMargin(isFirst || headingLevel(block) == 0 || isInTable ? 0.0 : look.gap / 2.0);
  format.setBottomMargin(isLast || isInTable ? 0.0 : gap);
  const int quoteLevel = format.intProperty(QTextFormat::BlockQuoteLevel);
  if (quoteLevel > 0) format.setLeftMargin(16.0 * std::min(quoteLevel, kMaxQuoteIndent));
  cursor.setBlockFormat(format);
}

void styleTable(QTextTable& table, const TextLook& look) {
  QTextTableFormat format = table.format();
  format.setBorder(1);
  format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
  format.setBorderBrush(look.hairline);
  format.setBorderCollapse(true);
  format.setCellPadding(6);
  format.setCellSpacing(0);
  format.setMargin(0);
  format.setTopMargin(2);
  table.setFormat(format);
  for (int row = 0; row < table.rows(); ++row) {
    for (int column = 0; column < table.columns(); ++column) {
      QTextTableCell cell = table.cellAt(row, column);
      QTextCharFormat cellFormat = cell.format();
      cellFormat.setVerticalAlignment(QTextCharFormat::AlignMiddle);
      if (row == 0) cellFormat.setBackground(look.surface);
      cell.setFormat(cellFormat);
    }
  }
}

QVector<QTextTable*> tablesOf(const QTextDocument& document) {
  QVector<QTextTable*> tables;
  for (QTextFrame* frame : document.rootFrame()->childFrames()) {
    if (auto* table = qobject_cast<QTextTable*>(frame)) tables.append(table);
  }
  return tables;
}

}  // namespace

void styleMarkdown(QTextDocument& document, const TextLook& look) {
  document.setIndentWidth(look.lineHeight);
  for (const Span& span : spansOf(document)) styleSpan(document, span, look);
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) styleBlock(block, look);
  for (QTextTable* table : tablesOf(document)) styleTable(*table, look);
}

void replaceImages(QTextDocument& document) {
  const QVector<Span> spans = spansOf(document);
  for (auto span = spans.crbegin(); span != spans.crend(); ++span) {
    if (!span->format.isImageFormat()) continue;
    const QTextImageFormat image = span->format.toImageFormat();
    QTextCharFormat link;
    link.setAnchor(true);
    link.setAnchorHref(image.name());
    const QString description = image.stringProperty(QTextFormat::ImageAltText);
    QTextCursor cursor(&document);
    cursor.setPosition(span->from);
    cursor.setPosition(span->from + span->length, QTextCursor::KeepAnchor);
    cursor.insertText(QCoreApplication::translate("MarkdownStyle", "[image: %1]")
                          .arg(description.isEmpty() ? image.name() : description),
                      link);
  }
}

}  // namespace zipage::ui
