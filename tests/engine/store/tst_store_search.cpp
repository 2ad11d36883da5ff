// Search over titles, text, reasoning and attached files: what is found, when, and that nothing typed is
// taken for syntax.
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;

using Ids = QList<qulonglong>;

class TestStoreSearch : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
    REQUIRE_OK(m_store->saveChat(chatRecord(1, "Zebras in Zürich")));
    REQUIRE_OK(m_store->saveChat(chatRecord(2, "Plain")));
    MessageRecord message = messageRecord(10, 2, "The answer mentions a page map.");
    message.reasoning = "I wonder whether the user means wavelets.";
    REQUIRE_OK(m_store->saveMessage(message));
  }

  void cleanup() {
    m_store.reset();
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
  }

  void titlesTextAndReasoningAreFound() {
    QCOMPARE(found(*m_store, "zebras"), Ids{1});
    QCOMPARE(found(*m_store, "mentions"), Ids{2});
    QCOMPARE(found(*m_store, "wavelets"), Ids{2});
    QCOMPARE(found(*m_store, "nowhere"), Ids());
  }

  void beginningsCaseAndAccentsDoNotMatter() {
    QCOMPARE(found(*m_store, "ZEB"), Ids{1});
    QCOMPARE(found(*m_store, "zurich"), Ids{1});
    QCOMPARE(found(*m_store, "ebras"), Ids());
  }

  void everyWordMustBeThere() {
    QCOMPARE(found(*m_store, "map answer wavelets"), Ids{2});
    QCOMPARE(found(*m_store, "map zebras"), Ids());
  }

  void foundChatsComeLatestFirst() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 1, "another map")));
    QCOMPARE(found(*m_store, "map"), (Ids{2, 1}));
    ChatRecord touched = chatRecord(1, "Zebras");
    touched.updatedMs = 1000;
    REQUIRE_OK(m_store->saveChat(touched));
    QCOMPARE(found(*m_store, "map"), (Ids{1, 2}));
  }

  void nothingTypedActsAsSyntax_data() {
    QTest::addColumn<QString>("query");
    for (const char* query : {"\"",
                              "\"\"",
                              "'",
                              "';--",
                              "map\" OR \"zebras",
                              "zebras OR map",
                              "zebras NOT map",
                              "NEAR(zebras map)",
                              "title:zebras map",
                              "map*zebras",
                              "^zebras map",
                              "- map zebras",
                              "(map zebras",
                              "{title} : zebras map",
                              "zebras + map",
                              "*",
                              "\\",
                              "%",
                              "\xFF",
                              "AND",
                              "map AND AND answer",
                              "rank MATCH 'x'"}) {
      QTest::newRow(query) << QString::fromLatin1(query);
    }
  }

  /// Taken as syntax, each of these would be an error or find a chat; as words, no chat holds all of them.
  void nothingTypedActsAsSyntax() {
    QFETCH(QString, query);
    QCOMPARE(found(*m_store, query.toLatin1().toStdString()), Ids());
  }

  void wordsWithSignsAreFoundAsTheyStand() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 1, "say \"cheese\" to C++17's don't-care OR else")));
    for (const char* query : {"\"cheese\"", "c++17's", "don't-care", "OR", "cheese\" else", "say *"}) {
      QCOMPARE(found(*m_store, query), Ids{1});
    }
  }

  void noWordsFindNoChats() {
    QCOMPARE(found(*m_store, ""), Ids());
    QCOMPARE(found(*m_store, " \t\n"), Ids());
  }

  void whatIsBeingWrittenIsFoundWhenItIsDone() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 1, "growing", MessageState::Streaming)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 1, "growing taller", MessageState::Streaming)));
    QCOMPARE(found(*m_store, "growing"), Ids());
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 1, "growing taller still", MessageState::Stopped)));
    QCOMPARE(found(*m_store, "still"), Ids{1});
  }

  void whatIsContinuedLeavesTheIndexUntilItIsDoneAgain() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(10, 2, "continued", MessageState::Streaming)));
    QCOMPARE(found(*m_store, "continued"), Ids());
    QCOMPARE(found(*m_store, "wavelets"), Ids());
    REQUIRE_OK(m_store->saveMessage(messageRecord(10, 2, "continued and done")));
    QCOMPARE(found(*m_store, "continued done"), Ids{2});
  }

  void anInterruptedAnswerIsFoundAfterTheRestart() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 1, "unfinished symphony", MessageState::Streaming)));
    m_store.reset();
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
    QCOMPARE(found(*m_store, "symphony"), Ids{1});
  }

  void changedTextIsFoundByItsNewWordsOnly() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(10, 2, "different")));
    REQUIRE_OK(m_store->saveChat(chatRecord(1, "Giraffes")));
    QCOMPARE(found(*m_store, "mentions"), Ids());
    QCOMPARE(found(*m_store, "different"), Ids{2});
    QCOMPARE(found(*m_store, "zebras"), Ids());
    QCOMPARE(found(*m_store, "giraffes"), Ids{1});
  }

  void chatsInTheTrashAreNotFound() {
    REQUIRE_OK(m_store->deleteChat(ChatId{2}));
    QCOMPARE(found(*m_store, "wavelets"), Ids());
    REQUIRE_OK(m_store->restoreChat(ChatId{2}));
    QCOMPARE(found(*m_store, "wavelets"), Ids{2});
  }

  void messagesInTheTrashAreNotFound() {
    REQUIRE_OK(m_store->deleteMessages({MessageId{10}}));
    QCOMPARE(found(*m_store, "wavelets"), Ids());
    REQUIRE_OK(m_store->restoreMessages({MessageId{10}}));
    QCOMPARE(found(*m_store, "wavelets"), Ids{2});
  }

  void hitsSayWhereAndShowTheWordsAround() {
    const auto inTitle = m_store->search("zeb");
    REQUIRE_OK(inTitle);
    QCOMPARE(inTitle->front().message, MessageId{});
    QCOMPARE(inTitle->front().snippet, std::string("\x02Zebras\x03 in Zürich"));
    const auto inText = m_store->search("page");
    REQUIRE_OK(inText);
    QCOMPARE(inText->front().message, MessageId{10});
    QCOMPARE(inText->front().part, SearchHit::Part::Text);
    QCOMPARE(inText->front().snippet, std::string("The answer mentions a \x02page\x03 map."));
    const auto inReasoning = m_store->search("wavelets");
    REQUIRE_OK(inReasoning);
    QCOMPARE(inReasoning->front().part, SearchHit::Part::Reasoning);
    QVERIFY(inReasoning->front().snippet.ends_with("\x02wavelets\x03."));
  }

  void attachedFilesAreFoundByNameAndText() {
    MessageRecord message = messageRecord(11, 2, "What does it say?");
    message.attachments = {{"inventory.csv", "hammers;12\nchisels;7"}, {"notes.txt", "oil the \"lathe\""}};
    REQUIRE_OK(m_store->saveMessage(message));
    for (const char* query : {"inventory", "chisels", "lathe", "hammers say notes"})
      QCOMPARE(found(*m_store, query), Ids{2});
    const auto hits = m_store->search("chis");
    REQUIRE_OK(hits);
    QCOMPARE(hits->front().message, MessageId{11});
    QCOMPARE(hits->front().part, SearchHit::Part::File);
    QVERIFY(hits->front().snippet.find("\x02"
                                       "chisels\x03;7") != std::string::npos);
    message.attachments.pop_back();
    REQUIRE_OK(m_store->saveMessage(message));
    QCOMPARE(found(*m_store, "lathe"), Ids());
    QCOMPARE(found(*m_store, "chisels"), Ids{2});
  }

  void attachmentsThatAreNoJsonDisturbNothing() {
    const char* const notOurs[] = {"no json",           "{",    "7",
                                   "[7, \"nut\", [1]]", "[{}]", R"([{"name":[1],"text":{"a":2}}])"};
    for (const char* attachments : notOurs) {
      auto database = Database::open(m_folder->file());
      REQUIRE_OK(database);
      REQUIRE_OK(
          database->run("UPDATE messages SET attachments = ?1 WHERE id = 10", std::string_view(attachments)));
      QCOMPARE(found(*m_store, "wavelets"), Ids{2});
    }
    REQUIRE_OK(m_store->saveMessage(messageRecord(10, 2, "different")));
    QCOMPARE(found(*m_store, "wavelets"), Ids());
    QCOMPARE(found(*m_store, "different"), Ids{2});
  }

  void emptyingTheTrashEmptiesTheIndex() {
    REQUIRE_OK(m_store->saveMessage(messageRecord(11, 2, "still streaming", MessageState::Streaming)));
    REQUIRE_OK(m_store->deleteChat(ChatId{2}));
    REQUIRE_OK(m_store->emptyTrash());
    QCOMPARE(found(*m_store, "wavelets"), Ids());
  }

 private:
  std::unique_ptr<StoreFolder> m_folder;
  std::unique_ptr<SessionStore> m_store;
};

QTEST_GUILESS_MAIN(TestStoreSearch)
#include "tst_store_search.moc"
