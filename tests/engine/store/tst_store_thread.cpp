// Writes on a thread of their own: order, coalescing, errors, the end.
#include <future>
#include <mutex>
#include <thread>

#include "engine/store/batch_writer.h"
#include "engine/store/store_thread.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;

namespace {

std::string described(const Write& write) {
  struct Describe {
    std::string operator()(const ChatRecord& chat) {
      return "chat " + std::to_string(chat.id.value) + " " + chat.title;
    }
    std::string operator()(const MessageRecord& message) {
      return "message " + std::to_string(message.id.value) + " " + message.text;
    }
    std::string operator()(const Draft& draft) { return "draft " + draft.text; }
    std::string operator()(const DeleteChat& write) { return "delete " + std::to_string(write.chat.value); }
    std::string operator()(const RestoreChat& write) { return "restore " + std::to_string(write.chat.value); }
    std::string operator()(const DeleteMessages& write) {
      return "delete " + std::to_string(write.messages.size()) + " messages";
    }
    std::string operator()(const RestoreMessages& write) {
      return "restore " + std::to_string(write.messages.size()) + " messages";
    }
    std::string operator()(const EmptyTrash&) { return "empty the trash"; }
  };
  return std::visit(Describe(), write);
}

QStringList taken(WriteQueue& queue) {
  QStringList lines;
  for (const Write& write : queue.take()) lines.append(QString::fromStdString(described(write)));
  return lines;
}

}  // namespace

