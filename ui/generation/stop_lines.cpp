#include "ui/generation/stop_lines.h"

namespace zipage::ui {

namespace {

QString unescaped(const QString& line) {
  QString text;
  for (qsizetype i = 0; i < line.size(); ++i) {
    const QChar next = line[i] == QLatin1Char('\\') && i + 1 < line.size() ? line[++i] : QChar();
    if (next.isNull())
      text += line[i];
    else if (next == QLatin1Char('n'))
      text += QLatin1Char('\n');
    else if (next == QLatin1Char('t'))
      text += QLatin1Char('\t');
    else if (next == QLatin1Char('\\'))
      text += next;
    else
      text += QLatin1Char('\\') + next;
  }
  return text;
}

QString escaped(QString text) {
  text.replace(QLatin1Char('\\'), QStringLiteral("\\\\"));
  text.replace(QLatin1Char('\n'), QStringLiteral("\\n"));
  return text.replace(QLatin1Char('\t'), QStringLiteral("\\t"));
}

}  // namespace

QString linesFromStops(const QStringList& stops) {
  QStringList lines;
  for (const QString& stop : stops) lines << escaped(stop);
  return lines.join(QLatin1Char('\n'));
}

QStringList stopsFromLines(const QString& lines) {
  QStringList stops;
  for (const QString& line : lines.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) stops << unescaped(line);
  return stops;
}

}  // namespace zipage::ui
