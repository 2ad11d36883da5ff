#include "ui/memory/memory_texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <cmath>

namespace zipage::ui {

namespace {

struct MemoryTexts {
  Q_DECLARE_TR_FUNCTIONS(MemoryTexts)
};

QString reclaimed(std::int64_t pages) {
  return pages == 1 ? MemoryTexts::tr("1 page reclaimed")
                    : MemoryTexts::tr("%1 pages reclaimed").arg(countText(pages));
}

}  // namespace

QString momentText(Duration sinceStart) {
  const double seconds = std::chrono::duration<double>(sinceStart).count();
  if (seconds < 60.0) return MemoryTexts::tr("%1 s").arg(QLocale().toString(seconds, 'f', 1));
  const auto tenths = static_cast<qint64>(seconds * 10.0);
  const auto twoDigits = [](qint64 number) {
    return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
  };
  const QString minutes = twoDigits(tenths / 600 % 60), rest = twoDigits(tenths / 10 % 60);
  if (tenths >= 36000) return QStringLiteral("%1:%2:%3").arg(tenths / 36000).arg(minutes, rest);
  return QStringLiteral("%1:%2%3%4").arg(minutes, rest, QLocale().decimalPoint()).arg(tenths % 10);
}

QString shortTime(Duration duration) {
  const double ms = std::chrono::duration<double, std::milli>(duration).count();
  return MemoryTexts::tr("%1 ms").arg(QLocale().toString(ms, 'f', ms < 10.0 ? 1 : 0));
}

QString kindText(MemoryEventKind kind) {
  switch (kind) {
    case MemoryEventKind::Started:
      return MemoryTexts::tr("Started");
    case MemoryEventKind::Compressed:
      return MemoryTexts::tr("Compression");
    case MemoryEventKind::Preempted:
      return MemoryTexts::tr("Preempted");
    case MemoryEventKind::SwappedOut:
      return MemoryTexts::tr("Swapped out");
    case MemoryEventKind::SwappedIn:
      return MemoryTexts::tr("Swapped in");
    case MemoryEventKind::PrefixDropped:
      return MemoryTexts::tr("Prefix dropped");
    case MemoryEventKind::Pinned:
      return MemoryTexts::tr("Pinned");
    case MemoryEventKind::Finished:
      return MemoryTexts::tr("Finished");
  }
  return {};
}

QString detailText(const MemoryEvent& event) {
  switch (event.kind) {
    case MemoryEventKind::Started:
      return event.cachedTokens > 0 ? MemoryTexts::tr("prompt of %1 tokens, %2 of them found in memory")
                                          .arg(countText(event.tokens), countText(event.cachedTokens))
                                    : MemoryTexts::tr("prompt of %1 tokens").arg(countText(event.tokens));
    case MemoryEventKind::Compressed:
      return MemoryTexts::tr("%1 tokens evicted from each head, %2")
          .arg(countText(event.tokens), reclaimed(event.pages));
    case MemoryEventKind::Preempted:
      return MemoryTexts::tr("%1 tokens will be computed again, %2")
          .arg(countText(event.tokens), reclaimed(event.pages));
    case MemoryEventKind::SwappedOut:
      return MemoryTexts::tr("to host memory, %1").arg(reclaimed(event.pages));
    case MemoryEventKind::SwappedIn:
      return MemoryTexts::tr("%1 pages taken").arg(countText(event.pages));
    case MemoryEventKind::PrefixDropped:
      return MemoryTexts::tr("%1 pages lost their name").arg(countText(event.pages));
    case MemoryEventKind::Pinned:
      return event.tokens == 1
                 ? MemoryTexts::tr("1 token is kept from eviction")
                 : MemoryTexts::tr("%1 tokens are kept from eviction").arg(countText(event.tokens));
    case MemoryEventKind::Finished:
      return MemoryTexts::tr("%1 tokens generated, %2").arg(countText(event.tokens), reclaimed(event.pages));
  }
  return {};
}

QString compressionText(const CompressionEntry& entry) {
  return MemoryTexts::tr(
             "Each layer and head held %1 tokens before and holds %2 after; %3 were evicted. It took %4.")
      .arg(countText(entry.entriesBefore), countText(entry.entriesAfter), countText(entry.tokensEvicted),
           shortTime(entry.duration));
}

QString fateReason(Fate fate) {
  switch (fate) {
    case Fate::Newer:
      return MemoryTexts::tr("it came after the last compression");
    case Fate::ByScore:
      return MemoryTexts::tr("its score is above the cut");
    case Fate::Sink:
      return MemoryTexts::tr("the first tokens always stay");
    case Fate::Prompt:
      return MemoryTexts::tr("the prompt is protected");
    case Fate::Recent:
      return MemoryTexts::tr("it is among the newest, which always stay");
    case Fate::Pinned:
      return MemoryTexts::tr("it is kept, as you wished");
    case Fate::Evicted:
      return MemoryTexts::tr("its score lay below the cut");
    case Fate::GoneBefore:
      return MemoryTexts::tr("an earlier compression evicted it");
  }
  return {};
}

QString fateText(Fate fate) {
  const QString state = fate == Fate::Newer        ? MemoryTexts::tr("held")
                        : fate == Fate::Evicted    ? MemoryTexts::tr("evicted")
                        : fate == Fate::GoneBefore ? MemoryTexts::tr("gone")
                                                   : MemoryTexts::tr("kept");
  return state + QStringLiteral(": ") + fateReason(fate);
}

QString fateName(Fate fate) {
  switch (fate) {
    case Fate::Newer:
      return MemoryTexts::tr("newer");
    case Fate::ByScore:
      return MemoryTexts::tr("kept");
    case Fate::Sink:
    case Fate::Prompt:
      return MemoryTexts::tr("protected");
    case Fate::Recent:
      return MemoryTexts::tr("recent");
    case Fate::Pinned:
      return MemoryTexts::tr("pinned");
    case Fate::Evicted:
      return MemoryTexts::tr("evicted");
    case Fate::GoneBefore:
      return MemoryTexts::tr("gone before");
  }
  return {};
}

QString headText(int head, int kvHeads) {
  return MemoryTexts::tr("Layer %1, head %2").arg(head / kvHeads + 1).arg(head % kvHeads + 1);
}

QString countText(std::int64_t count) { return QLocale().toString(static_cast<qlonglong>(count)); }

QString scoreText(float score) {
  if (std::isinf(score)) return score > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
  return QLocale().toString(static_cast<double>(score), 'g', 3);
}

}  // namespace zipage::ui
