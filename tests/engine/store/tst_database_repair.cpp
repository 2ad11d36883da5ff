// A damaged database: what can be read is saved, what cannot is kept beside it.
#include "engine/store/database_repair.h"

#include <QTest>

#include "engine/store/migrations.h"
#include "tests/engine/store/refusing_system.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

class TestDatabaseRepair : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    REQUIRE_OK(store->begin());
    for (std::uint64_t chat = 1; chat <= kNumChats; ++chat) {
      REQUIRE_OK(store->saveChat(chatRecord(chat, "chat " + std::to_string(chat))));
      for (std::uint64_t n = 0; n < kMessagesAChat; ++n)
        REQUIRE_OK(
            store->saveMessage(messageRecord(chat * 1000 + n, chat, std::string(3000, 'a') + " needle")));
    }
    REQUIRE_OK(store->commit());
    REQUIRE_OK(store->deleteChat(ChatId{2}));
  }

  void aWholeDatabaseComesThroughAsItIs() {
    const auto repaired = repairSessionDatabase(m_folder->file());
    REQUIRE_OK(repaired);
    QCOMPARE(repaired->numChats, std::int64_t(kNumChats));
    QCOMPARE(repaired->numMessages, std::int64_t(kNumChats * kMessagesAChat));
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
    QVERIFY(fs::exists(repaired->keptAs));
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(chatIds(*store).size(), qsizetype(kNumChats - 1));
    QCOMPARE(found(*store, "needle").size(), qsizetype(kNumChats - 1));
    REQUIRE_OK(store->restoreChat(ChatId{2}));
  }

  void whatLiesOutsideTheDamageIsSaved_data() {
    QTest::addColumn<double>("place");
    for (const double place : {0.1, 0.3, 0.5, 0.7, 0.9}) QTest::addRow("%.1f", place) << place;
  }

  void whatLiesOutsideTheDamageIsSaved() {
    QFETCH(double, place);
    QByteArray bytes = bytesOf(m_folder->file());
    const qsizetype start = qsizetype(double(bytes.size()) * place) / 4096 * 4096;
    bytes.replace(start, 3 * 4096, QByteArray(3 * 4096, '\xA5'));
    QVERIFY(writeBytes(m_folder->file(), bytes));
    const auto refused = SessionStore::open(m_folder->file());
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidFile);
    const auto repaired = repairSessionDatabase(m_folder->file());
    REQUIRE_OK(repaired);
    QVERIFY(!repaired->isFromBackup);
    QVERIFY2(repaired->numMessages > std::int64_t(kNumChats * kMessagesAChat * 7 / 10),
             qPrintable(QString::number(repaired->numMessages)));
    QCOMPARE(bytesOf(repaired->keptAs).size(), bytes.size());
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
    QVERIFY(m_folder->open() != nullptr);
  }

  void nothingReadableMeansTheLatestBackup() {
    const fs::path backup = backupFileFor(m_folder->file(), 2);
    fs::copy_file(m_folder->file(), backup);
    QVERIFY(writeBytes(m_folder->file(), QByteArray(100'000, '\x7f')));
    const auto repaired = repairSessionDatabase(m_folder->file());
    REQUIRE_OK(repaired);
    QVERIFY(repaired->isFromBackup);
    QCOMPARE(repaired->numChats, std::int64_t(kNumChats));
    QVERIFY(m_folder->open() != nullptr);
  }

  void nothingAtAllIsAnEmptyDatabaseWithTheOldOneBeside() {
    const QByteArray rubbish(100'000, '\x7f');
    QVERIFY(writeBytes(m_folder->file(), rubbish));
    const auto repaired = repairSessionDatabase(m_folder->file());
    REQUIRE_OK(repaired);
    QCOMPARE(repaired->numMessages, 0);
    QCOMPARE(bytesOf(repaired->keptAs), rubbish);
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QVERIFY(store->chats()->empty());
  }

  void whatIsNotOursOrInUseIsLeftAlone() {
    {
      const auto store = m_folder->open();
      QCOMPARE(repairSessionDatabase(m_folder->file()).error().code, ErrorCode::Io);
    }
    {
      auto database = Database::open(m_folder->file());
      REQUIRE_OK(database->execute("PRAGMA user_version = 99"));
    }
    QCOMPARE(repairSessionDatabase(m_folder->file()).error().code, ErrorCode::Unsupported);
    {
      auto database = Database::open(m_folder->file());
      REQUIRE_OK(database->execute("PRAGMA application_id = 5"));
    }
    QCOMPARE(repairSessionDatabase(m_folder->file()).error().code, ErrorCode::InvalidFile);
    QVERIFY(!fs::exists(m_folder->path() / "zipage.db.repaired"));
  }

  void withoutRoomNothingIsMoved_data() {
    QTest::addColumn<int>("bytesLeft");
    for (const int bytesLeft : {0, 20'000, 200'000}) QTest::addRow("%d bytes left", bytesLeft) << bytesLeft;
  }

  void withoutRoomNothingIsMoved() {
    QFETCH(int, bytesLeft);
    const QByteArray before = bytesOf(m_folder->file());
    {
      const FullDisk disk(bytesLeft);
      const auto refused = repairSessionDatabase(m_folder->file());
      QVERIFY(!refused);
    }
    QCOMPARE(bytesOf(m_folder->file()), before);
  }

 private:
  static constexpr std::uint64_t kNumChats = 12;
  static constexpr std::uint64_t kMessagesAChat = 10;
  std::unique_ptr<StoreFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestDatabaseRepair)
#include "tst_database_repair.moc"
