// Databases of earlier versions, as they were left, open with everything that was in them.
#include "engine/store/migrations.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

class TestStoreOlderSchemas : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    QVERIFY(writeBytes(m_folder->file(), {}));
    const QByteArray script = bytesOf(ZIPAGE_SOURCE_DIR "/tests/engine/store/older/version-1.sql");
    auto database = Database::open(m_folder->file());
    REQUIRE_OK(database);
    REQUIRE_OK(database->execute(script.toStdString()));
  }

  void versionOneComesWithChatsMessagesAndTrash() {
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

  void versionOneIsKeptBesideTheNewOne() {
    QVERIFY(m_folder->open() != nullptr);
    const auto backup = Database::open(backupFileFor(m_folder->file(), 1));
    REQUIRE_OK(backup);
    QCOMPARE(*backup->queryInteger("PRAGMA user_version"), 1);
    QCOMPARE(*backup->queryText("SELECT title FROM chats WHERE id = 1"), std::string("Apples"));
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
  }

 private:
  std::unique_ptr<StoreFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestStoreOlderSchemas)
#include "tst_store_older_schemas.moc"
