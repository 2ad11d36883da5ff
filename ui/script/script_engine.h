// The JavaScript engine for the program's bundled scripts: interpreted, never compiled to machine code.
// Qt 6.4's compiler of JavaScript crashes, about once in fifty runs, in loops that run for hundreds of
// milliseconds; for our scripts it gains no time that can be measured.
//
// Thread promise: each engine belongs to the thread that made it. Engines may be made in several threads at
// once.
#pragma once

#include <QJSEngine>
#include <QString>
#include <memory>

namespace zipage::ui {

/// An engine that has run `script`, which is a part of the program. A script that throws while it loads is a
/// bug.
std::unique_ptr<QJSEngine> makeScriptEngine(const QString& script, const QString& name);

}  // namespace zipage::ui
