// A full disk: said, never silent; what was kept before stays, what could not be written is written when
// there is room.
#include <mutex>

#include "engine/store/store_thread.h"
#include "tests/engine/store/refusing_system.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;

namespace {

/// Larger than what is left on the disk in these tests.
const std::string kLongText(200'000, 'x');

/// What a store thread reported.
class Reports {
 public:
  StoreThread::ErrorSink sink() {
    return [this](const Error& error) {
      const std::lock_guard lock(m_mutex);
      m_errors.push_back(error);
    };
  }
  std::vector<Error> errors() const {
    const std::lock_guard lock(m_mutex);
    return m_errors;
  }

 private:
  mutable std::mutex m_mutex;
  std::vector<Error> m_errors;
};

}  // namespace

class TestStoreFullDisk : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
    REQUIRE_OK(m_store->saveChat(chatRecord(1, "before")));
    REQUIRE_OK(m_store->saveMessage(messageRecord(2, 1, "kept")));
  }

  void cleanup() {
    m_store.reset();
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
  }

  void aSaveThatDoesNotFitIsAnErrorAndHarmsNothing_data() {
    QTest::addColumn<int>("bytesLeft");
    QTest::newRow("nothing fits") << 0;
    QTest::newRow("a piece of a page fits") << 1000;
    QTest::newRow("some pages fit") << 50'000;
  }

  void aSaveThatDoesNotFitIsAnErrorAndHarmsNothing() {
    QFETCH(int, bytesLeft);
    {
      const FullDisk disk(bytesLeft);
      const auto saved = m_store->saveMessage(messageRecord(2, 1, kLongText));
      QVERIFY(!saved);
      QCOMPARE(saved.error().code, ErrorCode::Io);
      QVERIFY2(saved.error().message.find("full") != std::string::npos, saved.error().message.c_str());
      QVERIFY(saved.error().message.find(m_folder->file().string()) != std::string::npos);
      QCOMPARE(onlyMessage(*m_store, 1).text, std::string("kept"));
    }
    REQUIRE_OK(m_store->saveMessage(messageRecord(3, 1, "there is room again")));
    QCOMPARE(messagesOf(*m_store, 1).size(), std::size_t(2));
  }

  void aTransactionThatDoesNotFitIsNotKeptInPart() {
    {
      const FullDisk disk(20'000);
      REQUIRE_OK(m_store->begin());
      REQUIRE_OK(m_store->saveChat(chatRecord(5)));
      const auto saved = m_store->saveMessage(messageRecord(6, 5, kLongText));
      const auto committed = m_store->commit();
      QVERIFY(!saved || !committed);
    }
    QCOMPARE(chatIds(*m_store), QList<qulonglong>{1});
  }

  void openingOnAFullDiskFailsAndHarmsNothing() {
    m_store.reset();
    {
      const FullDisk disk;
      const auto refused = SessionStore::open(m_folder->file());
      QVERIFY(!refused);
      QCOMPARE(refused.error().code, ErrorCode::Io);
    }
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
    QCOMPARE(onlyMessage(*m_store, 1).text, std::string("kept"));
  }

  void whatDidNotFitIsReportedOnceAndWrittenWhenThereIsRoom() {
    Reports reports;
    StoreThread thread(std::move(m_store), reports.sink());
    {
      const FullDisk disk;
      thread.saveChat(chatRecord(1, "after"));
      thread.saveMessage(messageRecord(2, 1, "newer", MessageState::Streaming));
      thread.flush();
      thread.saveMessage(messageRecord(2, 1, "newest"));
      thread.saveMessage(messageRecord(3, 1, "another"));
      thread.flush();
    }
    QCOMPARE(reports.errors().size(), std::size_t(1));
    QCOMPARE(reports.errors().front().code, ErrorCode::Io);
    thread.flush();
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(store->chats()->front().title, std::string("after"));
    QCOMPARE(messagesOf(*store, 1).size(), std::size_t(2));
    QCOMPARE(messagesOf(*store, 1)[0].text, std::string("newest"));
    QCOMPARE(messagesOf(*store, 1)[1].text, std::string("another"));
  }

  void aSecondFullDiskIsReportedAgain() {
    Reports reports;
    StoreThread thread(std::move(m_store), reports.sink());
    for (const char* text : {"one", "two"}) {
      {
        const FullDisk disk;
        thread.saveMessage(messageRecord(2, 1, text));
        thread.flush();
      }
      thread.flush();
    }
    QCOMPARE(reports.errors().size(), std::size_t(2));
  }

  void closingWritesWhatDidNotFitBefore() {
    {
      StoreThread thread(std::move(m_store), {});
      {
        const FullDisk disk;
        thread.saveMessage(messageRecord(2, 1, "last words"));
        thread.flush();
      }
    }
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
    QCOMPARE(onlyMessage(*m_store, 1).text, std::string("last words"));
  }

  void closingOnAFullDiskReportsAndEnds() {
    Reports reports;
    {
      const FullDisk disk;
      StoreThread thread(std::move(m_store), reports.sink());
      thread.saveMessage(messageRecord(2, 1, "lost"));
    }
    QCOMPARE(reports.errors().size(), std::size_t(1));
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
    QCOMPARE(onlyMessage(*m_store, 1).text, std::string("kept"));
  }

 private:
  std::unique_ptr<StoreFolder> m_folder;
  std::unique_ptr<SessionStore> m_store;
};

QTEST_GUILESS_MAIN(TestStoreFullDisk)
#include "tst_store_full_disk.moc"
