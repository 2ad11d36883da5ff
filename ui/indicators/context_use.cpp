#include "ui/indicators/context_use.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace zipage::ui {

namespace {

constexpr double kAmber = 0.80;
constexpr double kRed = 0.95;

struct ContextWords {
  Q_DECLARE_TR_FUNCTIONS(ContextWords)
};

QString number(qint64 value) { return QLocale().toString(value); }

QString tokens(qint64 value) {
  return value == 1 ? ContextWords::tr("1 token") : ContextWords::tr("%1 tokens").arg(number(value));
}

ContextUse::Level levelOf(double share) {
  if (share >= kRed) return ContextUse::Level::Red;
  return share >= kAmber ? ContextUse::Level::Amber : ContextUse::Level::Calm;
}

double shareOf(qint64 part, qint64 whole) {
  return whole <= 0 ? 0.0 : std::clamp(static_cast<double>(part) / static_cast<double>(whole), 0.0, 1.0);
}

}  // namespace

qint64 ContextUse::tokensUsed() const {
  const qint64 written = promptTokens + generatedTokens;
  if (pagesHeld > 0) return tokensLive;
  return isBounded ? std::min<qint64>(written, budgetTokens > 0 ? budgetTokens : written) : written;
}

double ContextUse::share() const { return shareOf(tokensUsed(), limitTokens); }

ContextUse::Level ContextUse::level() const {
  const double ofModel = shareOf(promptTokens + generatedTokens, contextLength);
  return levelOf(isBounded ? ofModel : std::max(share(), ofModel));
}

ContextUse contextUseOf(const CacheSnapshot* snapshot, OwnerId chat, const MessageItem& reply,
                        const GenerationSettings& settings, int contextLength) {
  ContextUse use;
  use.promptTokens = reply.promptTokens;
  use.cachedTokens = reply.cachedTokens;
  use.storedTokens = reply.storedTokens;
  use.generatedTokens = reply.generatedTokens;
  use.contextLength = contextLength;
  use.isBounded = settings.policy == MemoryPolicy::Budget || settings.policy == MemoryPolicy::Grow;
  use.budgetTokens = settings.policy == MemoryPolicy::Full ? 0 : settings.budgetTokens;
  qint64 poolTokens = 0;
  if (snapshot != nullptr) {
    use.pageTokens = snapshot->pageTokens;
    poolTokens = static_cast<qint64>(snapshot->pages.size()) * snapshot->pageTokens;
    for (const SequenceSnapshot& sequence : snapshot->sequences) {
      if (!chat || sequence.owner != chat) continue;
      use.tokensLive += sequence.physicalTokens;
      use.pagesHeld += sequence.pagesHeld;
      if (sequence.policy == MemoryPolicy::Grow) use.budgetTokens = sequence.budgetTokens;
    }
  }
  if (use.isBounded)
    use.limitTokens = use.budgetTokens + settings.periodTokens;
  else
    use.limitTokens = contextLength > 0 && poolTokens > 0 ? std::min<qint64>(poolTokens, contextLength)
                                                          : std::max<qint64>(poolTokens, contextLength);
  return use;
}

QVector<std::pair<QString, QString>> contextRows(const ContextUse& use) {
  QVector<std::pair<QString, QString>> rows{
      {ContextWords::tr("Prompt"), tokens(use.promptTokens)},
      {ContextWords::tr("of it found in the cache"),
       use.storedTokens > 0
           ? ContextWords::tr("%1, %2 from disk").arg(tokens(use.cachedTokens), number(use.storedTokens))
           : tokens(use.cachedTokens)},
      {ContextWords::tr("Generated"), tokens(use.generatedTokens)},
      {ContextWords::tr("Tokens live"), number(use.tokensLive)},
      {ContextWords::tr("Pages held"),
       use.pageTokens > 0
           ? ContextWords::tr("%1 (%2 tokens each)").arg(number(use.pagesHeld)).arg(use.pageTokens)
           : number(use.pagesHeld)},
      {use.isBounded ? ContextWords::tr("Budget") : ContextWords::tr("Budget if pages run short"),
       use.budgetTokens > 0 ? tokens(use.budgetTokens) : ContextWords::tr("none")},
  };
  if (use.limitTokens > 0)
    rows.append({use.isBounded ? ContextWords::tr("Compressed at") : ContextWords::tr("Room for"),
                 tokens(use.limitTokens)});
  if (use.contextLength > 0) rows.append({ContextWords::tr("Model made for"), tokens(use.contextLength)});
  return rows;
}

QString contextForecast(const ContextUse& use) {
  if (use.isBounded)
    return ContextWords::tr("When it is full, the least useful tokens are evicted and writing goes on.");
  if (use.budgetTokens > 0)
    return ContextWords::tr(
        "Every token is kept while there is room. When pages run short, the least useful ones are evicted.");
  return ContextWords::tr("Every token is kept. When no page is left, the reply ends and says so.");
}

}  // namespace zipage::ui
