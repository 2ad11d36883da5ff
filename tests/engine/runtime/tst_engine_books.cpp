// The checker of invariants itself: each way in which books can be wrong is noticed.
#include <QTest>
#include <functional>

#include "engine/runtime/engine_books.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

namespace {

class NoRelief final : public PageRelief {
  bool compress(Sequence&) override { return false; }
  bool swapOut(Sequence&) override { return false; }
  bool swapIn(Sequence&) override { return false; }
  void notePreempted(const Sequence&) override {}
};

/// An old sequence that was compressed to 8 entries and a young one with 6, in pages of 4; one that waits.
struct Books {
  Books() {
    scheduler.add(sequenceOf(1, budgetRequest(6, 50, 8, 4)));
    scheduler.add(sequenceOf(2, fullRequest(6, 50)));
    scheduler.admit();
    scheduler.add(sequenceOf(3, budgetRequest(6, 50, 8, 4)));
    fill(old(), 8);
    fill(young(), 6);
    old().compressions = 1;
    old().tokensEvicted = 4;
    old().computed += 4;
  }

  static Sequence sequenceOf(std::uint64_t id, const Request& request) {
    Sequence sequence;
    sequence.id = RequestId{id};
    sequence.request = request;
    sequence.tokens = request.prompt;
    return sequence;
  }
  void fill(Sequence& sequence, int numEntries) {
    sequence.reservedPages = 0;
    while (sequence.pages.numPages() < pagesFor(numEntries, limits.pageTokens))
      sequence.pages.append(allocator.allocate());
    sequence.physical = numEntries;
    sequence.computed = numEntries;
  }
  Sequence& old() { return scheduler.running().front(); }
  Sequence& young() { return scheduler.running().back(); }
  Sequence& waiting() { return scheduler.waiting().front(); }
  std::string firstBroken() const {
    return firstBrokenInvariant(limits, allocator, slots, scheduler, prefixes, filling);
  }

  EngineLimits limits = smallLimits(10);
  PageAllocator allocator{10};
  QuerySlots slots{8};
  PrefixIndex prefixes{allocator, 4, 1};
  NoRelief relief;
  Scheduler scheduler{{4, 2, 16, 8}, allocator, slots, relief};
  std::vector<FillingPage> filling;
  std::vector<PageRef> strays;
  QuerySlot straySlot;
};

}  // namespace

using Change = std::function<void(Books&)>;
Q_DECLARE_METATYPE(Change)

class TestEngineBooks : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void booksInOrderAreFoundSo() {
    const Books books;
    QCOMPARE(books.firstBroken(), std::string());
  }

  void whatIsWrongIsNoticed_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("words");
    const auto row = [](const char* name, const char* words, Change change) {
      QTest::newRow(name) << change << QByteArray(words);
    };
    row("a page that nobody names is held", "no table names",
        [](Books& b) { b.strays.push_back(b.allocator.allocate()); });
    row("a page has more holders than tables", "no table names",
        [](Books& b) { b.strays.push_back(b.allocator.claim(b.old().pages.indices()[0])); });
    row("the next entry goes to a page of two", "another holds",
        [](Books& b) { b.strays.push_back(b.allocator.claim(b.young().pages.indices()[1])); });
    row("a compression writes to a page of two", "a compression writes to a page that another holds",
        [](Books& b) {
          b.strays.push_back(b.allocator.claim(b.old().pages.indices()[0]));
          b.filling.push_back({RequestId{1}, b.old().pages.indices()[0], false});
        });
    row("a compression writes to a named page", "has a name", [](Books& b) {
      b.prefixes.add(b.young().pages.indices()[0], b.prefixes.root(), std::vector<TokenId>{1, 2, 3, 4});
      b.filling.push_back({RequestId{2}, b.young().pages.indices()[0], false});
    });
    row("a compressed page can be found by its text", "compressed page has a name", [](Books& b) {
      b.prefixes.add(b.old().pages.indices()[0], b.prefixes.root(), std::vector<TokenId>{1, 2, 3, 4});
    });
    row("more entries than pages", "entries lie in", [](Books& b) { b.young().physical = 9; });
    row("more than the capacity", "more than its capacity", [](Books& b) {
      b.fill(b.old(), 13);
      b.old().computed = 17;
    });
    row("held and evicted", "do not add up", [](Books& b) { ++b.old().tokensEvicted; });
    row("full memory compressed", "keeps everything", [](Books& b) { b.young().compressions = 1; });
    row("compressed without a window", "no query slot", [](Books& b) { b.old().querySlot.release(); });
    row("a query slot nobody has", "taken by nobody", [](Books& b) { b.straySlot = b.slots.acquire(); });
    row("too far without a window", "too far", [](Books& b) {
      b.old().compressions = 0;
      b.old().tokensEvicted = 0;
      b.fill(b.old(), 11);
      b.old().querySlot.release();
    });
    row("runs and lies in host memory", "host memory", [](Books& b) {
      struct Nothing final : HostCopy {
        std::size_t bytes() const override { return 0; }
      };
      b.old().swapped = std::make_unique<Nothing>();
    });
    row("waits and holds a page", "waiting request holds",
        [](Books& b) { b.waiting().pages.append(b.allocator.allocate()); });
    row("waits with a window", "waiting request holds",
        [](Books& b) { b.waiting().querySlot = b.slots.acquire(); });
    row("waits, compressed and not swapped", "swapped when it was compressed",
        [](Books& b) { b.waiting().compressions = 1; });
    row("more reserved than free", "reserved", [](Books& b) { b.young().reservedPages = 100; });
    row("a page is kept that has no name", "differ",
        [](Books& b) { b.allocator.setKept(b.young().pages.indices()[0], true); });
  }

  void whatIsWrongIsNoticed() {
    QFETCH(Change, change);
    QFETCH(QByteArray, words);
    Books books;
    change(books);
    const std::string broken = books.firstBroken();
    QVERIFY2(broken.find(words.constData()) != std::string::npos, broken.c_str());
  }
};

QTEST_GUILESS_MAIN(TestEngineBooks)
#include "tst_engine_books.moc"
