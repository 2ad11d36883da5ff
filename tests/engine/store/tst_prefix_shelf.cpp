// Prefixes on disk, synchronously: what is kept, what goes first, what damage, full disks and other programs
// do.
#include <unistd.h>

#include <cmath>

#include "engine/store/prefix_schema.h"
#include "tests/engine/store/prefix_fixture.h"
#include "tests/engine/store/refusing_system.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

/// A shelf with what it knows.
struct OpenShelf {
  explicit OpenShelf(const PrefixStoreOptions& options) {
    auto opened = PrefixShelf::open(options, known);
    if (opened)
      shelf = std::move(*opened);
    else
      error = opened.error();
  }
  PrefixShelf* operator->() const { return shelf.get(); }

  void write(const PrefixModel& model, const std::vector<ChainPage>& pages, OwnerId owner = {}) const {
    std::vector<std::shared_ptr<const PrefixToStore>> batch;
    const auto shared = std::make_shared<const PrefixModel>(model);
    for (const ChainPage& page : pages)
      batch.push_back(std::make_shared<PrefixToStore>(PrefixToStore{shared, owner, page.key, page.page}));
    shelf->write(batch);
  }
  void writeSequence(const PrefixModel& model, const PrefixKey& key, const StoredSequence& sequence) const {
    shelf->write({std::make_shared<PrefixToStore>(
        PrefixToStore{std::make_shared<const PrefixModel>(model), {}, key, sequence})});
  }

  KnownPrefixes known;
  std::unique_ptr<PrefixShelf> shelf;
  Error error;
};

std::vector<ChainPage> chain(const PrefixModel& model, std::uint64_t number, std::uint64_t numPages,
                             std::size_t bytes = 1000) {
  std::vector<ChainPage> pages;
  for (std::uint64_t page = 0; page < numPages; ++page)
    pages.push_back(chainPage(model, number, page, bytes));
  return pages;
}

PrefixLookup lookupOf(const std::vector<ChainPage>& pages, OwnerId owner = {}) {
  PrefixLookup lookup;
  lookup.owner = owner;
  for (const ChainPage& page : pages) {
    lookup.used.push_back(page.key);
    lookup.prompt.insert(lookup.prompt.end(), page.page.tokens.begin(), page.page.tokens.end());
  }
  lookup.foundTokens = lookup.storedTokens = lookup.mostTokens = static_cast<int>(lookup.prompt.size());
  return lookup;
}

}  // namespace

