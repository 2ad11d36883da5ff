// Chats go out as JSON and come back as they were; what is broken is refused in words that name the place.
#include <QTest>

#include "app/common/chat_json.h"

using namespace zipage;
using nlohmann::json;

namespace {

MessageRecord fullMessage(std::uint64_t id, std::uint64_t parent) {
  MessageRecord message;
  message.id = MessageId{id};
  message.parent = MessageId{parent};
  message.role = MessageRole::Assistant;
  message.state = MessageState::Failed;
  message.text = "Wörter \"in quotes\" 猫\n";
  message.reasoning = "\tI wonder\n";
  message.error = "why";
  message.createdMs = 1700000000001;
  message.model = "Zipage Demo";
  message.attachments = {{"größe.txt", "a\nb"}, {"empty", ""}};
  message.figures = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  return message;
}

ChatDocument fullDocument() {
  ChatDocument document;
  document.chat.title = "A title";
  document.chat.createdMs = 1;
  document.chat.updatedMs = 2;
  document.chat.isPinned = true;
  document.chat.settings = R"({"temperature":0.5})";
  document.chat.draft = {"half a thought", {{"a.md", "# A"}}};
  document.chat.tip = MessageId{3};
  document.messages = {fullMessage(1, 0), fullMessage(2, 1), fullMessage(3, 1)};
  return document;
}

json validDocument() { return chatsToJson({fullDocument()}); }

}  // namespace

class TestChatJson : public QObject {
  Q_OBJECT

 private:
  static void expectRefused(const json& document, const std::string& words,
                            ErrorCode code = ErrorCode::InvalidFile) {
    const auto chats = chatsFromJson(document);
    QVERIFY(!chats);
    QCOMPARE(chats.error().code, code);
    QVERIFY2(chats.error().message.find(words) != std::string::npos, chats.error().message.c_str());
  }

 private Q_SLOTS:
  void whatGoesOutComesBackWithoutLoss() {
    const json out = json::parse(validDocument().dump());
    const auto chats = chatsFromJson(out);
    QVERIFY2(chats.has_value(), chats ? "" : chats.error().message.c_str());
    QCOMPARE(chats->size(), std::size_t(1));
    QVERIFY(chatsToJson(*chats) == out);
    const MessageRecord& message = chats->front().messages[1];
    QCOMPARE(message.figures.computedTokens, 11);
    QCOMPARE(message.attachments[0].name, std::string("größe.txt"));
    QVERIFY(chats->front().chat.draft == fullDocument().chat.draft);
  }

  void messagesMayComeInAnyOrder() {
    json document = validDocument();
    std::swap(document["chats"][0]["messages"][0], document["chats"][0]["messages"][2]);
    const auto chats = chatsFromJson(document);
    QVERIFY(chats.has_value());
    QCOMPARE(chats->front().messages.front().id, MessageId{1});
  }

  void aReplyThatWasBeingWrittenIsInterrupted() {
    json document = validDocument();
    document["chats"][0]["messages"][2]["state"] = "streaming";
    QCOMPARE(chatsFromJson(document)->front().messages.back().state, MessageState::Interrupted);
  }

  void whatIsNoExportIsRefused_data() {
    QTest::addColumn<QString>("document");
    QTest::addColumn<QString>("words");
    QTest::newRow("nothing") << "{}"
                             << "format is not named";
    QTest::newRow("a list") << "[]"
                            << "is no object";
    QTest::newRow("another format") << R"({"format": "other"})"
                                    << "format is not named";
    QTest::newRow("chats that are text") << R"({"format": "zipage-chats", "version": 1, "chats": "no"})"
                                         << "that are no list";
    QTest::newRow("a chat that is a number") << R"({"format": "zipage-chats", "version": 1, "chats": [7]})"
                                             << "chat 1 is no object";
    QTest::newRow("a negative version") << R"({"format": "zipage-chats", "version": -1, "chats": []})"
                                        << "no whole number";
  }

  void whatIsNoExportIsRefused() {
    QFETCH(QString, document);
    QFETCH(QString, words);
    expectRefused(json::parse(document.toStdString()), words.toStdString());
  }

  void wrongTypesAreRefusedWithTheirPlace_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* pointer, const char* value, const char* words) {
      QTest::newRow(pointer) << pointer << value << words;
    };
    row("/chats/0/title", "5", "chat 1 has a \"title\" that is no text");
    row("/chats/0/pinned", "\"yes\"", "neither true nor false");
    row("/chats/0/settings", "[]", "\"settings\" that are no object");
    row("/chats/0/draft", "\"text\"", "\"draft\" that are no object");
    row("/chats/0/messages", "{}", "\"messages\" that are no list");
    row("/chats/0/messages/1", "null", "chat 1, message 2 is no object");
    row("/chats/0/messages/1/id", "-4", "\"id\" that is no whole number");
    row("/chats/0/messages/1/id", "1.5", "\"id\" that is no whole number");
    row("/chats/0/messages/1/id", "18446744073709551615", "\"id\" that is no whole number");
    row("/chats/0/messages/1/id", "0", "message 2 has no id");
    row("/chats/0/messages/1/role", "\"wizard\"", "unknown \"role\"");
    row("/chats/0/messages/1/state", "3", "\"state\" that is no text");
    row("/chats/0/messages/1/figures/decodeMs", "\"fast\"", "\"decodeMs\" that is no whole number");
    row("/chats/0/messages/1/attachments/0/text", "{}", "an attachment has a \"text\" that is no text");
    row("/chats/0/messages/1/id", "1", "two messages with the id 1");
    row("/chats/0/messages/1/parent", "77", "message 2 follows one that is missing");
    row("/chats/0/messages/1/parent", "2", "in a circle");
    row("/chats/0/messages/0/parent", "2", "in a circle");
  }

  void wrongTypesAreRefusedWithTheirPlace() {
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, words);
    json document = validDocument();
    document[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
    expectRefused(document, words.toStdString());
  }

  void aNewerVersionIsRefusedAsSuch() {
    json document = validDocument();
    document["version"] = 2;
    expectRefused(document, "newer version of Zipage", ErrorCode::Unsupported);
  }

  void missingMembersAreTakenForNothing() {
    const auto chats =
        chatsFromJson(json::parse(R"({"format": "zipage-chats", "version": 1, "chats": [{"messages": [
          {"id": 5, "role": "user", "state": "complete", "text": "hello"}]}]})"));
    QVERIFY(chats.has_value());
    QCOMPARE(chats->front().messages.front().text, std::string("hello"));
  }

  void aBranchOfTenThousandMessagesComesIn() {
    ChatDocument document;
    for (std::uint64_t id = 1; id <= 10'000; ++id) document.messages.push_back(fullMessage(id, id - 1));
    const auto chats = chatsFromJson(chatsToJson({document}));
    QVERIFY(chats.has_value());
    QCOMPARE(chats->front().messages.size(), std::size_t(10'000));
  }
};

QTEST_GUILESS_MAIN(TestChatJson)
#include "tst_chat_json.moc"
