// MathJax and Prism in a script engine of their own. Sources are untrusted: scripts reach nothing but the
// text they are given, and each call ends at its time limit. Constructing one takes about half a second.
//
// Thread promise: used by the thread that made it. Needs a QCoreApplication.
#pragma once

#include <QJSEngine>
#include <QJSValue>
#include <chrono>
#include <memory>

#include "ui/rich/rich_values.h"

namespace zipage::ui {

class RichScript {
 public:
  static constexpr std::chrono::milliseconds kDefaultLimit{
      2500};  // of wall time, on a machine that may be busy
  /// What is longer is not tried, UTF-16 units.
  static constexpr qsizetype kMaxFormula = 4000;
  static constexpr qsizetype kMaxCode = 20000;
  static constexpr qsizetype kMaxCodeLine = 1000;

  explicit RichScript(std::chrono::milliseconds limit = kDefaultLimit);

  FormulaPicture typeset(const FormulaKey& key);
  /// In order, not overlapping. Empty for a language that is not known, or when it takes too long.
  CodeSpans highlight(const CodeKey& key);

 private:
  std::unique_ptr<QJSEngine> m_engine;
  QJSValue m_typeset;
  QJSValue m_highlight;
  double m_limitMs;
};

}  // namespace zipage::ui
