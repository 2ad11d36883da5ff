#include "ui/memory/number_text.h"

#include <QCoreApplication>
#include <QLocale>

namespace zipage::ui {

namespace {

QString translated(const char* text) { return QCoreApplication::translate("NumberText", text); }

}  // namespace

QString countText(qint64 count) { return QLocale().toString(count); }

QString tokensText(qint64 tokens) {
  return (tokens == 1 ? translated("%1 token") : translated("%1 tokens")).arg(countText(tokens));
}

QString durationText(qint64 ms) {
  const qint64 seconds = (ms + 500) / 1000;
  if (ms < 950) return translated("%1 ms").arg(countText(ms));
  if (seconds < 60) return translated("%1 s").arg(seconds);
  return translated("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
}

QString bytesText(qint64 bytes) { return QLocale().formattedDataSize(bytes, 1); }

QString rateText(double perSecond) {
  return translated("%1 tokens/s").arg(QLocale().toString(perSecond, 'f', perSecond < 100 ? 1 : 0));
}

}  // namespace zipage::ui
