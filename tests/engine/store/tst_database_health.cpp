// What is said of a database without changing it: whole, older, newer, damaged, not ours, not to be opened.
#include "engine/store/database_health.h"

#include <sys/stat.h>
#include <unistd.h>

#include "engine/store/session_schema.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;
using State = DatabaseHealth::State;

Q_DECLARE_METATYPE(zipage::DatabaseHealth::State)

class TestDatabaseHealth : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<StoreFolder> m_folder;

  /// Two chats, of which one is in the trash, and many pages.
  void fill() {
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    REQUIRE_OK(store->saveChat(chatRecord(1)));
    REQUIRE_OK(store->saveChat(chatRecord(2)));
    REQUIRE_OK(store->deleteChat(ChatId{2}));
    for (std::uint64_t id = 3; id < 13; ++id)
      REQUIRE_OK(store->saveMessage(messageRecord(id, 1, std::string(20'000, 'x'))));
  }

  DatabaseHealth health() const { return examineChats(m_folder->file()); }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<StoreFolder>(); }

  void noDatabaseIsNoProblemAndNoneIsMade() {
    QVERIFY(health().state == State::Absent);
    QVERIFY(!std::filesystem::exists(m_folder->file()));
  }

  void aGoodOneIsCountedWithoutTheTrash() {
    fill();
    const DatabaseHealth found = health();
    QVERIFY2(found.state == State::Good, found.finding.c_str());
    QCOMPARE(found.numChats, 1);
    QCOMPARE(found.numMessages, 10);
    QCOMPARE(found.version, sessionSchema().latestVersion());
    QVERIFY(found.bytes > 100'000);
  }

  void oneInUseIsSeenWithWhatWasJustWritten() {
    const auto store = m_folder->open();
    REQUIRE_OK(store->saveChat(chatRecord(1)));
    QCOMPARE(health().numChats, 1);
    REQUIRE_OK(store->saveChat(chatRecord(2)));  // and the store goes on
    QCOMPARE(health().numChats, 2);
  }

  void anOlderOneIsNotMigrated() {
    QVERIFY(writeBytes(m_folder->file(), {}));
    {
      auto database = Database::open(m_folder->file());
      REQUIRE_OK(database);
      REQUIRE_OK(database->execute(
          bytesOf(ZIPAGE_SOURCE_DIR "/tests/engine/store/older/version-1.sql").toStdString()));
    }
    const DatabaseHealth found = health();
    QVERIFY2(found.state == State::Older, found.finding.c_str());
    QCOMPARE(found.version, 1);
    QCOMPARE(health().version, 1);
  }

  void aNewerOneIsNamed() {
    fill();
    {
      auto database = Database::open(m_folder->file());
      REQUIRE_OK(database);
      REQUIRE_OK(database->execute("PRAGMA user_version = 9999"));
    }
    QVERIFY(health().state == State::Newer);
  }

  void damageIsFound_data() {
    QTest::addColumn<QString>("script");
    QTest::newRow("a message of no chat") << "PRAGMA foreign_keys = OFF; DELETE FROM chats WHERE id = 1";
    QTest::newRow("an index that lacks rows") << "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET "
                                                 "rootpage = (SELECT rootpage FROM sqlite_schema "
                                                 "WHERE name = 'chats') WHERE name = 'messages_of_chat'";
    QTest::newRow("another program's") << "PRAGMA application_id = 1";
  }
  void damageIsFound() {
    QFETCH(QString, script);
    fill();
    {
      auto database = Database::open(m_folder->file());
      REQUIRE_OK(database);
      REQUIRE_OK(database->execute(script.toStdString()));
    }
    const DatabaseHealth found = health();
    QVERIFY(found.state == State::Damaged);
    QVERIFY(!found.finding.empty());
  }

  void overwrittenPagesAreFound() {
    fill();
    QFile file(QString::fromStdString(m_folder->file().string()));
    QVERIFY(file.open(QIODevice::ReadWrite));
    const qint64 half = file.size() / 2;
    QVERIFY(file.seek(half));
    QVERIFY(file.write(QByteArray(8192, '\x5a')) == 8192);
    file.close();
    QVERIFY(health().state == State::Damaged);
  }

  void whatIsNoDatabaseIsLeftAsItIs() {
    QVERIFY(
        writeBytes(m_folder->file(), "this is a letter and no database, though it is quite long for one"));
    QVERIFY(health().state == State::Damaged);
    QVERIFY(bytesOf(m_folder->file()).startsWith("this is a letter"));
  }

  void oneThatCannotBeOpenedSaysWhy() {
    QVERIFY(std::filesystem::create_directory(m_folder->file()));
    const DatabaseHealth found = health();
    QVERIFY(found.state == State::Unreadable);
    QVERIFY(!found.finding.empty());
  }

  void theLibraryHasAVersion() { QVERIFY(sqliteVersion().starts_with("3.")); }
};

QTEST_GUILESS_MAIN(TestDatabaseHealth)
#include "tst_database_health.moc"
