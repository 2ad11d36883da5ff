#include "ui/transcript/formula_marks.h"

#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextList>
#include <QTextTable>
#include <algorithm>

#include "ui/transcript/formula_objects.h"

namespace zipage::ui {

namespace {

// Code points that no text may use for itself. The dollar signs keep Markdown's rules on what stands beside a
// mark.
constexpr QChar kOpen(0xfde0);
constexpr QChar kClose(0xfde1);
/// What would have to shrink more than this to fit is shown as source.
constexpr double kMostShrunk = 3.0;

/// The marks that quotes and lists put before each line are not the formula's.
QString withoutQuoteMarks(const QString& source) {
  static const QRegularExpression kMarks(QStringLiteral("\\n[ \\t]*>[> \\t]*"));
  QString plain = source;
  return plain.replace(kMarks, QStringLiteral("\n"));
}

bool isInQuote(const QString& text, qsizetype at) {
  const qsizetype start = at > 0 ? text.lastIndexOf(u'\n', at - 1) + 1 : 0;
  return QStringView(text).mid(start, at - start).trimmed().startsWith(u'>');
}

struct Mark {
  int position = 0;
  int length = 0;
  int index = 0;
};

QVector<Mark> marksIn(const QTextDocument& document) {
  static const QRegularExpression kMark(QStringLiteral("\\$%1([0-9]+)%2\\$").arg(kOpen).arg(kClose));
  QVector<Mark> marks;
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    auto matches = kMark.globalMatch(block.text());
    while (matches.hasNext()) {
      const auto match = matches.next();
      marks.append({block.position() + static_cast<int>(match.capturedStart()),
                    static_cast<int>(match.capturedLength()), match.captured(1).toInt()});
    }
  }
  return marks;
}

void leaveList(const QTextBlock& block) {
  QTextList* list = block.textList();
  if (list == nullptr) return;
  const int indent = list->format().indent();
  list->remove(block);
  QTextBlockFormat format = block.blockFormat();
  format.setIndent(indent);
  QTextCursor(block).setBlockFormat(format);
}

void splitBlock(QTextCursor& cursor, double gap) {
  QTextBlockFormat before = cursor.blockFormat();
  before.setBottomMargin(std::max(before.bottomMargin(), gap));
  const QTextBlockFormat after = cursor.blockFormat();
  cursor.setBlockFormat(before);
  cursor.insertBlock(after);
  leaveList(cursor.block());
}

void dropSpace(QTextCursor& cursor, bool before) {
  const QString text = cursor.block().text();
  const int place = cursor.positionInBlock() - (before ? 1 : 0);
  if (place < 0 || place >= text.size() || !text[place].isSpace()) return;
  before ? cursor.deletePreviousChar() : cursor.deleteChar();
}

/// A displayed formula gets a paragraph to itself, in its middle.
void standAlone(QTextDocument& document, int position, const TextLook& look) {
  QTextCursor cursor(&document);
  cursor.setPosition(position + 1);
  if (cursor.currentTable() != nullptr) return;
  dropSpace(cursor, false);
  if (!cursor.atBlockEnd()) splitBlock(cursor, look.gap);
  cursor.setPosition(position);
  dropSpace(cursor, true);
  if (!cursor.atBlockStart()) splitBlock(cursor, look.gap);
  if (cursor.block().textList() != nullptr) return;
  QTextBlockFormat format = cursor.blockFormat();
  format.setAlignment(Qt::AlignHCenter);
  cursor.setBlockFormat(format);
}

}  // namespace

MarkedText markFormulas(const QString& text) {
  MarkedText marked;
  QString clean = text;
  clean.replace(kOpen, QChar::ReplacementCharacter).replace(kClose, QChar::ReplacementCharacter);
  marked.formulas = formulasIn(clean);
  qsizetype end = 0;
  for (FormulaSpan& span : marked.formulas) {
    marked.text += QStringView(clean).mid(end, span.from - end);
    marked.text += QStringLiteral("$%1%2%3$").arg(kOpen).arg(marked.sources.size()).arg(kClose);
    end = span.from + span.length;
    marked.sources << clean.mid(span.from, span.length);
    if (span.key.source.contains(u'\n') && isInQuote(clean, span.from))
      span.key.source = withoutQuoteMarks(span.key.source);
  }
  marked.text += QStringView(clean).mid(end);
  return marked;
}

QVector<FormulaKey> placeFormulas(QTextDocument& document, const MarkedText& marked, const TextLook& look,
                                  double width, RichTexts* texts) {
  QVector<FormulaKey> missing;
  if (marked.formulas.isEmpty()) return missing;
  FormulaObjects* objects = nullptr;
  const QVector<Mark> marks = marksIn(document);
  // From the end, so that places before stay where they are.
  for (auto mark = marks.crbegin(); mark != marks.crend(); ++mark) {
    if (mark->index >= marked.formulas.size()) continue;
    const FormulaSpan& span = marked.formulas[mark->index];
    QTextCursor cursor(&document);
    cursor.setPosition(mark->position);
    cursor.setPosition(mark->position + mark->length, QTextCursor::KeepAnchor);
    const QTextCharFormat around = cursor.charFormat();
    const bool isText = around.fontFixedPitch() || !span.isClosed || texts == nullptr;
    const auto picture = isText ? nullptr : texts->formula(span.key);
    if (!isText && picture == nullptr) missing.append(span.key);
    const bool fits = picture != nullptr && !picture->isEmpty() &&
                      picture->width * FormulaObjects::emOf(around.font()) < kMostShrunk * width;
    if (!fits) {
      QString source = marked.sources[mark->index];
      cursor.insertText(source.replace(u'\n', QChar::LineSeparator), around);
      continue;
    }
    if (objects == nullptr) objects = new FormulaObjects(document);
    const bool hasColor = around.hasProperty(QTextFormat::ForegroundBrush);
    const QColor color = hasColor ? around.foreground().color() : look.text;
    cursor.insertText(QString(QChar::ObjectReplacementCharacter),
                      objects->add(picture, marked.sources[mark->index], around, color));
    if (span.key.isDisplay) standAlone(document, mark->position, look);
  }
  return missing;
}

}  // namespace zipage::ui
