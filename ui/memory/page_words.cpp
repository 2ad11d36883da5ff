#include "ui/memory/page_words.h"

#include <QCoreApplication>
#include <QStringList>

#include "engine/trace/page_contents.h"

namespace zipage::ui {

namespace {

struct PageWords {
  Q_DECLARE_TR_FUNCTIONS(PageWords)
};

}  // namespace

QString stateName(PageState state) {
  switch (state) {
    case PageState::Free:
      return PageWords::tr("free");
    case PageState::Held:
      return PageWords::tr("held");
    case PageState::Shared:
      return PageWords::tr("shared");
    case PageState::PrefixOnly:
      return PageWords::tr("prefix only");
    case PageState::Compressing:
      return PageWords::tr("compressing");
    case PageState::Swapped:
      return PageWords::tr("swapped");
  }
  return {};
}

QString spokenSummary(const CacheSnapshot& snapshot) {
  std::array<int, kPageStates.size()> counts{};
  for (const PageSnapshot& page : snapshot.pages) ++counts[static_cast<std::size_t>(page.state)];
  QStringList parts;
  for (const PageState state : kPageStates) {
    const int count = counts[static_cast<std::size_t>(state)];
    if (count > 0) parts << QStringLiteral("%1 %2").arg(count).arg(stateName(state));
  }
  return PageWords::tr("%1 pages: %2. %3 tokens live.")
      .arg(snapshot.pages.size())
      .arg(parts.join(QStringLiteral(", ")))
      .arg(snapshot.tokensLive);
}

QString pagesAsTable(const CacheSnapshot& snapshot, const OwnerNames& names) {
  QString table = QStringLiteral("page\tstate\tchat\ttokens live\ttokens\tholders\ttable index\n");
  for (std::size_t i = 0; i < snapshot.pages.size(); ++i) {
    const PageSnapshot& page = snapshot.pages[i];
    const QString owner = page.owner && names ? names(page.owner).simplified() : QString();
    table += QStringLiteral("%1\t%2\t%3\t%4\t%5\t%6\t%7\n")
                 .arg(QString::number(i), stateName(page.state), owner, QString::number(page.tokensLive),
                      QString::number(snapshot.pageTokens), QString::number(page.holders),
                      QString::number(page.tableIndex));
  }
  return table;
}

QString wordsOfPage(const MemoryModel& model, const CacheSnapshot& snapshot, PageIndex page,
                    qsizetype mostCharacters) {
  const PageContents contents = contentsOf(model.history(), snapshot, page);
  QString words;
  std::int32_t expected = contents.tokens.empty() ? 0 : contents.tokens.front().token;
  for (const TokenInPage& held : contents.tokens) {
    if (held.token != expected) words += QStringLiteral(" … ");
    words += model.textOf(contents.request, held.token);
    expected = held.token + 1;
    if (words.size() > mostCharacters) return words.simplified().left(mostCharacters) + QStringLiteral("…");
  }
  return words.simplified();
}

QString describePage(const MemoryModel& model, const CacheSnapshot& snapshot, PageIndex page,
                     qsizetype mostCharacters) {
  const PageSnapshot& entry = snapshot.pages[static_cast<std::size_t>(page)];
  const QString state = stateName(entry.state);
  if (entry.holders == 0) return PageWords::tr("Page %1: %2.").arg(page).arg(state);
  const QString words = wordsOfPage(model, snapshot, page, mostCharacters);
  const QString holder = model.nameOf(entry.owner);
  return words.isEmpty()
             ? PageWords::tr("Page %1 (%2) of “%3”. Its words are not known.").arg(page).arg(state, holder)
             : PageWords::tr("Page %1 (%2) of “%3”: %4").arg(page).arg(state, holder, words);
}

}  // namespace zipage::ui
