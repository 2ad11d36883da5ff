#include "ui/rich/rich_script.h"

#include <QFile>

#include "ui/script/script_engine.h"

/// Q_INIT_RESOURCE declares a function, so it cannot stand inside a namespace.
static void initScriptResource() { Q_INIT_RESOURCE(zipage_rich_js); }

namespace zipage::ui {

namespace {

constexpr double kUnitsPerEm = 1000.0;

QString readBundle() {
  initScriptResource();
  QFile file(QStringLiteral(":/zipage/js/rich.js"));
  if (!file.open(QIODevice::ReadOnly)) qFatal("the bundled scripts are missing from the program");
  return QString::fromUtf8(file.readAll());
}

bool hasLongLine(QStringView code) {
  for (qsizetype from = 0; from < code.size();) {
    const qsizetype end = code.indexOf(u'\n', from);
    const qsizetype next = end < 0 ? code.size() : end;
    if (next - from > RichScript::kMaxCodeLine) return true;
    from = next + 1;
  }
  return false;
}

}  // namespace

RichScript::RichScript(std::chrono::milliseconds limit)
    : m_engine(makeScriptEngine(readBundle(), QStringLiteral("rich.js"))),
      m_limitMs(static_cast<double>(limit.count())) {
  m_typeset = m_engine->globalObject().property(QStringLiteral("zipageTypeset"));
  m_highlight = m_engine->globalObject().property(QStringLiteral("zipageHighlight"));
}

FormulaPicture RichScript::typeset(const FormulaKey& key) {
  if (key.source.size() > kMaxFormula || !key.source.isValidUtf16()) return {};
  const QJSValue made = m_typeset.call({key.source, key.isDisplay, m_limitMs});
  const QJSValue svg = made.property(QStringLiteral("svg"));
  if (made.isError() || !svg.isString()) return {};
  const auto em = [&](const char* name) {
    return made.property(QLatin1String(name)).toNumber() / kUnitsPerEm;
  };
  return {svg.toString().toUtf8(), em("width"), em("ascent"), em("descent")};
}

CodeSpans RichScript::highlight(const CodeKey& key) {
  CodeSpans spans;
  if (key.code.size() > kMaxCode || hasLongLine(key.code)) return spans;
  const QJSValue numbers = m_highlight.call({key.code, key.language, m_limitMs});
  if (numbers.isError()) return spans;
  const quint32 count = numbers.property(QStringLiteral("length")).toUInt() / 3;
  spans.reserve(count);
  for (quint32 i = 0; i < count; ++i) {
    const auto number = [&](quint32 place) { return numbers.property(3 * i + place).toInt(); };
    spans.append({number(0), number(1), static_cast<CodeKind>(number(2))});
  }
  return spans;
}

}  // namespace zipage::ui
