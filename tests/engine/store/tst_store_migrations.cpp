// Migrations, tried on made-up schemas: steps in order, each whole or not at all, a copy of what was there
// before.
#include "engine/store/database_file.h"
#include "tests/engine/store/refusing_system.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kApplicationId = 77;

constexpr const char* kCreate = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)";
constexpr const char* kAddColumn =
    "ALTER TABLE notes ADD COLUMN length INTEGER; UPDATE notes SET length = length(body)";
constexpr const char* kAddTable = "CREATE TABLE lengths AS SELECT length FROM notes";
constexpr const char* kFailsHalfWay = "CREATE TABLE half (id); INSERT INTO missing VALUES (1)";

constexpr std::array kOne = {kCreate};
constexpr std::array kThree = {kCreate, kAddColumn, kAddTable};
constexpr std::array kBroken = {kCreate, kAddColumn, kFailsHalfWay};

Result<Database> openWith(const fs::path& file, std::span<const char* const> migrations,
                          bool isInUse = false) {
  return openDatabaseFile(file, Schema{kApplicationId, migrations}, isInUse);
}

std::int64_t versionOf(const Database& database) { return *database.queryInteger("PRAGMA user_version"); }

}  // namespace

class TestStoreMigrations : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    m_file = m_folder->file();
    REQUIRE_OK(createPrivateFile(m_file));
  }

  void aNewDatabaseTakesEveryStepAndNeedsNoCopy() {
    const auto database = openWith(m_file, kThree);
    REQUIRE_OK(database);
    QCOMPARE(versionOf(*database), 3);
    QCOMPARE(*database->queryInteger("PRAGMA application_id"), kApplicationId);
    QCOMPARE(*database->queryInteger("SELECT count(*) FROM lengths"), 0);
    for (std::int64_t version = 0; version < 3; ++version)
      QVERIFY(!fs::exists(backupFileFor(m_file, version)));
  }

  void anOlderDatabaseTakesTheMissingStepsInOrder() {
    createVersionOne();
    const auto database = openWith(m_file, kThree);
    REQUIRE_OK(database);
    QCOMPARE(versionOf(*database), 3);
    QCOMPARE(*database->queryInteger("SELECT length FROM lengths"), 5);
    QCOMPARE(*database->queryText("SELECT body FROM notes"), std::string("hello"));
  }

  void whatWasThereBeforeIsKeptBesideIt() {
    createVersionOne();
    REQUIRE_OK(openWith(m_file, kThree));
    const fs::path backup = backupFileFor(m_file, 1);
    QCOMPARE(modeOf(backup), fs::perms::owner_read | fs::perms::owner_write);
    const auto copy = openWith(backup, kOne);
    REQUIRE_OK(copy);
    QCOMPARE(versionOf(*copy), 1);
    QCOMPARE(*copy->queryText("SELECT body FROM notes"), std::string("hello"));
  }

  void theCopyHoldsWhatIsStillInTheLog() {
    createVersionOne();
    auto writer = openWith(m_file, kOne);
    REQUIRE_OK(writer);
    REQUIRE_OK(writer->execute("UPDATE notes SET body = 'from the log'"));
    REQUIRE_OK(openWith(m_file, kThree));
    QCOMPARE(*Database::open(backupFileFor(m_file, 1))->queryText("SELECT body FROM notes"),
             std::string("from the log"));
  }

  void aDatabaseThatIsCurrentIsNotCopied() {
    createVersionOne();
    REQUIRE_OK(openWith(m_file, kOne));
    QVERIFY(!fs::exists(backupFileFor(m_file, 1)));
  }

  void aStepThatFailsLeavesTheLastWholeVersion() {
    createVersionOne();
    const auto refused = openWith(m_file, kBroken);
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.find("no such table") != std::string::npos,
             refused.error().message.c_str());
    const auto database = Database::open(m_file);
    REQUIRE_OK(database);
    QCOMPARE(versionOf(*database), 2);
    QCOMPARE(*database->queryInteger("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    QCOMPARE(*database->queryInteger("SELECT length FROM notes"), 5);
    QVERIFY(fs::exists(backupFileFor(m_file, 1)));
  }

  void aMendedStepGoesOnFromThere() {
    createVersionOne();
    QVERIFY(!openWith(m_file, kBroken));
    const auto database = openWith(m_file, kThree);
    REQUIRE_OK(database);
    QCOMPARE(versionOf(*database), 3);
    QVERIFY(fs::exists(backupFileFor(m_file, 2)));
  }

  void withoutRoomForTheCopyNothingIsTouched() {
    createVersionOne();
    {
      const FullDisk disk(6000);
      const auto refused = openWith(m_file, kThree);
      QVERIFY(!refused);
      QCOMPARE(refused.error().code, ErrorCode::Io);
    }
    QCOMPARE(versionOf(*Database::open(m_file)), 1);
    QVERIFY(!fs::exists(backupFileFor(m_file, 1)));
    REQUIRE_OK(openWith(m_file, kThree));
  }

  void aDatabaseInUseByAnOlderProgramIsNotMigrated() {
    createVersionOne();
    const auto refused = openWith(m_file, kThree, true);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::Io);
    QCOMPARE(versionOf(*Database::open(m_file)), 1);
    REQUIRE_OK(openWith(m_file, kOne, true));
  }

 private:
  void createVersionOne() {
    auto database = openWith(m_file, kOne);
    REQUIRE_OK(database);
    REQUIRE_OK(database->execute("INSERT INTO notes VALUES (1, 'hello')"));
  }

  std::unique_ptr<StoreFolder> m_folder;
  fs::path m_file;
};

QTEST_GUILESS_MAIN(TestStoreMigrations)
#include "tst_store_migrations.moc"
