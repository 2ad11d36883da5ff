// What is typeset off the GUI thread: formulas, and the colours of code.
#pragma once

#include <QByteArray>
#include <QString>
#include <QVector>
#include <QtGlobal>

namespace zipage::ui {

struct FormulaKey {
  QString source;  // TeX without its delimiters
  bool isDisplay = false;
  bool operator==(const FormulaKey&) const = default;
};

/// A formula as SVG, its lines in `currentColor`. No picture: the formula failed.
struct FormulaPicture {
  QByteArray svg;
  double width = 0.0;    // em
  double ascent = 0.0;   // em above the baseline
  double descent = 0.0;  // em below it
  bool isEmpty() const { return svg.isEmpty(); }
};

struct CodeKey {
  QString code;
  QString language;
  bool operator==(const CodeKey&) const = default;
};

/// In the order of the script highlight.js.
enum class CodeKind { Comment, Keyword, String, Number, Function, Type, Deleted };
constexpr int kNumCodeKinds = 7;

struct CodeSpan {
  int from = 0;  // UTF-16 units from the start of the code
  int length = 0;
  CodeKind kind = CodeKind::Comment;
  bool operator==(const CodeSpan&) const = default;
};
using CodeSpans = QVector<CodeSpan>;

inline size_t qHash(const FormulaKey& key, size_t seed = 0) {
  return qHashMulti(seed, key.source, key.isDisplay);
}
inline size_t qHash(const CodeKey& key, size_t seed = 0) { return qHashMulti(seed, key.code, key.language); }

}  // namespace zipage::ui
