// Opening: what is created and for whom, what is refused and left as it was, and what one open store means
// for another.
#include <sys/stat.h>

#include <QDir>

#include "engine/store/session_schema.h"
#include "tests/engine/store/refusing_system.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

namespace {

constexpr fs::perms kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

bool holds(const Error& error, const std::string& words) {
  if (error.message.find(words) != std::string::npos) return true;
  qWarning("'%s' does not say '%s'", error.message.c_str(), words.c_str());
  return false;
}

/// A database that no store has open, with enough in it to have many pages.
void fill(const StoreFolder& folder) {
  const auto store = folder.open();
  QVERIFY(store != nullptr);
  REQUIRE_OK(store->saveChat(chatRecord(1)));
  for (std::uint64_t id = 2; id < 30; ++id) {
    REQUIRE_OK(store->saveMessage(messageRecord(id, 1, std::string(20'000, 'x'))));
  }
}

void createDatabase(const fs::path& file, const std::string& script) {
  QVERIFY(writeBytes(file, {}));
  auto database = Database::open(file);
  REQUIRE_OK(database);
  REQUIRE_OK(database->execute(script));
}

}  // namespace

class TestStoreOpen : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<StoreFolder>(); }

  void whatIsCreatedIsForThisUserOnly() {
    const mode_t before = ::umask(0);
    const fs::path file = m_folder->path() / "above" / "zipage" / "zipage.db";
    const auto store = SessionStore::open(file);
    ::umask(before);
    REQUIRE_OK(store);
    REQUIRE_OK((*store)->saveChat(chatRecord(1)));
    QCOMPARE(modeOf(file.parent_path()), fs::perms::owner_all);
    int numFiles = 0;
    for (const auto& entry : fs::directory_iterator(file.parent_path())) {
      QVERIFY2(modeOf(entry.path()) == kOwnerOnly, entry.path().c_str());
      ++numFiles;
    }
    QVERIFY(numFiles >= 3);  // database, write-ahead log, shared memory at least
  }

  void aDatabaseThatOthersCouldReadIsClosedToThem() {
    fill(*m_folder);
    fs::permissions(m_folder->file(), fs::perms::all);
    QVERIFY(m_folder->open() != nullptr);
    QCOMPARE(modeOf(m_folder->file()), kOwnerOnly);
  }

  void aRelativeNameIsAFileWhateverItLooksLike() {
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(QString::fromStdString(m_folder->path().string())));
    for (const char* name : {"plain.db", ":memory:", "file:uri.db?mode=memory"}) {
      REQUIRE_OK(SessionStore::open(name));
      QVERIFY2(fs::file_size(m_folder->path() / name) > 0, name);
    }
    QDir::setCurrent(before);
  }

  void aFolderThatCannotBeMadeIsNamed() {
    QVERIFY(writeBytes(m_folder->path() / "file", "a file, no folder"));
    const auto store = SessionStore::open(m_folder->path() / "file" / "zipage" / "zipage.db");
    QVERIFY(!store);
    QCOMPARE(store.error().code, ErrorCode::Io);
    QVERIFY(holds(store.error(), (m_folder->path() / "file" / "zipage").string()));
  }

  void aFolderInPlaceOfTheFileIsNamed() {
    fs::create_directory(m_folder->file());
    const auto store = SessionStore::open(m_folder->file());
    QVERIFY(!store);
    QCOMPARE(store.error().code, ErrorCode::Io);
    QVERIFY(holds(store.error(), m_folder->file().string()));
  }

  void aFileThatCanOnlyBeReadIsRefused() {
    fill(*m_folder);
    const ReadOnlyFiles readOnly;
    const auto store = SessionStore::open(m_folder->file());
    QVERIFY(!store);
    QCOMPARE(store.error().code, ErrorCode::Io);
    QVERIFY(holds(store.error(), m_folder->file().string()));
  }

  void aFileThatIsNoDatabaseIsRefusedAndKept_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("a line") << QByteArray("hello");
    QTest::newRow("a long text") << QByteArray("chapter one. ").repeated(5000);
    QTest::newRow("a damaged header") << QByteArray("SQLite format 3\0", 16) + QByteArray(8000, '\x7f');
  }

  void aFileThatIsNoDatabaseIsRefusedAndKept() {
    QFETCH(QByteArray, bytes);
    QVERIFY(writeBytes(m_folder->file(), bytes));
    expectRefused(ErrorCode::InvalidFile, "move");
  }

  void theDatabaseOfAnotherProgramIsRefusedAndKept_data() {
    QTest::addColumn<QString>("script");
    QTest::newRow("another application id") << "PRAGMA application_id = 42; CREATE TABLE chats (id);";
    QTest::newRow("no application id") << "CREATE TABLE bookmarks (id);";
    QTest::newRow("a version alone") << "PRAGMA user_version = 1;";
  }

