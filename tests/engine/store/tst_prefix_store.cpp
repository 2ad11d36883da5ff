// Prefixes on a thread of their own: what engines ask for comes, whatever is queued meanwhile.
#include "engine/store/prefix_store.h"

#include <QTest>
#include <thread>

#include "tests/engine/store/prefix_fixture.h"

using namespace zipage;
using namespace zipage::testing;

namespace {

/// What `storage` answers to one question.
FetchedPrefix fetched(PrefixStorage& storage, const PrefixKey& key) {
  storage.fetch(key);
  while (true) {
    for (FetchedPrefix& prefix : storage.collect()) return std::move(prefix);
    storage.waitForNews(std::chrono::seconds(1));
  }
}

PrefixReport reportOf(PrefixStore& store) {
  PrefixReport report;
  store.report([&](const PrefixReport& told) { report = told; });
  store.flush();
  return report;
}

}  // namespace

class TestPrefixStore : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<PrefixFolder>(); }

  void whatIsQueuedCanBeRead() {
    PrefixStore store(m_folder->options());
    const auto storage = store.storageFor(model);
    for (std::uint64_t page = 0; page < 20; ++page) {
      const ChainPage one = chainPage(model, 1, page, 100'000);
      storage->write({}, one.key, one.page);
      QVERIFY(storage->has(one.key));
      QVERIFY(isPage(fetched(*storage, one.key).prefix, one.page));
    }
    store.flush();
    QVERIFY(storage->has(chainKey(1, 19)));
  }

  void whatIsQueuedAtTheEndIsWritten() {
    {
      PrefixStore store(m_folder->options());
      const auto storage = store.storageFor(model);
      for (std::uint64_t page = 0; page < 50; ++page)
        storage->write({}, chainKey(1, page), chainPage(model, 1, page, 50'000).page);
    }
    PrefixStore again(m_folder->options());
    const auto storage = again.storageFor(model);
    again.flush();
    QVERIFY(storage->has(chainKey(1, 49)));  // the folder is open, and what it holds is known
    for (std::uint64_t page = 0; page < 50; ++page) {
      const ChainPage one = chainPage(model, 1, page, 50'000);
      QVERIFY(isPage(fetched(*storage, one.key).prefix, one.page));
    }
  }

  void whatIsNotThereIsAnsweredToo() {
    PrefixStore store(m_folder->options());
    const auto storage = store.storageFor(model);
    QCOMPARE(fetched(*storage, chainKey(1, 1)).loss, PrefixLoss::Gone);
  }

  void whatIsNotKeptIsNotThereAfterwards() {
    PrefixStoreOptions options = m_folder->options();
    options.burstBytes = 0;
    PrefixStore store(options);
    const auto storage = store.storageFor(model);
    storage->write({}, chainKey(1, 0), chainPage(model, 1, 0).page);
    store.flush();
    QVERIFY(!storage->has(chainKey(1, 0)));
    QCOMPARE(reportOf(store).notWritten, 1);
  }

  void aBudgetOfNothingIsSaid() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 0;
    PrefixStore store(options);
    const auto storage = store.storageFor(model);
    QVERIFY(!storage->isKeeping());
    store.setBudget(std::int64_t{64} << 20);
    store.flush();
    QVERIFY(storage->isKeeping());
    store.setBudget(0);
    store.flush();
    QVERIFY(!storage->isKeeping());
  }

  void aBudgetThatAnotherProcessSetsIsLearned() {
    PrefixStoreOptions options = m_folder->options();
    options.budgetBytes = 0;
    PrefixStore one(options);
    const auto storage = one.storageFor(model);
    one.flush();
    PrefixStore other(options);
    other.setBudget(std::int64_t{64} << 20);
    other.flush();
    storage->noteTurn({OwnerId{1}, {1, 2, 3}, 0});  // with nothing to keep this is all that it still says
    one.flush();
    QVERIFY(storage->isKeeping());
  }

  void theQueueHasAnEnd() {
    PrefixStoreOptions options = m_folder->options();
    options.queueBytes = 100'000;
    PrefixStore store(options);
    const auto storage = store.storageFor(model);
    QVERIFY(storage->hasRoomFor(1'000'000));  // one always fits, or large ones would never be kept
    for (std::uint64_t page = 0; page < 20; ++page) {
      while (!storage->hasRoomFor(60'000)) storage->waitForNews(std::chrono::milliseconds(100));
      storage->write({}, chainKey(1, page), chainPage(model, 1, page, 60'000).page);
    }
    store.flush();
    QVERIFY(storage->has(chainKey(1, 19)));
  }

  void everyEngineGetsItsOwnAnswers() {
    PrefixStore store(m_folder->options());
    const auto one = store.storageFor(model), two = store.storageFor(prefixModel(2));
    one->write({}, chainKey(1, 0), chainPage(model, 1, 0).page);
    one->fetch(chainKey(1, 0));
    two->fetch(chainKey(9, 9));
    store.flush();
    QCOMPARE(one->collect().size(), std::size_t(1));
    const auto answers = two->collect();
    QCOMPARE(answers.size(), std::size_t(1));
    QCOMPARE(answers[0].key, chainKey(9, 9));
  }

  void aFolderThatCannotBeUsedIsSaidAndNothingElse() {
    QVERIFY(writeBytes(m_folder->path(), "a file stands here"));
    PrefixStore store(m_folder->options());
    const auto storage = store.storageFor(model);
    storage->write({}, chainKey(1, 0), chainPage(model, 1, 0).page);
    storage->noteTurn({OwnerId{1}, {1, 2, 3}, 0});
    QCOMPARE(fetched(*storage, chainKey(2, 0)).loss, PrefixLoss::Gone);
    store.flush();
    QVERIFY(!storage->has(chainKey(1, 0)));
    QVERIFY(reportOf(store).problem.find(m_folder->path().string()) != std::string::npos);
  }

  void enginesOnSeveralThreadsDisturbNobody() {
    PrefixStore store(m_folder->options());
    std::vector<std::thread> engines;
    std::atomic<int> numWrong = 0;
    for (std::uint64_t number = 1; number <= 3; ++number) {
      engines.emplace_back([&, number] {
        const PrefixModel own = prefixModel(number);
        const auto storage = store.storageFor(own);
        for (std::uint64_t page = 0; page < 40; ++page) {
          const ChainPage one = chainPage(own, number, page, 5000);
          storage->write(OwnerId{number}, one.key, one.page);
          if (!isPage(fetched(*storage, one.key).prefix, one.page)) ++numWrong;
          storage->noteLookup({OwnerId{number}, one.page.tokens, {one.key}, 4, 4, 4, 0, PrefixLoss::None});
        }
      });
    }
    for (std::thread& engine : engines) engine.join();
    QCOMPARE(numWrong.load(), 0);
    QCOMPARE(reportOf(store).models.size(), std::size_t(3));
    store.clear();
    store.flush();
    QVERIFY(m_folder->files().empty());
  }

 private:
  const PrefixModel model = prefixModel();
  std::unique_ptr<PrefixFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestPrefixStore)
#include "tst_prefix_store.moc"
