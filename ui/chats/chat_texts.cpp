#include "ui/chats/chat_times.h"

#include <QCoreApplication>
#include <QLocale>

namespace zipage::ui {

QString timeText(const QDateTime& time, const QDateTime& now) {
  if (!time.isValid()) return {};
  const QLocale locale;
  const qint64 days = time.date().daysTo(now.date());
  if (days == 0) {
    const QString format = locale.timeFormat(QLocale::ShortFormat).remove(QStringLiteral(":ss"));
    return locale.toString(time.time(), format);
  }
  if (days == 1) return QCoreApplication::translate("ChatTimes", "Yesterday");
  if (days > 1 && days < 7) return locale.toString(time.date(), QStringLiteral("ddd"));
  return locale.toString(time.date(), QLocale::ShortFormat);
}

}  // namespace zipage::ui
