#include "ui/transcript/formula_spans.h"

#include <optional>

namespace zipage::ui {

namespace {

const QString kBox = QStringLiteral("\\boxed{");
const QString kBegin = QStringLiteral("\\begin{");
constexpr qsizetype kMaxLinkTarget = 2000;

/// Walks over a text once; every helper looks ahead from a place and leaves m_at alone.
class FormulaScanner {
 public:
  explicit FormulaScanner(const QString& text) : m_text(text) {}

  QVector<FormulaSpan> scan() {
    while (m_at < m_text.size()) step();
    return std::move(m_found);
  }

 private:
  void step() {
    const QChar c = at(m_at);
    if (c == u'`') return skipCode();
    if (c == u'\\') return takeBackslash();
    if (c == u'$') return takeDollar();
    if (c == u']' && at(m_at + 1) == u'(') return skipTo(linkEnd(m_at + 2));
    if (c == u'<') return skipTo(autolinkEnd(m_at));
    ++m_at;
  }

  QChar at(qsizetype place) const {
    return place >= 0 && place < m_text.size() ? m_text[place] : QChar(u'\n');
  }
  bool startsWith(const QString& words) const { return QStringView(m_text).mid(m_at).startsWith(words); }
  void skipTo(qsizetype end) { m_at = end < 0 ? m_at + 1 : end; }

  qsizetype runLength(QChar mark, qsizetype from) const {
    qsizetype end = from;
    while (end < m_text.size() && m_text[end] == mark) ++end;
    return end - from;
  }

  void skipCode() {
    const qsizetype length = runLength(u'`', m_at);
    for (qsizetype place = m_at + length; place < m_text.size();) {
      place = m_text.indexOf(u'`', place);
      if (place < 0) break;
      const qsizetype closing = runLength(u'`', place);
      place += closing;
      if (closing == length) return skipTo(place);
    }
    m_at += length;
  }

  qsizetype linkEnd(qsizetype from) const {
    for (qsizetype place = from; place < m_text.size() && place < from + kMaxLinkTarget; ++place) {
      if (m_text[place].isSpace()) return -1;
      if (m_text[place] == u')') return place + 1;
    }
    return -1;
  }

  qsizetype autolinkEnd(qsizetype from) const {
    qsizetype place = from + 1;
    while (place < m_text.size() && m_text[place].isLetter()) ++place;
    if (place == from + 1 || at(place) != u':') return -1;
    for (; place < m_text.size() && place < from + kMaxLinkTarget; ++place) {
      if (m_text[place].isSpace()) return -1;
      if (m_text[place] == u'>') return place + 1;
    }
    return -1;
  }

  bool hasBlankLine(qsizetype from, qsizetype end) const {
    bool isBlank = false;  // the line so far, once there was a line break
    for (qsizetype place = from; place < end; ++place) {
      const QChar c = m_text[place];
      if (c == u'\n' && isBlank) return true;
      isBlank = c == u'\n' || (isBlank && c.isSpace());
    }
    return false;
  }

  bool startsLine(qsizetype place) const {
    while (place > 0 && m_text[place - 1] == u' ') --place;
    return place == 0 || m_text[place - 1] == u'\n';
  }

  void add(qsizetype inside, qsizetype insideEnd, qsizetype end, bool isDisplay, bool isClosed = true) {
    FormulaSpan span;
    span.from = m_at;
    span.length = end - m_at;
    span.key = {m_text.mid(inside, insideEnd - inside).trimmed(), isDisplay};
    span.isClosed = isClosed;
    m_found.append(span);
    m_at = end;
  }

  /// A formula between marks; its end is `close`.
  void takeMarked(const QString& close, bool isDisplay) {
    const qsizetype inside = m_at + 2;
    const qsizetype end = m_text.indexOf(close, inside);
    const qsizetype reach = end < 0 ? m_text.size() : end;
    const bool isBlank = QStringView(m_text).mid(inside, reach - inside).trimmed().isEmpty();
    if (isBlank || hasBlankLine(inside, reach)) {
      m_at = inside;
    } else if (end >= 0) {
      add(inside, end, end + close.size(), isDisplay);
    } else if (isDisplay && startsLine(m_at)) {
      add(inside, reach, reach, true, false);
    } else {
      m_at = inside;
    }
  }

  void takeBackslash() {
    if (at(m_at + 1) == u'(') return takeMarked(QStringLiteral("\\)"), false);
    if (at(m_at + 1) == u'[') return takeMarked(QStringLiteral("\\]"), true);
    if (startsWith(kBox)) return takeBox();
    if (startsWith(kBegin) && startsLine(m_at)) return takeEnvironment();
    m_at += 2;
  }

  void takeBox() {
    int depth = 1;
    for (qsizetype place = m_at + kBox.size(); place < m_text.size(); ++place) {
      if (m_text[place] == u'\\') {
        ++place;
      } else if (m_text[place] == u'{') {
        ++depth;
      } else if (m_text[place] == u'}' && --depth == 0) {
        if (!hasBlankLine(m_at, place)) return add(m_at, place + 1, place + 1, false);
        break;
      }
    }
    m_at += kBox.size();
  }

  void takeEnvironment() {
    const qsizetype nameEnd = m_text.indexOf(u'}', m_at);
    const QString name =
        nameEnd < 0 ? QString() : m_text.mid(m_at + kBegin.size(), nameEnd - m_at - kBegin.size());
    const QString close = QStringLiteral("\\end{%1}").arg(name);
    const qsizetype end = name.isEmpty() || name.size() > 16 ? -1 : m_text.indexOf(close, nameEnd);
    if (end < 0 || hasBlankLine(m_at, end)) {
      m_at += kBegin.size();
    } else {
      add(m_at, end + close.size(), end + close.size(), true);
    }
  }

  void takeDollar() {
    if (at(m_at + 1) == u'$') return takeMarked(QStringLiteral("$$"), true);
    const qsizetype end = inlineEnd(m_at + 1);
    if (end < 0)
      ++m_at;
    else
      add(m_at + 1, end, end + 1, false);
  }

  /// The first dollar sign that is not escaped, if it can close a formula; -1: it cannot, or there is none.
  qsizetype inlineEnd(qsizetype from) const {
    if (at(from).isSpace()) return -1;
    for (qsizetype place = from; place < m_text.size(); ++place) {
      const QChar c = m_text[place];
      if (c == u'\\') {
        ++place;
      } else if (c == u'$') {
        const bool closes = !m_text[place - 1].isSpace() && !at(place + 1).isDigit();
        return closes && !hasBlankLine(from, place) ? place : -1;
      }
    }
    return -1;
  }

  const QString& m_text;
  qsizetype m_at = 0;
  QVector<FormulaSpan> m_found;
};

}  // namespace

QVector<FormulaSpan> formulasIn(const QString& text) {
  if (!text.contains(u'$') && !text.contains(u'\\')) return {};
  return FormulaScanner(text).scan();
}

}  // namespace zipage::ui