class TestStoreThread : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    m_reader = m_folder->open();
    auto store = m_folder->open();
    QVERIFY(m_reader != nullptr && store != nullptr);
    m_errors.clear();
    m_thread = std::make_unique<StoreThread>(std::move(store), [this](const Error& error) {
      m_errors.append(QString::fromStdString(error.message));
    });
  }

  void cleanup() {
    m_thread.reset();
    m_reader.reset();
    m_reader = m_folder->open();
    m_reader.reset();
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
  }

  void aReadingSeesWhatWasPostedBeforeIt() {
    m_thread->saveChat(chatRecord(1, "Zebras"));
    std::vector<SearchHit> hits;
    m_thread->read([&](const SessionStore& store) { hits = store.search("zeb").value_or(hits); });
    m_thread->flush();
    QCOMPARE(hits.size(), std::size_t(1));
    QCOMPARE(hits.front().chat, ChatId{1});
  }

  void aReadingThatTakesLongHoldsUpNoSave() {
    std::promise<void> isSaved;
    auto saved = isSaved.get_future();
    m_thread->read([&](const SessionStore&) { saved.wait(); });
    m_thread->saveChat(chatRecord(1, "meanwhile"));
    QTRY_COMPARE(chatIds(*m_reader), QList<qulonglong>{1});
    isSaved.set_value();
    m_thread->flush();
  }

  void aReadingCannotWrite() {
    const auto reader = m_reader->openReader();
    REQUIRE_OK(reader);
    QVERIFY(!(*reader)->saveChat(chatRecord(7)));
  }

  void theLatestSaveTakesThePlaceOfTheFirst() {
    WriteQueue queue;
    queue.push(chatRecord(1, "a"));
    queue.push(messageRecord(2, 1, "x"));
    queue.push(DeleteChat{ChatId{1}});
    queue.push(messageRecord(3, 1, "y"));
    queue.push(messageRecord(2, 1, "x more"));
    queue.push(Draft{"half", {}});
    queue.push(RestoreChat{ChatId{1}});
    queue.push(Draft{"whole", {}});
    queue.push(chatRecord(1, "a later"));
    QCOMPARE(taken(queue), (QStringList{"chat 1 a later", "message 2 x more", "delete 1", "message 3 y",
                                        "draft whole", "restore 1"}));
    QCOMPARE(taken(queue), QStringList());
  }

  void aQueueThatWasTakenStartsAfresh() {
    WriteQueue queue;
    queue.push(messageRecord(2, 1, "first"));
    queue.take();
    queue.push(messageRecord(3, 1, "other"));
    queue.push(messageRecord(2, 1, "second"));
    QCOMPARE(taken(queue), (QStringList{"message 3 other", "message 2 second"}));
  }

  void whatIsPutBackComesFirstButNeverReplacesWhatIsNewer() {
    WriteQueue queue;
    queue.push(messageRecord(2, 1, "newer"));
    queue.push(DeleteChat{ChatId{1}});
    queue.putBack({chatRecord(1, "a"), messageRecord(2, 1, "older"), messageRecord(3, 1, "only")});
    QCOMPARE(taken(queue), (QStringList{"chat 1 a", "message 2 newer", "message 3 only", "delete 1"}));
  }

  void whatIsPostedIsThereAfterAFlush() {
    m_thread->saveChat(chatRecord(1, "title"));
    m_thread->saveMessage(messageRecord(2, 1, "text", MessageState::Streaming));
    m_thread->flush();
    QCOMPARE(m_reader->chats()->front().title, std::string("title"));
    QCOMPARE(onlyMessage(*m_reader, 1).text, std::string("text"));
    QCOMPARE(onlyMessage(*m_reader, 1).state, MessageState::Streaming);
  }

  void whatIsPostedIsThereAfterTheEnd() {
    m_thread->saveChat(chatRecord(1));
    for (std::uint64_t id = 2; id < 200; ++id) m_thread->saveMessage(messageRecord(id, 1, "text"));
    m_thread.reset();
    QCOMPARE(messagesOf(*m_reader, 1).size(), std::size_t(198));
  }

  void deletionsAndRestorationsHappenInOrder() {
    for (const std::uint64_t id : {1, 2}) m_thread->saveChat(chatRecord(id));
    m_thread->deleteChat(ChatId{1});
    m_thread->restoreChat(ChatId{1});
    m_thread->deleteChat(ChatId{2});
    m_thread->flush();
    QCOMPARE(chatIds(*m_reader), QList<qulonglong>{1});
    m_thread->restoreChat(ChatId{2});
    m_thread->flush();
    QCOMPARE(chatIds(*m_reader), (QList<qulonglong>{2, 1}));
    QVERIFY(m_errors.isEmpty());
  }

  /// The reader holds the write lock, so the thread can write at most what it took before, and then the rest.
  void savesThatWaitAreWrittenOnce() {
    m_thread->saveChat(chatRecord(1));
    m_thread->saveMessage(messageRecord(2, 1, ""));
    m_thread->flush();
    countUpdates();
    REQUIRE_OK(m_reader->begin());
    for (int length = 1; length <= 500; ++length) {
      m_thread->saveMessage(
          messageRecord(2, 1, std::string(std::size_t(length), 'x'), MessageState::Streaming));
    }
    REQUIRE_OK(m_reader->commit());
    m_thread->flush();
    QCOMPARE(onlyMessage(*m_reader, 1).text.size(), std::size_t(500));
    const std::int64_t updates =
        *Database::open(m_folder->file())->queryInteger("SELECT count(*) FROM updates");
    QVERIFY2(updates >= 1 && updates <= 2, std::to_string(updates).c_str());
  }

  void aBadWriteIsReportedOnceAndCostsNoOther() {
    m_thread->saveChat(chatRecord(1));
    m_thread->saveMessage(messageRecord(2, 1, "before"));
    m_thread->saveMessage(messageRecord(3, 99, "no such chat"));
    m_thread->deleteChat(ChatId{98});
    m_thread->saveMessage(messageRecord(4, 1, "after"));
    m_thread->flush();
    QCOMPARE(messagesOf(*m_reader, 1).size(), std::size_t(2));
    QCOMPARE(m_errors.size(), 2);
    QVERIFY(m_errors.filter("message 3 of chat 99").size() == 1);
    QVERIFY(m_errors.filter("no chat 98").size() == 1);
    m_thread->flush();
    QCOMPARE(m_errors.size(), 2);
  }

  void aBadWriteInABatchIsReportedOnceAndCostsNoOther() {
    QStringList errors;
    BatchWriter writer(*m_reader,
                       [&](const Error& error) { errors.append(QString::fromStdString(error.message)); });
    const auto refused =
        writer.write({chatRecord(1), messageRecord(2, 99, "bad"), messageRecord(3, 1, "good")});
    QVERIFY(refused.empty());
    QCOMPARE(errors.size(), 1);
    QCOMPARE(onlyMessage(*m_reader, 1).text, std::string("good"));
  }

  void aBatchThatGoesWellIsOneTransaction() {
    BatchWriter writer(*m_reader, {});
    const auto watcher = Database::open(m_folder->file());
    REQUIRE_OK(watcher);
    const std::int64_t before = *watcher->queryInteger("PRAGMA data_version");
    std::vector<Write> batch = {chatRecord(1)};
    for (std::uint64_t id = 2; id < 50; ++id) batch.push_back(messageRecord(id, 1, "text"));
    const std::uintmax_t logBefore = logBytes();
    QVERIFY(writer.write(std::move(batch)).empty());
    QVERIFY(*watcher->queryInteger("PRAGMA data_version") != before);
    // 49 transactions would write the same pages 49 times.
    const std::uintmax_t written = logBytes() - logBefore;
    QVERIFY2(written < 49 * 4096, std::to_string(written).c_str());
  }

  void manyThreadsMayPost() {
    m_thread->saveChat(chatRecord(1));
    std::vector<std::thread> posters;
    for (std::uint64_t poster = 0; poster < 4; ++poster) {
      posters.emplace_back([this, poster] {
        for (std::uint64_t message = 0; message < 50; ++message) {
          m_thread->saveMessage(messageRecord(2 + poster * 50 + message, 1, "text"));
          if (message % 20 == 0) m_thread->flush();
        }
      });
    }
    for (std::thread& poster : posters) poster.join();
    m_thread->flush();
    QCOMPARE(messagesOf(*m_reader, 1).size(), std::size_t(200));
    QVERIFY(m_errors.isEmpty());
  }

  void whatALockRefusedIsWrittenOnceItIsFree() {
    REQUIRE_OK(m_reader->begin());
    m_thread->saveChat(chatRecord(1, "patient"));
    m_thread->flush();  // gives up after SQLite's five seconds
    QCOMPARE(m_errors.size(), 1);
    QVERIFY2(m_errors.front().contains("locked"), qPrintable(m_errors.front()));
    REQUIRE_OK(m_reader->commit());
    m_thread->flush();
    QCOMPARE(m_reader->chats()->front().title, std::string("patient"));
    QCOMPARE(m_errors.size(), 1);
  }

 private:
  void countUpdates() {
    auto database = Database::open(m_folder->file());
    REQUIRE_OK(database);
    REQUIRE_OK(
        database->execute("CREATE TABLE updates (id); CREATE TRIGGER counting AFTER UPDATE ON messages BEGIN"
                          " INSERT INTO updates VALUES (new.id); END"));
  }

  std::uintmax_t logBytes() const { return std::filesystem::file_size(m_folder->file().string() + "-wal"); }

  std::unique_ptr<StoreFolder> m_folder;
  std::unique_ptr<SessionStore> m_reader;
  QStringList m_errors;  // written by the store's thread, read after flush()
  std::unique_ptr<StoreThread> m_thread;
};

QTEST_GUILESS_MAIN(TestStoreThread)
#include "tst_store_thread.moc"
