// What is saved comes back as it was: fields, order, versions of messages, the trash.
#include <limits>

#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;

namespace {

QString described(const std::vector<Attachment>& attachments) {
  QStringList names;
  for (const Attachment& attachment : attachments)
    names.append(QString::fromStdString(attachment.name + ": " + attachment.text));
  return names.join(QStringLiteral(" + "));
}

QString described(const ChatRecord& chat) {
  return QStringLiteral("%1 '%2' %3 %4 '%5' '%6', pinned %7, tip %8, ")
             .arg(chat.id.value)
             .arg(QString::fromStdString(chat.title))
             .arg(chat.createdMs)
             .arg(chat.updatedMs)
             .arg(QString::fromStdString(chat.draft.text), QString::fromStdString(chat.settings))
             .arg(chat.isPinned)
             .arg(chat.tip.value) +
         described(chat.draft.attachments);
}

QString described(const MessageRecord& message) {
  QStringList figures;
  const ReplyFigures& f = message.figures;
  for (const std::int64_t figure :
       {f.promptTokens, f.generatedTokens, f.reasoningTokens, f.reasoningMs, f.firstTokenMs, f.decodeMs,
        f.peakPages, f.compressions, f.tokensEvicted, f.cachedTokens, f.computedTokens, f.storedTokens,
        f.storageMs, f.reasoningBeganMs, f.reasoningEndedMs}) {
    figures.append(QString::number(figure));
  }
  return QStringLiteral("%1 in %2 under %3, role %4 state %5 at %6, '%7' '%8' '%9', ")
             .arg(message.id.value)
             .arg(message.chat.value)
             .arg(message.parent.value)
             .arg(int(message.role))
             .arg(int(message.state))
             .arg(message.createdMs)
             .arg(QString::fromStdString(message.text), QString::fromStdString(message.reasoning),
                  QString::fromStdString(message.error)) +
         figures.join(' ') + QStringLiteral(" by ") + QString::fromStdString(message.model) + ", " +
         described(message.attachments);
}

ChatRecord fullChat() {
  ChatRecord chat;
  chat.id = ChatId{11};
  chat.title = "Wörter, \"quotes\" and 'others'; 猫";
  chat.createdMs = 1700000000001;
  chat.updatedMs = 1700000000002;
  chat.draft = {"half a thought\n\n", {{"notes \"1\".txt", "a\nb"}}};
  chat.settings = R"({"temperature":0.6})";
  chat.isPinned = true;
  chat.tip = MessageId{13};
  return chat;
}

MessageRecord fullMessage() {
  MessageRecord message;
  message.id = MessageId{13};
  message.chat = ChatId{11};
  message.parent = MessageId{12};
  message.role = MessageRole::Assistant;
  message.state = MessageState::Failed;
  message.text = "an answer 🙂";
  message.reasoning = std::string(300'000, 'r') + "é";
  message.error = "why";
  message.createdMs = std::numeric_limits<std::int64_t>::max();
  message.figures = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  message.model = "Zipage Demo";
  message.attachments = {{"empty", ""}, {"größe.md", std::string(100'000, 'x') + "é"}};
  return message;
}

}  // namespace

class TestSessionStore : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<StoreFolder>();
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
  }

  void cleanup() {
    m_store.reset();
    QCOMPARE(integrityOf(m_folder->file()), std::string("ok"));
  }

  void everyFieldSurvivesARestart() {
    REQUIRE_OK(m_store->saveChat(fullChat()));
    REQUIRE_OK(m_store->saveMessage(fullMessage()));
    reopen();
    const auto chats = m_store->chats();
    REQUIRE_OK(chats);
    QCOMPARE(chats->size(), std::size_t(1));
    QCOMPARE(described(chats->front()), described(fullChat()));
    QCOMPARE(described(onlyMessage(*m_store, 11)), described(fullMessage()));
  }

  void everyRoleAndStateSurvives() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    for (const auto role : {MessageRole::System, MessageRole::User, MessageRole::Assistant}) {
      for (const auto state : {MessageState::Complete, MessageState::Streaming, MessageState::Stopped,
                               MessageState::Interrupted, MessageState::Failed}) {
        MessageRecord message = messageRecord(2, 1, "text", state);
        message.role = role;
        REQUIRE_OK(m_store->saveMessage(message));
        QCOMPARE(described(onlyMessage(*m_store, 1)), described(message));
      }
    }
    REQUIRE_OK(m_store->saveMessage(messageRecord(2, 1, "text")));
  }

  void savingAgainReplacesEveryField() {
    REQUIRE_OK(m_store->saveChat(chatRecord(11)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(13, 11, "first words", MessageState::Streaming)));
    REQUIRE_OK(m_store->saveChat(fullChat()));
    REQUIRE_OK(m_store->saveMessage(fullMessage()));
    QCOMPARE(described(m_store->chats()->front()), described(fullChat()));
    QCOMPARE(described(onlyMessage(*m_store, 11)), described(fullMessage()));
  }

  void chatsComeLatestFirst() {
    for (const auto& [id, updated] : std::vector<std::pair<int, int>>{{1, 50}, {2, 90}, {3, 70}, {4, 70}}) {
      ChatRecord chat = chatRecord(static_cast<std::uint64_t>(id));
      chat.updatedMs = updated;
      REQUIRE_OK(m_store->saveChat(chat));
    }
    QCOMPARE(chatIds(*m_store), (QList<qulonglong>{2, 4, 3, 1}));
  }

  void messagesComeInOrderOfCreationAndOnlyThoseOfTheChat() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    REQUIRE_OK(m_store->saveChat(chatRecord(2)));
    for (const std::uint64_t id : {7, 5, 6}) REQUIRE_OK(m_store->saveMessage(messageRecord(id, 1, "text")));
    REQUIRE_OK(m_store->saveMessage(messageRecord(8, 2, "elsewhere")));
    QList<qulonglong> ids;
    for (const MessageRecord& message : messagesOf(*m_store, 1)) ids.append(message.id.value);
    QCOMPARE(ids, (QList<qulonglong>{5, 6, 7}));
  }

