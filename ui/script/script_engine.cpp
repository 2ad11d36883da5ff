#include "ui/script/script_engine.h"

#include <QJSValue>
#include <QLoggingCategory>
#include <cstring>
#include <mutex>

namespace zipage::ui {

namespace {

QLoggingCategory::CategoryFilter previousFilter = nullptr;

/// The script compiler warns of every hoisted variable of a bundle, hundreds of lines that mean nothing.
void silenceScriptCompiler() {
  // Asked for first: a filter is applied while it is being installed.
  previousFilter = QLoggingCategory::installFilter(nullptr);
  QLoggingCategory::installFilter([](QLoggingCategory* category) {
    previousFilter(category);
    if (std::strcmp(category->categoryName(), "qt.qml.compiler") == 0)
      category->setEnabled(QtWarningMsg, false);
  });
}

/// Engines read these when they are made.
void prepareEngines() {
  static std::once_flag once;
  std::call_once(once, [] {
    qputenv("QV4_FORCE_INTERPRETER", "1");
    silenceScriptCompiler();
  });
}

}  // namespace

std::unique_ptr<QJSEngine> makeScriptEngine(const QString& script, const QString& name) {
  prepareEngines();
  auto engine = std::make_unique<QJSEngine>();
  const QJSValue result = engine->evaluate(script, name);
  if (result.isError()) qFatal("%s does not load: %s", qPrintable(name), qPrintable(result.toString()));
  return engine;
}

}  // namespace zipage::ui
