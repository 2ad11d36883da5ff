#include "ui/transcript/reply_texts.h"

#include <QCoreApplication>
#include <QLocale>

namespace zipage::ui {

namespace {

struct ReplyTexts {
  Q_DECLARE_TR_FUNCTIONS(ReplyTexts)
};

QString numberText(qint64 number) { return QLocale().toString(number); }

QString tokensText(qint64 numTokens) {
  return numTokens == 1 ? ReplyTexts::tr("1 token") : ReplyTexts::tr("%1 tokens").arg(numberText(numTokens));
}

QString seconds(qint64 durationMs) {
  if (durationMs < 1000) return ReplyTexts::tr("%1 ms").arg(durationMs);
  return ReplyTexts::tr("%1 s").arg(QLocale().toString(durationMs / 1000.0, 'f', 1));
}

}  // namespace

QString durationText(qint64 durationMs) {
  const qint64 numSeconds = (durationMs + 500) / 1000;
  if (numSeconds < 1) return ReplyTexts::tr("under 1 s");
  if (numSeconds < 60) return ReplyTexts::tr("%1 s").arg(numSeconds);
  return ReplyTexts::tr("%1 min %2 s").arg(numSeconds / 60).arg(numSeconds % 60);
}

QString thinkingText(const MessageItem& message) {
  const bool isThinking = message.state == ReplyState::Thinking;
  if (message.reasoning.isEmpty() && !isThinking) return {};
  QString text = isThinking ? ReplyTexts::tr("Thinking… %1") : ReplyTexts::tr("Thought for %1");
  text = text.arg(durationText(message.reasoningMs));
  if (message.reasoningTokens > 0) text += QStringLiteral(" · ") + tokensText(message.reasoningTokens);
  return text;
}

QString stateText(const MessageItem& message) {
  switch (message.state) {
    case ReplyState::Waiting:
      return ReplyTexts::tr("Waiting for its turn…");
    case ReplyState::Reading:
      return message.promptTokens > 0 ? ReplyTexts::tr("Reading %1…").arg(tokensText(message.promptTokens))
                                      : ReplyTexts::tr("Reading…");
    case ReplyState::Stopped:
      return message.error.isEmpty() ? ReplyTexts::tr("Stopped.")
                                     : ReplyTexts::tr("Stopped. %1").arg(message.error);
    case ReplyState::Interrupted:
      return ReplyTexts::tr("Interrupted: the program ended while this was being written. %1")
          .arg(message.error)
          .trimmed();
    case ReplyState::Failed:
      return message.error.isEmpty() ? ReplyTexts::tr("This reply failed, without a reason given.")
                                     : ReplyTexts::tr("This reply failed: %1").arg(message.error);
    default:
      return message.error;
  }
}

namespace {

/// Where the beginning of the prompt came from, if not from the model.
QStringList reuseTexts(const MessageItem& message) {
  QStringList parts;
  if (message.cachedTokens <= 0) return parts;
  if (message.storedTokens > 0)
    parts << ReplyTexts::tr("%1 from disk in %2")
                 .arg(tokensText(message.storedTokens), seconds(message.storageMs));
  if (message.cachedTokens > message.storedTokens)
    parts << ReplyTexts::tr("%1 reused").arg(tokensText(message.cachedTokens - message.storedTokens));
  parts.last() += ReplyTexts::tr(", %1 computed").arg(numberText(message.computedTokens));
  return parts;
}

/// Lines break between figures only.
QString joined(QStringList parts) {
  return parts.replaceInStrings(QStringLiteral(" "), QString(QChar::Nbsp)).join(QStringLiteral(" · "));
}

QStringList evictedParts(const MessageItem& message) {
  if (message.compressions <= 0) return {};
  return {message.compressions == 1 ? ReplyTexts::tr("1 compression")
                                    : ReplyTexts::tr("%1 compressions").arg(numberText(message.compressions)),
          ReplyTexts::tr("%1 evicted").arg(numberText(message.tokensEvicted))};
}

}  // namespace

QString evictedText(const MessageItem& message) { return joined(evictedParts(message)); }

QString figuresText(const MessageItem& message) {
  if (message.generatedTokens <= 0) return {};
  QStringList parts;
  if (message.decodeMs > 0 && message.generatedTokens > 1) {
    const double rate =
        static_cast<double>(message.generatedTokens - 1) * 1000.0 / static_cast<double>(message.decodeMs);
    parts << ReplyTexts::tr("%1 tokens/s").arg(QLocale().toString(rate, 'f', 1));
  }
  parts << tokensText(message.generatedTokens);
  parts << ReplyTexts::tr("first after %1").arg(seconds(message.firstTokenMs));
  parts << reuseTexts(message);
  parts << evictedParts(message);
  if (message.peakPages > 0) {
    parts << (message.peakPages == 1 ? ReplyTexts::tr("peak 1 page")
                                     : ReplyTexts::tr("peak %1 pages").arg(numberText(message.peakPages)));
  }
  return joined(parts);
}

QString fileText(const AttachmentItem& file) {
  const qint64 numBytes = file.text.toUtf8().size();
  return file.name + QStringLiteral(" · ") +
         QLocale().formattedDataSize(numBytes, 1, QLocale::DataSizeTraditionalFormat);
}

QString spokenText(const MessageItem& message) {
  const QString version =
      message.numVersions > 1
          ? ReplyTexts::tr("Version %1 of %2.").arg(message.version).arg(message.numVersions)
          : QString();
  QStringList parts{message.role == Role::User ? ReplyTexts::tr("You:") : ReplyTexts::tr("Reply:")};
  for (const AttachmentItem& file : message.attachments) parts << ReplyTexts::tr("File %1.").arg(file.name);
  if (message.role == Role::User)
    return (parts << message.text << version).join(QStringLiteral(" ")).trimmed();
  for (const QString& part : {thinkingText(message), message.text, stateText(message), message.vote, version,
                              figuresText(message)}) {
    if (!part.isEmpty()) parts << part;
  }
  return parts.join(QStringLiteral(" "));
}

}  // namespace zipage::ui