  void versionsOfAnAnswerStandBesideEachOther() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(2, 1, "question")));
    for (const std::uint64_t id : {3, 4}) {
      MessageRecord answer = messageRecord(id, 1, "answer");
      answer.parent = MessageId{2};
      REQUIRE_OK(m_store->saveMessage(answer));
    }
    const auto messages = messagesOf(*m_store, 1);
    QCOMPARE(messages.size(), std::size_t(3));
    QCOMPARE(messages[0].parent, MessageId{});
    QCOMPARE(messages[1].parent, MessageId{2});
    QCOMPARE(messages[2].parent, MessageId{2});
  }

  void aMessageNeedsItsChat() {
    const auto saved = m_store->saveMessage(messageRecord(2, 99, "lost?"));
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, ErrorCode::Database);
    QVERIFY2(saved.error().message.find("message 2 of chat 99") != std::string::npos,
             saved.error().message.c_str());
    QVERIFY(saved.error().message.find(m_folder->file().string()) != std::string::npos);
  }

  void aMessageIsNeverOverwrittenByOneOfAnotherChat() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    REQUIRE_OK(m_store->saveChat(chatRecord(2)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(5, 1, "mine")));
    const auto saved = m_store->saveMessage(messageRecord(5, 2, "theirs"));
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, ErrorCode::Database);
    QCOMPARE(onlyMessage(*m_store, 1).text, std::string("mine"));
    QVERIFY(messagesOf(*m_store, 2).empty());
  }

  void recordsWithoutAnIdAreRefused() {
    QCOMPARE(m_store->saveChat(chatRecord(0)).error().code, ErrorCode::InvalidArgument);
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    QCOMPARE(m_store->saveMessage(messageRecord(0, 1, "text")).error().code, ErrorCode::InvalidArgument);
    QCOMPARE(m_store->saveMessage(messageRecord(~0ULL, 1, "text")).error().code, ErrorCode::InvalidArgument);
  }

  void brokenTextIsRepairedAndNeverCutShort() {
    ChatRecord chat = chatRecord(1, "a\xFFz");
    chat.draft.text = std::string("b\0z", 3);
    REQUIRE_OK(m_store->saveChat(chat));
    MessageRecord message = messageRecord(2, 1, std::string("c\0\xC3", 3));
    message.reasoning = "d\xED\xA0\x80z";
    message.error = "e\xF0\x9F";
    REQUIRE_OK(m_store->saveMessage(message));
    const std::string r = kReplacement;
    QCOMPARE(m_store->chats()->front().title, "a" + r + "z");
    QCOMPARE(m_store->chats()->front().draft.text, "b" + r + "z");
    QCOMPARE(onlyMessage(*m_store, 1).text, "c" + r + r);
    QCOMPARE(onlyMessage(*m_store, 1).reasoning, "d" + r + r + r + "z");
    QCOMPARE(onlyMessage(*m_store, 1).error, "e" + r);
  }

  void aDeletedChatIsGoneAndComesBackWhole() {
    REQUIRE_OK(m_store->saveChat(fullChat()));
    REQUIRE_OK(m_store->saveMessage(fullMessage()));
    REQUIRE_OK(m_store->deleteChat(ChatId{11}));
    QCOMPARE(chatIds(*m_store), QList<qulonglong>());
    reopen();
    QCOMPARE(chatIds(*m_store), QList<qulonglong>());
    REQUIRE_OK(m_store->restoreChat(ChatId{11}));
    QCOMPARE(described(m_store->chats()->front()), described(fullChat()));
    QCOMPARE(described(onlyMessage(*m_store, 11)), described(fullMessage()));
  }

  void theTrashIsListedWhatWentLastFirst() {
    for (const std::uint64_t id : {1, 2, 3})
      REQUIRE_OK(m_store->saveChat(chatRecord(id, "chat " + std::to_string(id))));
    QVERIFY(m_store->trashedChats()->empty());
    REQUIRE_OK(m_store->deleteChat(ChatId{3}));
    QTest::qSleep(2);
    REQUIRE_OK(m_store->deleteChat(ChatId{1}));
    const auto trashed = m_store->trashedChats();
    QCOMPARE(trashed->size(), std::size_t(2));
    QCOMPARE(trashed->front().chat.title, std::string("chat 1"));
    QVERIFY(trashed->front().deletedMs > trashed->back().deletedMs);
    REQUIRE_OK(m_store->restoreChat(ChatId{1}));
    QCOMPARE(m_store->trashedChats()->size(), std::size_t(1));
    REQUIRE_OK(m_store->emptyTrash());
    QVERIFY(m_store->trashedChats()->empty());
    QCOMPARE(chatIds(*m_store).size(), 2);
  }

  void savingIntoTheTrashTakesNothingOutOfIt() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    REQUIRE_OK(m_store->deleteChat(ChatId{1}));
    REQUIRE_OK(m_store->saveChat(chatRecord(1, "a late save")));
    REQUIRE_OK(m_store->saveMessage(messageRecord(2, 1, "a late answer")));
    QCOMPARE(chatIds(*m_store), QList<qulonglong>());
    REQUIRE_OK(m_store->restoreChat(ChatId{1}));
    QCOMPARE(m_store->chats()->front().title, std::string("a late save"));
    QCOMPARE(onlyMessage(*m_store, 1).text, std::string("a late answer"));
  }

  void emptyingTheTrashRemovesOnlyWhatIsInIt() {
    for (const std::uint64_t id : {1, 2}) {
      REQUIRE_OK(m_store->saveChat(chatRecord(id)));
      REQUIRE_OK(m_store->saveMessage(messageRecord(id + 10, id, "text")));
    }
    REQUIRE_OK(m_store->deleteChat(ChatId{1}));
    REQUIRE_OK(m_store->emptyTrash());
    QCOMPARE(chatIds(*m_store), QList<qulonglong>{2});
    QVERIFY(messagesOf(*m_store, 1).empty());
    QCOMPARE(messagesOf(*m_store, 2).size(), std::size_t(1));
    QCOMPARE(m_store->restoreChat(ChatId{1}).error().code, ErrorCode::NotFound);
  }

  void theDraftOfAChatToComeIsKept() {
    const Draft draft = {"not sent\n", {{"a.txt", "text"}}};
    REQUIRE_OK(m_store->saveNewChatDraft({"earlier", {}}));
    REQUIRE_OK(m_store->saveNewChatDraft(draft));
    reopen();
    QVERIFY(*m_store->newChatDraft() == draft);
  }

  void messagesGoToTheTrashAndComeBack() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    for (const std::uint64_t id : {2, 3, 4}) REQUIRE_OK(m_store->saveMessage(messageRecord(id, 1, "text")));
    REQUIRE_OK(m_store->deleteMessages({MessageId{3}, MessageId{4}, MessageId{99}}));
    QCOMPARE(onlyMessage(*m_store, 1).id, MessageId{2});
    REQUIRE_OK(m_store->saveMessage(messageRecord(4, 1, "a late save")));
    QCOMPARE(onlyMessage(*m_store, 1).id, MessageId{2});
    REQUIRE_OK(m_store->restoreMessages({MessageId{4}}));
    REQUIRE_OK(m_store->emptyTrash());
    REQUIRE_OK(m_store->restoreMessages({MessageId{3}}));
    const auto messages = messagesOf(*m_store, 1);
    QCOMPARE(messages.size(), std::size_t(2));
    QCOMPARE(messages.back().text, std::string("a late save"));
  }

  void whatWasDeletedLatelyStaysInTheTrash() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(2, 1, "text")));
    REQUIRE_OK(m_store->deleteMessages({MessageId{2}}));
    REQUIRE_OK(m_store->deleteChat(ChatId{1}));
    REQUIRE_OK(m_store->emptyTrash(1'000'000));  // long before now
    REQUIRE_OK(m_store->restoreChat(ChatId{1}));
    REQUIRE_OK(m_store->restoreMessages({MessageId{2}}));
    QCOMPARE(onlyMessage(*m_store, 1).text, std::string("text"));
  }

  void deletingAChatThatIsNotThereSaysSo() {
    QCOMPARE(m_store->deleteChat(ChatId{5}).error().code, ErrorCode::NotFound);
    QCOMPARE(m_store->restoreChat(ChatId{5}).error().code, ErrorCode::NotFound);
  }

  void idsAreNeverHandedOutTwice() {
    QCOMPARE(*m_store->nextId(), 1ULL);
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(9, 1, "text")));
    QCOMPARE(*m_store->nextId(), 10ULL);
    REQUIRE_OK(m_store->deleteChat(ChatId{1}));
    REQUIRE_OK(m_store->emptyTrash());
    reopen();
    QVERIFY(*m_store->nextId() > 9ULL);
  }

  void anIdFromElsewhereIsCounted() {
    REQUIRE_OK(m_store->saveChat(chatRecord(1ULL << 40)));
    reopen();
    QVERIFY(*m_store->nextId() > 1ULL << 40);
  }

  void severalWritesAreKeptTogetherOrNotAtAll() {
    REQUIRE_OK(m_store->begin());
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    m_store->rollBack();
    QCOMPARE(chatIds(*m_store), QList<qulonglong>());
    REQUIRE_OK(m_store->begin());
    REQUIRE_OK(m_store->saveChat(chatRecord(2)));
    REQUIRE_OK(m_store->saveMessage(messageRecord(3, 2, "text")));
    REQUIRE_OK(m_store->commit());
    reopen();
    QCOMPARE(chatIds(*m_store), QList<qulonglong>{2});
    QCOMPARE(messagesOf(*m_store, 2).size(), std::size_t(1));
  }

  void whatIsNeverCommittedIsNotKept() {
    REQUIRE_OK(m_store->begin());
    REQUIRE_OK(m_store->saveChat(chatRecord(1)));
    reopen();
    QCOMPARE(chatIds(*m_store), QList<qulonglong>());
  }

  void transactionsDoNotNestAndDoNotEndTwice() {
    REQUIRE_OK(m_store->begin());
    QVERIFY(!m_store->begin());
    REQUIRE_OK(m_store->commit());
    QVERIFY(!m_store->commit());
  }

 private:
  void reopen() {
    m_store.reset();
    m_store = m_folder->open();
    QVERIFY(m_store != nullptr);
  }

  std::unique_ptr<StoreFolder> m_folder;
  std::unique_ptr<SessionStore> m_store;
};

QTEST_GUILESS_MAIN(TestSessionStore)
#include "tst_session_store.moc"
