#include "ui/memory/page_words.h"

#include <QCoreApplication>
#include <QStringList>

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

}  // namespace zipage::ui