  void theDatabaseOfAnotherProgramIsRefusedAndKept() {
    QFETCH(QString, script);
    createDatabase(m_folder->file(), script.toStdString());
    expectRefused(ErrorCode::InvalidFile, "another program");
  }

  void aNewerDatabaseIsRefusedAndKept() {
    fill(*m_folder);
    const std::string newer = std::to_string(sessionSchema().latestVersion() + 1);
    REQUIRE_OK(Database::open(m_folder->file())->execute("PRAGMA user_version = " + newer));
    expectRefused(ErrorCode::Unsupported, "newer version of Zipage");
  }

  void aTruncatedDatabaseIsRefusedAndKept_data() {
    QTest::addColumn<double>("share");
    QTest::newRow("most of it is there") << 0.9;
    QTest::newRow("half of it is there") << 0.5;
    QTest::newRow("the first page is there") << 0.01;
    QTest::newRow("a piece of the first page is there") << 0.0005;
  }

  void aTruncatedDatabaseIsRefusedAndKept() {
    QFETCH(double, share);
    fill(*m_folder);
    fs::resize_file(m_folder->file(), std::uintmax_t(double(fs::file_size(m_folder->file())) * share));
    expectRefused(ErrorCode::InvalidFile, ".recover");
  }

  void aDatabaseWithAnOverwrittenPageIsRefusedAndKept() {
    fill(*m_folder);
    QByteArray bytes = bytesOf(m_folder->file());
    constexpr qsizetype kPageBytes = 4096;
    bytes.replace(2 * kPageBytes, kPageBytes, QByteArray(kPageBytes, '\x55'));
    QVERIFY(writeBytes(m_folder->file(), bytes));
    expectRefused(ErrorCode::InvalidFile, ".recover");
  }

  void afterARefusalAnotherStoreCanStillOpen() {
    QVERIFY(writeBytes(m_folder->file(), "hello"));
    QVERIFY(!SessionStore::open(m_folder->file()));
    fs::remove(m_folder->file());
    REQUIRE_OK(SessionStore::open(m_folder->file()));
  }

  void twoOpenStoresSeeEachOthersWrites() {
    const auto first = m_folder->open();
    const auto second = m_folder->open();
    QVERIFY(first != nullptr && second != nullptr);
    REQUIRE_OK(first->saveChat(chatRecord(1, "from the first")));
    REQUIRE_OK(second->saveMessage(messageRecord(*second->nextId(), 1, "from the second")));
    QCOMPARE(chatIds(*second), QList<qulonglong>{1});
    QCOMPARE(onlyMessage(*first, 1).text, std::string("from the second"));
  }

  void twoOpenStoresHandOutDifferentIds() {
    const auto first = m_folder->open();
    const auto second = m_folder->open();
    QVERIFY(first != nullptr && second != nullptr);
    const std::uint64_t firstId = *first->nextId();
    REQUIRE_OK(first->saveChat(chatRecord(firstId)));
    REQUIRE_OK(second->saveChat(chatRecord(*second->nextId())));
    QCOMPARE(*first->nextId(), firstId + 1);
    QVERIFY(*second->nextId() > *first->nextId() + 100'000);
  }

  void whatWasStreamingIsInterruptedByTheNextStart() {
    {
      const auto store = m_folder->open();
      QVERIFY(store != nullptr);
      REQUIRE_OK(store->saveChat(chatRecord(1)));
      REQUIRE_OK(store->saveMessage(messageRecord(2, 1, "half an ans", MessageState::Streaming)));
    }
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(onlyMessage(*store, 1).state, MessageState::Interrupted);
    QCOMPARE(onlyMessage(*store, 1).text, std::string("half an ans"));
  }

  void whatAnotherStoreIsStreamingIsLeftAlone() {
    const auto writer = m_folder->open();
    QVERIFY(writer != nullptr);
    REQUIRE_OK(writer->saveChat(chatRecord(1)));
    REQUIRE_OK(writer->saveMessage(messageRecord(2, 1, "half an ans", MessageState::Streaming)));
    for (int time = 0; time < 2; ++time) {
      const auto watcher = m_folder->open();
      QVERIFY(watcher != nullptr);
      QCOMPARE(onlyMessage(*watcher, 1).state, MessageState::Streaming);
    }
  }

 private:
  void expectRefused(ErrorCode code, const std::string& advice) {
    const QByteArray before = bytesOf(m_folder->file());
    const auto store = SessionStore::open(m_folder->file());
    QVERIFY(!store);
    QVERIFY2(store.error().code == code, store.error().message.c_str());
    QVERIFY(holds(store.error(), m_folder->file().string()));
    QVERIFY(holds(store.error(), advice));
    QVERIFY(bytesOf(m_folder->file()) == before);
  }

  std::unique_ptr<StoreFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestStoreOpen)
#include "tst_store_open.moc"
