#include "ui/transcript/markdown_source.h"

#include <QTextBlock>
#include <QTextCursor>
#include <QTextList>
#include <QTextTable>
#include <algorithm>
#include <functional>

#include "ui/transcript/formula_objects.h"
#include "ui/transcript/list_markers.h"

namespace zipage::ui {

namespace {

using FragmentText = std::function<QString(const QString& text, const QTextCharFormat& format)>;

bool isCode(const QTextBlock& block) {
  return block.blockFormat().hasProperty(QTextFormat::BlockCodeFence) ||
         block.blockFormat().nonBreakableLines();
}

bool isTableHead(const QTextBlock& block) {
  const QTextTable* table = QTextCursor(block).currentTable();
  return table != nullptr && table->cellAt(block.position()).row() == 0;
}

QString wrapped(const QString& text, const QString& mark) {
  const QString inner = text.trimmed();
  if (inner.isEmpty()) return text;
  const qsizetype start = text.indexOf(inner);
  return text.left(start) + mark + inner + mark + text.mid(start + inner.size());
}

QString marked(const QString& words, const QTextCharFormat& format, const QTextBlock& block) {
  QString text = words;
  if (isCode(block)) return text;
  if (format.fontFixedPitch()) {
    const QString mark = text.contains(u'`') ? QStringLiteral("``") : QStringLiteral("`");
    return wrapped(text, mark);
  }
  const bool isHeavyAnyway = block.blockFormat().headingLevel() > 0 || isTableHead(block);
  if (format.fontItalic()) text = wrapped(text, QStringLiteral("*"));
  if (format.fontWeight() >= QFont::DemiBold && !isHeavyAnyway) text = wrapped(text, QStringLiteral("**"));
  if (format.fontStrikeOut()) text = wrapped(text, QStringLiteral("~~"));
  if (format.isAnchor()) text = QStringLiteral("[%1](%2)").arg(text, format.anchorHref());
  return text;
}

QString listMark(const QTextBlock& block) {
  const QTextList* list = block.textList();
  return list == nullptr ? QString()
                         : QString(2 * std::max(0, list->format().indent() - 1), u' ') + listMarkOf(block);
}

QString blockMark(const QTextBlock& block) {
  const QTextBlockFormat format = block.blockFormat();
  if (format.hasProperty(QTextFormat::BlockTrailingHorizontalRulerWidth)) return QStringLiteral("---");
  if (isCode(block)) return QStringLiteral("    ");
  const QString quote =
      QStringLiteral("> ").repeated(std::clamp(format.intProperty(QTextFormat::BlockQuoteLevel), 0, 8));
  const int level = format.headingLevel();
  const QString heading = level > 0 ? QString(level, u'#') + u' ' : QString();
  return quote + listMark(block) + heading;
}

QString separator(const QTextBlock& previous, const QTextBlock& block) {
  const QTextTable* table = QTextCursor(block).currentTable();
  if (table != nullptr && table == QTextCursor(previous).currentTable()) {
    const bool isSameRow = table->cellAt(previous.position()).row() == table->cellAt(block.position()).row();
    return isSameRow ? QStringLiteral(" | ") : QStringLiteral("\n");
  }
  const bool isTight =
      (previous.textList() != nullptr && block.textList() != nullptr) || (isCode(previous) && isCode(block));
  return isTight ? QStringLiteral("\n") : QStringLiteral("\n\n");
}

QString fragmentsBetween(const QTextBlock& block, int from, int to, const FragmentText& textOf) {
  QString result;
  for (auto it = block.begin(); !it.atEnd(); ++it) {
    const QTextFragment fragment = it.fragment();
    const int start = std::max(from, fragment.position());
    const int end = std::min(to, fragment.position() + fragment.length());
    if (start >= end) continue;
    const QString formula = FormulaObjects::sourceOf(fragment.charFormat());
    QString text = fragment.text().mid(start - fragment.position(), end - start);
    text.replace(QChar::LineSeparator, u'\n');
    result += formula.isEmpty() ? textOf(text, fragment.charFormat()) : formula;
  }
  return result;
}

}  // namespace

QString markdownBetween(const QTextDocument& document, int from, int to) {
  QString result;
  QTextBlock previous;
  for (QTextBlock block = document.findBlock(from); block.isValid() && block.position() <= to;
       block = block.next()) {
    if (previous.isValid()) result += separator(previous, block);
    if (block.position() >= from && block.position() < to) result += blockMark(block);
    result += fragmentsBetween(block, from, to, [&](const QString& text, const QTextCharFormat& format) {
      return marked(text, format, block);
    });
    previous = block;
  }
  return result;
}

QString wordsBetween(const QTextDocument& document, int from, int to) {
  QString result;
  for (QTextBlock block = document.findBlock(from); block.isValid() && block.position() <= to;
       block = block.next()) {
    if (block.position() > from) result += u'\n';
    result +=
        fragmentsBetween(block, from, to, [](const QString& text, const QTextCharFormat&) { return text; });
  }
  return result;
}

}  // namespace zipage::ui
