// Databases of earlier versions, as they were left, open with everything that was in them.
#include "engine/store/migrations.h"
#include "engine/store/session_schema.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

class TestStoreOlderSchemas : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<StoreFolder>(); }

  void versionOneComesWithChatsMessagesAndTrash() {
    make(1);
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(chatIds(*store), QList<qulonglong>{1});
    const ChatRecord chat = store->chats()->front();
    QCOMPARE(chat.draft.text, std::string("half a thought"));
    QVERIFY(!chat.isPinned);
    QVERIFY(!chat.tip);
    QVERIFY(chat.draft.attachments.empty());
    QCOMPARE(store->newChatDraft()->text, std::string());
    const auto messages = messagesOf(*store, 1);
    QCOMPARE(messages.size(), std::size_t(3));
    QCOMPARE(messages[1].text, std::string("Forty-two."));
    QCOMPARE(messages[1].figures.tokensEvicted, 64);
    QCOMPARE(messages[1].figures.cachedTokens, 0);
    QVERIFY(messages[1].attachments.empty());
    QCOMPARE(messages[2].state, MessageState::Interrupted);
    QCOMPARE(found(*store, "apples count"), QList<qulonglong>());
    QCOMPARE(found(*store, "forty count"), QList<qulonglong>{1});
    REQUIRE_OK(store->restoreChat(ChatId{2}));
    QCOMPARE(chatIds(*store), (QList<qulonglong>{1, 2}));
    QVERIFY(*store->nextId() > 1000);
  }

  void versionTwoComesWithPinsTipsAndAttachments() {
    make(2);
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(chatIds(*store), QList<qulonglong>{1});
    const ChatRecord chat = store->chats()->front();
    QVERIFY(chat.isPinned);
    QCOMPARE(chat.tip, MessageId{4});
    QCOMPARE(chat.draft.attachments.size(), std::size_t(1));
    QCOMPARE(store->newChatDraft()->text, std::string("not asked yet"));
    const auto messages = messagesOf(*store, 1);
    QCOMPARE(messages.size(), std::size_t(3));
    QCOMPARE(messages[1].figures.cachedTokens, 8);
    QCOMPARE(messages[1].figures.storedTokens, 0);
    QCOMPARE(messages[1].figures.reasoningBeganMs, 0);
    QCOMPARE(messages[1].model, std::string("Demo"));
    QCOMPARE(messages[2].state, MessageState::Interrupted);
    REQUIRE_OK(store->restoreMessages({MessageId{6}}));
    QCOMPARE(messagesOf(*store, 1).size(), std::size_t(4));
  }

  void versionThreeComesWithFilesThatAreFound() {
    make(3);
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(found(*store, "boskoop"), QList<qulonglong>{1});
    QCOMPARE(found(*store, "orchard apples"), QList<qulonglong>{1});
    QCOMPARE(found(*store, "forty count"), QList<qulonglong>{1});
    QCOMPARE(found(*store, "thrown"), QList<qulonglong>());
    REQUIRE_OK(store->restoreMessages({MessageId{6}}));
    QCOMPARE(found(*store, "thrown"), QList<qulonglong>{1});
  }

  void everyOlderVersionHasAFixture() {
    for (std::int64_t version = 1; version < sessionSchema().latestVersion(); ++version) {
      m_folder = std::make_unique<StoreFolder>();
      make(version);
      QVERIFY(m_folder->open() != nullptr);
      const auto database = Database::open(m_folder->file());
      REQUIRE_OK(database);
      QCOMPARE(*database->queryInteger("PRAGMA user_version"), sessionSchema().latestVersion());
      QVERIFY(std::filesystem::exists(backupFileFor(m_folder->file(), version)));
    }
  }

  void versionOneIsKeptBesideTheNewOne() {
    make(1);
    QVERIFY(m_folder->open() != nullptr);
    const auto backup = Database::open(backupFileFor(m_folder->file(), 1));
    REQUIRE_OK(backup);
    QCOMPARE(*backup->queryInteger("PRAGMA user_version"), 1);
    QCOMPARE(*backup->queryText("SELECT title FROM chats WHERE id = 1"), std::string("Apples"));
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
  }

 private:
  void make(std::int64_t version) const {
    QVERIFY(writeBytes(m_folder->file(), {}));
    const QByteArray script = bytesOf(std::string(ZIPAGE_SOURCE_DIR "/tests/engine/store/older/version-") +
                                      std::to_string(version) + ".sql");
    auto database = Database::open(m_folder->file());
    REQUIRE_OK(database);
    REQUIRE_OK(database->execute(script.toStdString()));
  }

  std::unique_ptr<StoreFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestStoreOlderSchemas)
#include "tst_store_older_schemas.moc"
