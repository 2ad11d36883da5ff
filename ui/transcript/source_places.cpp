#include "ui/transcript/source_places.h"

#include "ui/transcript/formula_spans.h"

namespace zipage::ui {

namespace {

// Marks before a word, or between its letters, are short; what is long is a link's target or a fence.
constexpr qsizetype kMarks = 6;
constexpr qsizetype kSkipped = 4000;

class Walk {
 public:
  Walk(const QString& shown, const QString& source)
      : m_shown(shown),
        m_source(source),
        m_formulas(formulasIn(source)),
        m_places(static_cast<std::size_t>(shown.size()), -1) {}

  std::vector<int> run() {
    for (qsizetype i = 0; i < m_shown.size();) {
      if (m_shown[i] == QChar::ObjectReplacementCharacter)
        takeFormula(i++);
      else if (m_shown[i].isSpace())
        takeSpace(i++);
      else
        i = takeWord(i);
    }
    return std::move(m_places);
  }

 private:
  void put(qsizetype shown, qsizetype source) {
    m_places[static_cast<std::size_t>(shown)] = static_cast<int>(source);
  }

  void takeFormula(qsizetype i) {
    while (m_nextFormula < m_formulas.size() && m_formulas[m_nextFormula].from < m_at) ++m_nextFormula;
    if (m_nextFormula == m_formulas.size()) return;
    const FormulaSpan& span = m_formulas[m_nextFormula++];
    put(i, span.from);
    m_at = span.from + span.length;
  }

  void takeSpace(qsizetype i) {
    if (m_at >= m_source.size() || !m_source[m_at].isSpace()) return;
    put(i, m_at);
    while (m_at < m_source.size() && m_source[m_at].isSpace()) ++m_at;
  }

  qsizetype takeWord(qsizetype from) {
    qsizetype end = from;
    while (end < m_shown.size() && !m_shown[end].isSpace() &&
           m_shown[end] != QChar::ObjectReplacementCharacter)
      ++end;
    const QStringView word = QStringView(m_shown).mid(from, end - from);
    const qsizetype found = QStringView(m_source).mid(m_at, kSkipped + word.size()).indexOf(word);
    if (found >= 0 && found <= kMarks) {
      putWhole(from, end, m_at + found);
    } else if (!takeLetters(from, end) && found >= 0) {
      putWhole(from, end, m_at + found);
    }
    return end;
  }

  void putWhole(qsizetype from, qsizetype end, qsizetype source) {
    for (qsizetype i = from; i < end; ++i) put(i, source + i - from);
    m_at = source + end - from;
  }

  /// A word with marks between its letters.
  bool takeLetters(qsizetype from, qsizetype end) {
    qsizetype at = m_at;
    std::vector<qsizetype> places;
    for (qsizetype i = from; i < end; ++i) {
      qsizetype next = at;
      while (next < m_source.size() && next - at <= kMarks && m_source[next] != m_shown[i]) ++next;
      if (next >= m_source.size() || m_source[next] != m_shown[i]) return false;
      places.push_back(next);
      at = next + 1;
    }
    for (qsizetype i = from; i < end; ++i) put(i, places[static_cast<std::size_t>(i - from)]);
    m_at = at;
    return true;
  }

  const QString& m_shown;
  const QString& m_source;
  QVector<FormulaSpan> m_formulas;
  qsizetype m_nextFormula = 0;
  qsizetype m_at = 0;  // in the source
  std::vector<int> m_places;
};

}  // namespace

std::vector<int> sourcePlaces(const QString& shown, const QString& source) {
  return Walk(shown, source).run();
}

}  // namespace zipage::ui
