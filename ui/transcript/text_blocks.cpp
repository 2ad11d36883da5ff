// Invariant: parsing from m_resumes[i] yields the blocks from i on. A text that grows is parsed again from
// its last block, or from the one before while the last is a single line, which may yet turn out to belong to
// it.
#include "ui/transcript/text_blocks.h"

#include <algorithm>

namespace zipage::ui {

namespace {

constexpr qsizetype kMaxProse = 4000;
constexpr qsizetype kMaxTable = 24000;
constexpr qsizetype kMaxLine = 4000;
constexpr int kMaxCodeLines = 80;

int indentOf(QStringView line) {
  int indent = 0;
  while (indent < line.size() && line[indent] == QLatin1Char(' ')) ++indent;
  return indent < line.size() && line[indent] == QLatin1Char('\t') ? indent + 4 : indent;
}

bool isListItem(QStringView line) {
  const QStringView text = line.trimmed();
  if (text.isEmpty()) return false;
  if (QStringView(u"-*+").contains(text[0])) return text.size() == 1 || text[1].isSpace();
  qsizetype digits = 0;
  while (digits < text.size() && digits < 9 && text[digits].isDigit()) ++digits;
  return digits > 0 && digits + 1 < text.size() && (text[digits] == u'.' || text[digits] == u')') &&
         text[digits + 1].isSpace();
}

int fenceLength(QStringView text, QChar mark) {
  int length = 0;
  while (length < text.size() && text[length] == mark) ++length;
  return length;
}

}  // namespace

int TextBlocks::setText(const QString& text) {
  if (text == m_text) return static_cast<int>(m_blocks.size());
  const bool grows = text.startsWith(m_text);
  m_text = text;
  int keep = grows ? static_cast<int>(m_blocks.size()) - 1 : 0;
  if (keep > 0 && !m_blocks.last().text.contains(u'\n')) --keep;
  keep = std::max(keep, 0);

  const Resume resume = keep < m_resumes.size() ? m_resumes[keep] : Resume{};
  const QVector<TextBlock> before = m_blocks;
  m_blocks.resize(keep);
  m_resumes.resize(keep);
  parseFrom(keep > 0 ? resume : Resume{});
  while (keep < m_blocks.size() && keep < before.size() && m_blocks[keep] == before[keep]) ++keep;
  return keep;
}

void TextBlocks::parseFrom(const Resume& resume) {
  qsizetype offset = resume.offset;
  m_fence = resume.fence;
  m_isAfterBlank = resume.isAfterBlank;
  m_isInList = false;
  m_mustBegin = true;
  const QStringView text(m_text);
  while (offset < text.size()) {
    qsizetype end = text.indexOf(u'\n', offset);
    if (end < 0) end = text.size();
    // An endless line is cut at a space where there is one.
    if (end - offset > kMaxLine) {
      const qsizetype space = text.left(offset + kMaxLine).lastIndexOf(u' ');
      end = space > offset ? space : offset + kMaxLine;
      takeLine(text.mid(offset, end - offset), offset);
      m_mustBegin = true;
      offset = space > offset ? end + 1 : end;
      continue;
    }
    takeLine(text.mid(offset, end - offset), offset);
    offset = end + 1;
  }
}

void TextBlocks::begin(TextBlock::Kind kind, qsizetype offset, bool continues) {
  TextBlock block;
  block.kind = kind;
  block.continuesPrevious = continues && !m_blocks.isEmpty() && m_blocks.last().kind == kind;
  block.language = kind == TextBlock::Kind::Code ? m_fence.language : QString();
  m_blocks.append(block);
  m_resumes.append({offset, kind == TextBlock::Kind::Code && continues ? m_fence : Fence{}, m_isAfterBlank});
  m_numLines = 0;
  m_mustBegin = false;
}

void TextBlocks::appendLine(QStringView line) {
  QString& text = m_blocks.last().text;
  if (m_numLines++ > 0) text += u'\n';
  text += line;
}

void TextBlocks::takeLine(QStringView line, qsizetype offset) {
  if (m_fence.length > 0) return takeCodeLine(line, offset);
  const QStringView trimmed = line.trimmed();
  const QChar mark = trimmed.isEmpty() ? QChar() : trimmed[0];
  const bool isFenceMark = m_source != TextSource::Reasoning && (mark == u'`' || mark == u'~');
  const int length = isFenceMark ? fenceLength(trimmed, mark) : 0;
  const bool opens =
      length >= 3 && indentOf(line) < (m_isInList ? 2 : 4) && !trimmed.mid(length).contains(u'`');
  if (!opens) return takeProse(line, offset);
  m_fence = {mark, length, trimmed.mid(length).trimmed().toString().section(u' ', 0, 0).left(24)};
  begin(TextBlock::Kind::Code, offset, false);
}

void TextBlocks::takeCodeLine(QStringView line, qsizetype offset) {
  const QStringView trimmed = line.trimmed();
  const bool closes = !trimmed.isEmpty() && trimmed[0] == m_fence.mark &&
                      fenceLength(trimmed, m_fence.mark) >= m_fence.length &&
                      fenceLength(trimmed, m_fence.mark) == trimmed.size();
  if (closes) {
    m_fence = {};
    m_mustBegin = true;
    m_isInList = false;
    return;
  }
  if (m_mustBegin || m_numLines >= kMaxCodeLines) begin(TextBlock::Kind::Code, offset, true);
  appendLine(line);
}

bool TextBlocks::startsNewBlock(QStringView line) const {
  if (m_source == TextSource::Markdown && m_isAfterBlank) {
    const bool staysInList = m_isInList && (indentOf(line) >= 2 || isListItem(line));
    if (!staysInList) return true;
  }
  const qsizetype limit = line.startsWith(u'|') ? kMaxTable : kMaxProse;
  return m_blocks.last().text.size() > limit;
}

void TextBlocks::takeProse(QStringView line, qsizetype offset) {
  const auto kind = m_source == TextSource::Markdown ? TextBlock::Kind::Markdown : TextBlock::Kind::Plain;
  const bool isBlank = line.trimmed().isEmpty();
  if (isBlank && (m_mustBegin || m_source == TextSource::Markdown)) {
    m_isAfterBlank = true;
    if (!m_mustBegin) appendLine(QStringView());
    return;
  }
  if (m_mustBegin || startsNewBlock(line)) {
    const bool isFirstOfKind = m_blocks.isEmpty() || m_blocks.last().kind != kind;
    begin(kind, offset, !m_isAfterBlank && !isFirstOfKind);
    m_isInList = false;
  }
  if (!m_isInList) m_isInList = isListItem(line) && indentOf(line) < 4;
  m_isAfterBlank = false;
  appendLine(line);
}

}  // namespace zipage::ui
