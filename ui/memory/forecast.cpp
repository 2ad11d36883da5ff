#include "ui/memory/forecast.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

#include "ui/memory/memory_texts.h"
#include "ui/theme/byte_text.h"

namespace zipage::ui {

namespace {

struct ForecastWords {
  Q_DECLARE_TR_FUNCTIONS(ForecastWords)
};

/// Tokens that still find a slot, if nobody else takes one.
std::int64_t roomOf(const CacheSnapshot& snapshot, const SequenceSnapshot& sequence) {
  const std::int64_t freePages = static_cast<std::int64_t>(snapshot.pages.size()) - snapshot.pagesHeld;
  const std::int64_t inLastPage =
      std::int64_t{sequence.pagesHeld} * snapshot.pageTokens - sequence.physicalTokens;
  return freePages * snapshot.pageTokens + std::max<std::int64_t>(0, inLastPage);
}

QString atCapacity(const SequenceSnapshot& sequence) {
  const std::int64_t left = std::max<std::int64_t>(0, sequence.capacityTokens - sequence.physicalTokens);
  QString text =
      ForecastWords::tr("In %1 tokens this chat is full: each layer and head then keeps %2 of %3.")
          .arg(countText(left), countText(sequence.budgetTokens), countText(sequence.capacityTokens));
  if (sequence.pinnedTokens > 0)
    text +=
        QLatin1Char(' ') + ForecastWords::tr("%1 of them are pinned.").arg(countText(sequence.pinnedTokens));
  return text;
}

}  // namespace

QString forecastText(const CacheSnapshot& snapshot, OwnerId chat) {
  const auto found =
      std::find_if(snapshot.sequences.rbegin(), snapshot.sequences.rend(),
                   [chat](const SequenceSnapshot& sequence) { return sequence.owner == chat; });
  if (found == snapshot.sequences.rend()) return {};
  const SequenceSnapshot& sequence = *found;
  if (sequence.state == SequenceState::Swapped)
    return ForecastWords::tr("This chat lies in host memory and comes back when there is room.");
  if (sequence.capacityTokens > 0) return atCapacity(sequence);
  const QString room = countText(roomOf(snapshot, sequence));
  if (sequence.policy == MemoryPolicy::Full)
    return ForecastWords::tr(
               "The pool has room for %1 more tokens. Then the newest of several replies waits; a reply "
               "alone ends.")
        .arg(room);
  return ForecastWords::tr(
             "The pool has room for %1 more tokens. Then this chat keeps %2 tokens and goes on.")
      .arg(room, countText(sequence.budgetTokens));
}

QString pinCostText(const CacheSnapshot* snapshot, RequestId request, qint64 tokens) {
  const QString kept =
      tokens == 1
          ? ForecastWords::tr("1 token is kept from eviction in this chat.")
          : ForecastWords::tr("%1 tokens are kept from eviction in this chat.").arg(countText(tokens));
  if (snapshot == nullptr) return kept;
  const auto found =
      std::find_if(snapshot->sequences.begin(), snapshot->sequences.end(),
                   [&](const SequenceSnapshot& sequence) { return sequence.request == request; });
  if (found == snapshot->sequences.end()) return kept;
  if (found->policy == MemoryPolicy::Full || found->budgetTokens <= 0)
    return kept + QLatin1Char(' ') + ForecastWords::tr("It keeps everything as it is, so they cost nothing.");
  const qint64 bytes = snapshot->bytesPerPage * tokens / std::max(snapshot->pageTokens, 1);
  return kept + QLatin1Char(' ') +
         ForecastWords::tr("They take %1 % of its budget of %2, which others have to do without, and %3.")
             .arg(countText((100 * tokens + found->budgetTokens / 2) / found->budgetTokens),
                  countText(found->budgetTokens), bytesText(bytes));
}

}  // namespace zipage::ui
