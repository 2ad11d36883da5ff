// Pages found again by their text. Pages are 4 tokens.
#include <QTest>

#include "engine/cache/page_table.h"
#include "engine/cache/prefix_index.h"

using namespace zipage;

namespace {

using Tokens = std::vector<TokenId>;
using Pages = std::vector<PageIndex>;

Tokens count(int from, int numTokens) {
  Tokens tokens;
  for (int i = 0; i < numTokens; ++i) tokens.push_back(from + i);
  return tokens;
}

struct Fixture {
  explicit Fixture(int numPages = 8, std::uint64_t salt = 1) : pages(numPages), index(pages, 4, salt) {}

  /// A table that holds `tokens`, all of its full pages named.
  PageTable hold(const Tokens& tokens) {
    PageTable table;
    PrefixKey parent = index.root();
    for (std::size_t start = 0; start + 4 <= tokens.size(); start += 4) {
      table.append(pages.allocate());
      parent = index.add(table.indices().back(), parent, std::span(tokens).subspan(start, 4));
    }
    return table;
  }
  Pages match(const Tokens& tokens) const {
    return index.match(tokens, static_cast<std::int64_t>(tokens.size()));
  }

  PageAllocator pages;
  PrefixIndex index;
};

Pages pagesOf(const PageTable& table) { return {table.indices().begin(), table.indices().end()}; }

}  // namespace

class TestPrefixIndex : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theLongestCommonBeginningIsFoundInWholePages() {
    Fixture f;
    const PageTable table = f.hold(count(0, 12));
    QCOMPARE(f.match(count(0, 12)), pagesOf(table));
    QCOMPARE(f.match(count(0, 11)).size(), std::size_t{2});
    Tokens other = count(0, 12);
    other[5] = 99;
    QCOMPARE(f.match(other), Pages{table.indices()[0]});
    QVERIFY(f.match(count(4, 8)).empty());  // a page is known by all that stands before it
  }

  void noMoreIsMatchedThanWasAskedFor() {
    Fixture f;
    const PageTable table = f.hold(count(0, 12));
    QCOMPARE(f.index.match(count(0, 12), 11).size(), std::size_t{2});
    QVERIFY(f.index.match(count(0, 12), -3).empty());
  }

  void aMatchHoldsNothing() {
    Fixture f;
    const PageTable table = f.hold(count(0, 8));
    const Pages found = f.match(count(0, 8));
    QCOMPARE(f.pages.holders(found[0]), 1);
    QCOMPARE(f.pages.numFree(), 6);
  }

  void aFreedPageIsFoundUntilItIsHandedOutAgain() {
    Fixture f(3);
    PageTable table = f.hold(count(0, 8));
    const Pages was = pagesOf(table);
    table.clear();
    QCOMPARE(f.pages.numFree(), 3);
    QCOMPARE(f.match(count(0, 8)), was);
    const PageRef unnamed = f.pages.allocate();  // the one that holds nothing worth keeping goes first
    QCOMPARE(f.match(count(0, 8)), was);
    const PageRef tail = f.pages.allocate();  // then the tail of what was let go of
    QCOMPARE(tail.index(), was[1]);
    QCOMPARE(f.match(count(0, 8)), Pages{was[0]});
    QCOMPARE(f.index.numDropped(), std::int64_t{1});
  }

  void whatWasLetGoOfLongestAgoIsHandedOutFirst() {
    Fixture f(2);
    PageTable first = f.hold(count(0, 4)), second = f.hold(count(100, 4));
    first.clear();
    second.clear();
    const PageRef again =
        f.pages.claim(f.match(count(0, 4)).front());  // used: now the other is the older one
    { const PageRef letGo = f.pages.claim(again.index()); }
    const PageRef taken = f.pages.allocate();
    QVERIFY(f.match(count(100, 4)).empty());
    QCOMPARE(f.match(count(0, 4)), Pages{again.index()});
  }

  void anOverwrittenPageIsForgotten() {
    Fixture f;
    PageTable table = f.hold(count(0, 8));
    f.index.forget(table.indices()[0]);
    QVERIFY(f.match(count(0, 8)).empty());
    table.clear();
    QCOMPARE(f.pages.numFree(), 8);
    QVERIFY(!f.pages.isKept(0));
  }

  void theSameTextIsNamedOnce() {
    Fixture f;
    const PageTable first = f.hold(count(0, 8)), second = f.hold(count(0, 8));
    QCOMPARE(f.index.numPages(), 2);
    QCOMPARE(f.match(count(0, 8)), pagesOf(first));
    QVERIFY(!f.index.has(second.indices()[0]));
  }

  void anotherSaltNeverMatches() {
    Fixture f(8, 1), g(8, 2);
    const Tokens text = count(0, 4);
    QVERIFY(f.index.keyOf(f.index.root(), text) != g.index.keyOf(g.index.root(), text));
  }
};

QTEST_GUILESS_MAIN(TestPrefixIndex)
#include "tst_prefix_index.moc"
