#pragma once

#include <QStringList>

namespace zipage::ui {

// Stop strings as lines of text: "\n" stands for the end of a line, "\t" for a tabulator, "\\" for a
// backslash.
QString linesFromStops(const QStringList& stops);
/// Empty lines are none.
QStringList stopsFromLines(const QString& lines);

}  // namespace zipage::ui