class TestPrefixShelf : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<PrefixFolder>(); }

  void whatWasWrittenIsThereAfterReopening() {
    const auto pages = chain(model, 1, 3);
    {
      const OpenShelf shelf(m_folder->options());
      QVERIFY2(shelf.shelf, shelf.error.message.c_str());
      shelf.write(model, pages);
      shelf.writeSequence(model, {77, 77}, storedSequence());
      QVERIFY(shelf.known.has(pages[2].key));
    }
    const OpenShelf again(m_folder->options());
    for (const ChainPage& page : pages) {
      QVERIFY(again.known.has(page.key));
      QVERIFY(isPage(again->read(page.key).prefix, page.page));
      QVERIFY(again.known.has(page.key));  // never deleted on read
    }
    QVERIFY(std::holds_alternative<StoredSequence>(*again->read({77, 77}).prefix));
    QCOMPARE(again->report().hits, 4);
  }

  void filesAndFoldersAreForThisUserOnly() {
    const OpenShelf shelf(m_folder->options());
    shelf.write(model, chain(model, 1, 1));
    QCOMPARE(modeOf(m_folder->path()), fs::perms::owner_all);
    QCOMPARE(modeOf(m_folder->catalog()), fs::perms::owner_read | fs::perms::owner_write);
    for (const fs::path& file : m_folder->files()) {
      QCOMPARE(modeOf(file), fs::perms::owner_read | fs::perms::owner_write);
      QCOMPARE(modeOf(file.parent_path()), fs::perms::owner_all);
    }
  }

  void theBudgetIsNeverExceeded() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 20 * kMiB;
    const OpenShelf shelf(options);
    for (std::uint64_t number = 1; number < 30; ++number) {
      shelf.write(model, chain(model, number, 5, kMiB / 2));
      QVERIFY2(m_folder->bytes() <= *options.budgetBytes, qPrintable(QString::number(m_folder->bytes())));
    }
    QVERIFY(shelf->report().evicted > 100);
    QVERIFY(m_folder->bytes() > *options.budgetBytes / 2);
  }

  void aSmallerBudgetThrowsAwayAtOnce() {
    const OpenShelf shelf(m_folder->options());
    shelf.write(model, chain(model, 1, 30, kMiB));
    shelf->setBudget(16 * kMiB);
    QVERIFY(m_folder->bytes() <= 16 * std::int64_t(kMiB));
    QVERIFY(shelf.known.has(chainKey(1, 0)));
    QVERIFY(!shelf.known.has(chainKey(1, 29)));
  }

  void whoSaysNoBudgetHasTheOneThatWasSetLast() {
    PrefixStoreOptions options = m_folder->options();
    const OpenShelf one(options);
    one->setBudget(20 * kMiB);
    options.budgetBytes.reset();
    const OpenShelf two(options);
    QCOMPARE(two->report().budgetBytes, std::int64_t(20 * kMiB));
    one->setBudget(30 * kMiB);
    two->refresh();
    QCOMPARE(two->report().budgetBytes, std::int64_t(30 * kMiB));
  }

  void whatIsUsedStaysAndTailsGoFirst() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 20 * kMiB;
    const OpenShelf shelf(options);
    const auto used = chain(model, 1, 4, kMiB), unused = chain(model, 2, 4, kMiB);
    shelf.write(model, used);
    shelf.write(model, unused);
    shelf->noteLookup(model, lookupOf(used));
    shelf.write(model, chain(model, 3, 12, kMiB));
    for (const ChainPage& page : used) QVERIFY(shelf.known.has(page.key));
    QVERIFY(shelf.known.has(unused[0].key) || !shelf.known.has(unused[1].key));
    QVERIFY(!shelf.known.has(unused[3].key));
  }

  void whatWasUsedLongAgoGoesInTheEnd() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 20 * kMiB;
    const OpenShelf shelf(options);
    const auto used = chain(model, 1, 2, kMiB);
    shelf.write(model, used);
    for (int i = 0; i < 3; ++i) shelf->noteLookup(model, lookupOf(used));
    for (std::uint64_t number = 2; number < 40; ++number) shelf.write(model, chain(model, number, 4, kMiB));
    QVERIFY(!shelf.known.has(used[0].key));
  }

  void whatCostsMoreToComputeStaysLonger() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 20 * kMiB;
    const OpenShelf shelf(options);
    PrefixModel large = prefixModel(2);
    large.costPerToken = 10.0;
    shelf.write(large, chain(large, 1, 4, kMiB));
    shelf.write(model, chain(model, 2, 4, kMiB));
    shelf.write(model, chain(model, 3, 12, kMiB));
    QVERIFY(shelf.known.has(chainKey(1, 3)));
    QVERIFY(!shelf.known.has(chainKey(2, 3)));
  }

  void aPageWithoutTheOneBeforeItIsNotWritten() {
    const OpenShelf shelf(m_folder->options());
    auto pages = chain(model, 1, 3);
    pages.erase(pages.begin() + 1);
    shelf.write(model, pages);
    QVERIFY(shelf.known.has(chainKey(1, 0)));
    QVERIFY(!shelf.known.has(chainKey(1, 2)));
    QCOMPARE(shelf->report().notWritten, 1);
  }

  void aChainLongerThanTheBudgetKeepsItsBeginning() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 16 * kMiB;
    const OpenShelf shelf(options);
    shelf.write(model, chain(model, 1, 40, kMiB));
    QVERIFY(shelf.known.has(chainKey(1, 0)));
    QVERIFY(shelf.known.has(chainKey(1, 5)));
    QVERIFY(!shelf.known.has(chainKey(1, 39)));
    QVERIFY(m_folder->bytes() <= *options.budgetBytes);
  }

  void theReserveOfTheDiskStaysFree() {
    PrefixStoreOptions options = m_folder->options();
    std::int64_t disk = 10 * kMiB;
    options.reserveBytes = 5 * kMiB;
    options.freeBytes = [&](const fs::path&) { return std::max<std::int64_t>(0, disk - m_folder->bytes()); };
    const OpenShelf shelf(options);
    shelf.write(model, chain(model, 1, 20, kMiB / 2));
    QVERIFY(disk - m_folder->bytes() >= options.reserveBytes);
    QVERIFY(shelf.known.has(chainKey(1, 0)));
    disk = 4 * kMiB;  // others have filled it: what is here goes
    shelf.write(model, chain(model, 2, 1, kMiB / 2));
    QVERIFY(m_folder->files().empty());
  }

  void writingIsBoundedByItsRate() {
    auto clock = std::make_shared<test::FakeClock>();
    PrefixStoreOptions options = m_folder->options();
    options.burstBytes = 4 * kMiB;
    options.bytesPerSecond = kMiB / 10;
    options.clock = clock;
    const OpenShelf shelf(options);
    shelf.write(model, chain(model, 1, 10, kMiB));
    QVERIFY(shelf.known.has(chainKey(1, 2)));
    QVERIFY(!shelf.known.has(chainKey(1, 3)));
    clock->advance(std::chrono::seconds(15));
    shelf.write(model, chain(model, 1, 10, kMiB));
    QVERIFY(shelf.known.has(chainKey(1, 3)));
    QVERIFY(!shelf.known.has(chainKey(1, 5)));
  }

  void aDamagedFileIsThrownAwayAndSaid() {
    const OpenShelf shelf(m_folder->options());
    const auto pages = chain(model, 1, 3);
    shelf.write(model, pages);
    QVERIFY(writeBytes(m_folder->fileOf(pages[1].key), "ZIPAGEKV and nothing else"));
    const FetchedPrefix fetched = shelf->read(pages[1].key);
    QVERIFY(!fetched.prefix);
    QCOMPARE(fetched.loss, PrefixLoss::Damaged);
    QVERIFY(!shelf.known.has(pages[1].key));
    QVERIFY(!fs::exists(m_folder->fileOf(pages[1].key)));
    QCOMPARE(shelf->report().damaged, 1);
    QVERIFY(shelf->report().problem.find(textOf(pages[1].key)) != std::string::npos);
    // Computed again it has its place, and what follows it is of use again.
    shelf.write(model, pages);
    QVERIFY(isPage(shelf->read(pages[1].key).prefix, pages[1].page));
    QVERIFY(isPage(shelf->read(pages[2].key).prefix, pages[2].page));
  }

  void aFileThatIsGoneIsForgotten() {
    const OpenShelf shelf(m_folder->options());
    const auto pages = chain(model, 1, 1);
    shelf.write(model, pages);
    fs::remove(m_folder->fileOf(pages[0].key));
    QCOMPARE(shelf->read(pages[0].key).loss, PrefixLoss::Gone);
    QVERIFY(!shelf.known.has(pages[0].key));
    QCOMPARE(shelf->report().models.size(), std::size_t(0));
  }

  void orphansAreRemovedWhenTheFolderIsOpened() {
    const auto pages = chain(model, 1, 3);
    {
      const OpenShelf shelf(m_folder->options());
      shelf.write(model, pages);
    }
    fs::remove(m_folder->fileOf(pages[2].key));
    const fs::path some = m_folder->fileOf(pages[0].key).parent_path();
    QVERIFY(writeBytes(some / "0123.kv", "nobody's"));
    QVERIFY(writeBytes(some / (textOf({9, 9}) + ".kv"), "unknown"));
    QVERIFY(writeBytes(fs::path(m_folder->fileOf(pages[0].key)) += ".12.part", "unfinished"));
    const OpenShelf again(m_folder->options());
    QCOMPARE(m_folder->files().size(), std::size_t(2));
    QVERIFY(!again.known.has(pages[2].key));
    QVERIFY(isPage(again->read(pages[1].key).prefix, pages[1].page));
  }

  void twoInstancesShareAFolder() {
    const OpenShelf one(m_folder->options()), two(m_folder->options());
    QVERIFY2(two.shelf, two.error.message.c_str());
    const auto pages = chain(model, 1, 2), others = chain(model, 2, 1);
    one.write(model, pages);
    QVERIFY(!two.known.has(pages[0].key));
    two->refresh();
    QVERIFY(two.known.has(pages[0].key));
    two.write(model, pages);  // the same once more
    two.write(model, others);
    QVERIFY(isPage(one->read(others[0].key).prefix, others[0].page));
    two->clear({}, {});
    QCOMPARE(one->read(pages[0].key).loss, PrefixLoss::Gone);
    one->refresh();
    QVERIFY(!one.known.has(others[0].key));
    QVERIFY(m_folder->files().empty());
  }

  void aSecondInstanceRemovesNothingOfTheFirst() {
    const OpenShelf one(m_folder->options());
    const fs::path unfinished = m_folder->path() / "files" / "part";
    QVERIFY(writeBytes(unfinished, "being written"));
    const OpenShelf two(m_folder->options());
    QVERIFY(fs::exists(unfinished));
  }

  void theBudgetHoldsForTwoInstances() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 20 * kMiB;
    const OpenShelf one(options), two(options);
    for (std::uint64_t number = 1; number < 20; ++number) {
      (number % 2 == 0 ? one : two).write(model, chain(model, number, 3, kMiB));
      QVERIFY(m_folder->bytes() <= *options.budgetBytes);
    }
  }

  void aDamagedCatalogIsPutAsideAndBegunAnew() {
    {
      const OpenShelf shelf(m_folder->options());
      shelf.write(model, chain(model, 1, 3));
    }
    QVERIFY(writeBytes(m_folder->catalog(), QByteArray(8192, 'x')));
    const OpenShelf again(m_folder->options());
    QVERIFY2(again.shelf, again.error.message.c_str());
    QVERIFY(!again->report().problem.empty());
    QVERIFY(m_folder->files().empty());
    QVERIFY(fs::exists(m_folder->path() / "prefixes.db.damaged"));
    again.write(model, chain(model, 1, 3));
    QVERIFY(again.known.has(chainKey(1, 2)));
  }

  void aNewerCatalogIsLeftAlone() {
    {
      const OpenShelf shelf(m_folder->options());
      shelf.write(model, chain(model, 1, 3));
    }
    {
      auto database = Database::open(m_folder->catalog());
      REQUIRE_OK(database);
      REQUIRE_OK(database->execute("PRAGMA user_version = 99"));
    }
    const OpenShelf refused(m_folder->options());
    QVERIFY(!refused.shelf);
    QCOMPARE(refused.error.code, ErrorCode::Unsupported);
    QCOMPARE(m_folder->files().size(), std::size_t(3));
  }

  void everyOlderSchemaOpens() {
    for (std::int64_t version = 1; version <= prefixSchema().latestVersion(); ++version) {
      m_folder = std::make_unique<PrefixFolder>();
      fs::create_directories(m_folder->path() / "files");
      QVERIFY(writeBytes(m_folder->catalog(), {}));
      const std::string script =
          ZIPAGE_SOURCE_DIR "/tests/engine/store/older/prefixes-version-" + std::to_string(version) + ".sql";
      {
        auto database = Database::open(m_folder->catalog());
        REQUIRE_OK(database);
        REQUIRE_OK(database->execute(bytesOf(script).toStdString()));
      }
      const ChainPage page = chainPage(model, 1, 0);
      const fs::path source = ZIPAGE_SOURCE_DIR "/tests/engine/store/older/prefix-page-1.kv";
      fs::create_directories(m_folder->fileOf(page.key).parent_path());
      fs::copy_file(source, m_folder->fileOf(page.key));
      const OpenShelf shelf(m_folder->options());
      QVERIFY2(shelf.shelf, shelf.error.message.c_str());
      QVERIFY(isPage(shelf->read(page.key).prefix, page.page));
      QCOMPARE(shelf->report().models.at(0).chats.at(0).foundTokens, 12);
    }
  }

  void aFolderThatCannotBeWrittenIsAnError() {
    QVERIFY(writeBytes(m_folder->path(), "a file stands here"));
    const OpenShelf refused(m_folder->options());
    QVERIFY(!refused.shelf);
    QCOMPARE(refused.error.code, ErrorCode::Io);
  }

  void aDiskThatMayOnlyBeReadIsAnError() {
    { const OpenShelf shelf(m_folder->options()); }
    const ReadOnlyFiles readOnly;
    const OpenShelf refused(m_folder->options());
    QVERIFY(!refused.shelf);
    QCOMPARE(refused.error.code, ErrorCode::Io);
  }

  void aCatalogThatCannotGrowKeepsNoFilesBehind() {
    const OpenShelf shelf(m_folder->options());
    shelf.write(model, chain(model, 1, 2));
    {
      const FullDisk disk;
      shelf.write(model, chain(model, 2, 20));
      QVERIFY(!shelf.known.has(chainKey(2, 0)));
      QVERIFY(shelf->report().problem.find("full") != std::string::npos);
    }
    QCOMPARE(m_folder->files().size(), std::size_t(2));
    shelf.write(model, chain(model, 2, 2));
    QVERIFY(shelf.known.has(chainKey(2, 1)));
  }

  void clearingTakesOneChatOneModelOrAll() {
    const OpenShelf shelf(m_folder->options());
    const PrefixModel other = prefixModel(2);
    shelf.write(model, chain(model, 1, 2), OwnerId{11});
    shelf.write(model, chain(model, 2, 2), OwnerId{12});
    shelf.write(other, chain(other, 3, 2), OwnerId{11});
    const std::int64_t id = shelf->report().models.at(0).id;
    shelf->clear(id, OwnerId{11});
    QVERIFY(!shelf.known.has(chainKey(1, 0)));
    QVERIFY(shelf.known.has(chainKey(2, 0)));
    QVERIFY(shelf.known.has(chainKey(3, 0)));
    shelf->clear(id, std::nullopt);
    QVERIFY(!shelf.known.has(chainKey(2, 0)));
    QVERIFY(shelf.known.has(chainKey(3, 0)));
    shelf->clear({}, {});
    QVERIFY(m_folder->files().empty());
    QVERIFY(shelf->report().models.empty());
  }

  void whatDeletedChatsHaveStoredGoes() {
    const OpenShelf shelf(m_folder->options());
    shelf.write(model, chain(model, 1, 2), OwnerId{11});
    shelf.write(model, chain(model, 2, 2), OwnerId{12});
    shelf.write(model, chain(model, 3, 2));
    shelf->keepChats({12});
    QVERIFY(!shelf.known.has(chainKey(1, 0)));
    QVERIFY(shelf.known.has(chainKey(2, 1)));
    QVERIFY(shelf.known.has(chainKey(3, 1)));
  }

  void theReportTellsWhatThereIsAndWhyMoreWasNotFound() {
    const OpenShelf shelf(m_folder->options());
    const auto pages = chain(model, 1, 3);
    const OwnerId owner{11};
    shelf.write(model, pages, owner);
    PrefixLookup lookup = lookupOf(pages, owner);
    shelf->noteTurn(model, {owner, lookup.prompt, 0});
    shelf->noteLookup(model, lookup);
    lookup.prompt[5] = 12345;
    lookup.foundTokens = lookup.storedTokens = 4;
    shelf->noteLookup(model, lookup);
    const PrefixReport report = shelf->report();
    QCOMPARE(report.models.size(), std::size_t(1));
    QCOMPARE(report.models[0].name, std::string("model 1"));
    const StoredChat chat = report.models[0].chats.at(0);
    QCOMPARE(chat.owner, owner);
    QCOMPARE(chat.pages, 3);
    QCOMPARE(chat.tokens, 12);
    QCOMPARE(chat.lookups, 2);
    QCOMPARE(chat.promptTokens, 24);
    QCOMPARE(chat.foundTokens, 16);
    QVERIFY(chat.hasVerdict);
    QCOMPARE(chat.verdict, (ReuseVerdict{ReuseVerdict::Kind::OtherText, 5}));
    QVERIFY(chat.bytes >= 3 * 1000 && report.bytes > chat.bytes);
    QCOMPARE(report.budgetBytes, *m_folder->options().budgetBytes);
  }

 private:
  const PrefixModel model = prefixModel();
  std::unique_ptr<PrefixFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestPrefixShelf)
#include "tst_prefix_shelf.moc"
