#include "ui/chats/chat_texts.h"

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
  if (days == 1) return QCoreApplication::translate("ChatTexts", "Yesterday");
  if (days > 1 && days < 7) return locale.toString(time.date(), QStringLiteral("ddd"));
  return locale.toString(time.date(), QLocale::ShortFormat);
}

QString stateText(ChatState state) {
  switch (state) {
    case ChatState::Idle:
      return {};
    case ChatState::Waiting:
      return QCoreApplication::translate("ChatTexts", "Waiting…");
    case ChatState::Thinking:
      return QCoreApplication::translate("ChatTexts", "Thinking…");
    case ChatState::Answering:
      return QCoreApplication::translate("ChatTexts", "Answering…");
    case ChatState::Failed:
      return QCoreApplication::translate("ChatTexts", "Failed");
    case ChatState::Interrupted:
      return QCoreApplication::translate("ChatTexts", "Interrupted");
  }
  return {};
}

QString partText(ChatHit::Part part) {
  switch (part) {
    case ChatHit::Part::Title:
      return QCoreApplication::translate("ChatTexts", "Title");
    case ChatHit::Part::Question:
      return QCoreApplication::translate("ChatTexts", "Question");
    case ChatHit::Part::Answer:
      return QCoreApplication::translate("ChatTexts", "Answer");
    case ChatHit::Part::Reasoning:
      return QCoreApplication::translate("ChatTexts", "Reasoning");
    case ChatHit::Part::File:
      return QCoreApplication::translate("ChatTexts", "File");
  }
  return {};
}

}  // namespace zipage::ui
