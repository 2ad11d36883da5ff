// Chats in the real window: searched, pinned, duplicated, exported and imported into a fresh profile; drafts
// and files that outlive the program; several replies at once; and what is said when something cannot be
// done.
#include <QLineEdit>
#include <QListView>
#include <QScrollBar>

#include "tests/app/gui/open_window.h"
#include "tests/engine/store/refusing_system.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/tiny_qwen.h"
#include "ui/chats/chat_filter_model.h"

using namespace zipage;
using namespace zipage::test;
using ui::ReplyState;

namespace {

MessageRecord storedMessage(std::uint64_t id, std::uint64_t parent, MessageRole role,
                            const std::string& text) {
  MessageRecord message;
  message.id = MessageId{id};
  message.chat = ChatId{1};
  message.parent = MessageId{parent};
  message.role = role;
  message.text = text;
  message.createdMs = static_cast<std::int64_t>(id);
  return message;
}

/// A chat with versions of a question and of answers, with everything that a message can hold.
void storeSampleChat(const std::filesystem::path& database) {
  auto store = SessionStore::open(database);
  QVERIFY(store.has_value());
  ChatRecord chat;
  chat.id = ChatId{1};
  chat.title = "Zebras";
  chat.createdMs = 5;
  chat.updatedMs = QDateTime::currentMSecsSinceEpoch();
  chat.isPinned = true;
  chat.draft = {"half a thought", {{"draft.txt", "not sent"}}};
  chat.settings = R"({"policy":"grow","seed":7})";
  chat.tip = MessageId{4};
  QVERIFY((*store)->saveChat(chat).has_value());
  MessageRecord question = storedMessage(2, 0, MessageRole::User, "How many zebras?");
  question.attachments = {{"list.txt", "one\ntwo"}};
  MessageRecord answer = storedMessage(4, 2, MessageRole::Assistant, "There are \\boxed{2} zebras.");
  answer.reasoning = "I count wavelets first.";
  answer.model = "A model";
  answer.figures = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  MessageRecord other = storedMessage(5, 2, MessageRole::Assistant, "There are \\boxed{3} zebras.");
  other.state = MessageState::Stopped;
  const MessageRecord edited = storedMessage(6, 0, MessageRole::User, "How many lions?");
  for (const MessageRecord& message : {question, answer, other, edited})
    QVERIFY((*store)->saveMessage(message).has_value());
}

nlohmann::json exported(OpenWindow& open, const QString& path) {
  Q_EMIT open.window().exportRequested({}, path, ui::ExportFormat::Json);
  QTest::qWaitFor([&] { return QFile::exists(path); }, kLoadMs);
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? nlohmann::json::parse(file.readAll().toStdString(), nullptr, false)
                                        : nlohmann::json();
}

/// Ids differ between profiles: each is replaced by its place among the messages.
nlohmann::json withoutIds(nlohmann::json document) {
  for (nlohmann::json& chat : document["chats"]) {
    std::map<std::uint64_t, int> places = {{0, -1}};
    for (const nlohmann::json& message : chat["messages"])
      places.emplace(message["id"].get<std::uint64_t>(), static_cast<int>(places.size()));
    for (nlohmann::json& message : chat["messages"]) {
      for (const char* key : {"id", "parent"}) message[key] = places.at(message[key].get<std::uint64_t>());
    }
    chat["tip"] = places.at(chat["tip"].get<std::uint64_t>());
  }
  return document;
}

}  // namespace

class TestWindowChats final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void anExportComesIntoAFreshProfileAsTheSameTree() {
    storeSampleChat(m_profile->database());
    const QString path = m_profile->path("chats.json");
    nlohmann::json before;
    {
      OpenWindow open;
      before = exported(open, path);
      QCOMPARE(before["chats"].size(), std::size_t(1));
      QCOMPARE(before["chats"][0]["messages"].size(), std::size_t(4));
    }
    Profile fresh;
    OpenWindow open;
    QCOMPARE(open.application.chats().chatItems().size(), 0);
    Q_EMIT open.window().importRequested(path);
    QTRY_COMPARE(open.application.chats().chatItems().size(), 1);
    const ui::ChatItem chat = open.application.chats().chatItems().constFirst();
    QVERIFY(chat.isPinned);
    QCOMPARE(chat.models, QStringList{QStringLiteral("A model")});
    QCOMPARE(open.chat(), chat.id);
    QCOMPARE(open.composer().text(), QStringLiteral("half a thought"));
    QCOMPARE(open.composer().files().size(), 1);
    QCOMPARE(open.numMessages(), 2);
    QCOMPARE(open.messages().at(0).attachments.constFirst().text, QStringLiteral("one\ntwo"));
    QCOMPARE(open.last().numVersions, 2);
    const nlohmann::json after = exported(open, m_profile->path("again.json"));
    QCOMPARE(QString::fromStdString(withoutIds(after).dump(1)),
             QString::fromStdString(withoutIds(before).dump(1)));
  }

  void theShownBranchIsExportedAsMarkdown() {
    storeSampleChat(m_profile->database());
    OpenWindow open;
    const QString path = m_profile->path("zebras.md");
    Q_EMIT open.window().exportRequested({1}, path, ui::ExportFormat::Markdown);
    QTRY_VERIFY(QFile::exists(path));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    QVERIFY(text.contains("How many zebras?"));
    QVERIFY(text.contains("I count wavelets first."));
    QVERIFY(!text.contains("lions"));
  }

  void anExportThatCannotBeWrittenIsToldInWords() {
    storeSampleChat(m_profile->database());
    OpenWindow open;
    Q_EMIT open.window().exportRequested({}, QStringLiteral("/nowhere/chats.json"), ui::ExportFormat::Json);
    QTRY_VERIFY(open.problem().isVisible());
    QVERIFY(open.problem().text().contains(QStringLiteral("/nowhere/chats.json")));
  }

  void brokenImportsAreRefusedAndChangeNothing_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("no JSON") << QByteArray("hello");
    QTest::newRow("another format") << QByteArray(R"({"format": "other"})");
    QTest::newRow("truncated") << QByteArray(
        "{\"format\": \"zipage-chats\", \"version\": 1, \"chats\": [{\"title");
    QTest::newRow("newer") << QByteArray(R"({"format": "zipage-chats", "version": 9, "chats": []})");
    QTest::newRow("wrong types") << QByteArray(
        R"({"format": "zipage-chats", "version": 1, "chats": [{"title": 1}]})");
    QTest::newRow("a circle") << QByteArray(
        R"({"format": "zipage-chats", "version": 1, "chats": [{"title": "good", "messages": []}, {"messages": [
           {"id": 1, "parent": 2, "role": "user", "state": "complete"},
           {"id": 2, "parent": 1, "role": "user", "state": "complete"}]}]})");
    QTest::newRow("nested without end") << QByteArray(1'000'000, '[');
  }

  void brokenImportsAreRefusedAndChangeNothing() {
    QFETCH(QByteArray, bytes);
    storeSampleChat(m_profile->database());
    QFile file(m_profile->path("broken.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();
    OpenWindow open;
    Q_EMIT open.window().importRequested(file.fileName());
    QTRY_VERIFY(open.problem().isVisible());
    QVERIFY2(open.problem().text().startsWith(QStringLiteral("Nothing was imported.")),
             qPrintable(open.problem().text()));
    QCOMPARE(open.application.chats().chatItems().size(), 1);
  }

  void aHugeImportIsRefusedWithoutBeingRead() {
    QFile file(m_profile->path("huge.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.resize(qint64(300) << 20));
    file.close();
    OpenWindow open;
    Q_EMIT open.window().importRequested(file.fileName());
    QTRY_VERIFY(open.problem().isVisible());
  }

  void searchFindsTitlesTextAndReasoningAndOpensTheBranch() {
    storeSampleChat(m_profile->database());
    OpenWindow open;
    auto& search = open.part<QLineEdit>("chatSearch");
    auto& list = open.part<QListView>("chatList");
    const auto* listed = qobject_cast<const ui::ChatFilterModel*>(list.model());
    QVERIFY(listed != nullptr);
    open.press(Qt::Key_K, Qt::ControlModifier);
    QVERIFY(search.hasFocus());
    QTest::keyClicks(&search, QStringLiteral("wavel"));
    QTRY_VERIFY(listed->isSearching());
    QCOMPARE(listed->rowCount(), 1);
    QCOMPARE(listed->hitAt(0)->part, ui::ChatHit::Part::Reasoning);
    search.setText(QStringLiteral("lions"));
    QTRY_VERIFY(listed->rowCount() == 1 && listed->hitAt(0)->part == ui::ChatHit::Part::Question);
    QTest::keyClick(&search, Qt::Key_Return);
    QCOMPARE(open.chat(), 1);
    QCOMPARE(shownTexts(open), QStringList{QStringLiteral("How many lions?")});
    QCOMPARE(open.transcript().selectedText(), QStringLiteral("lions"));
    search.setText(QStringLiteral("nowhere"));
    QTRY_COMPARE(listed->rowCount(), 0);
    QTest::keyClick(&search, Qt::Key_Escape);
    QCOMPARE(listed->rowCount(), 1);
    QVERIFY(search.text().isEmpty());
  }

  void searchFindsWhatStandsInAttachedFiles() {
    storeSampleChat(m_profile->database());
    OpenWindow open;
    auto& search = open.part<QLineEdit>("chatSearch");
    const auto* listed = qobject_cast<const ui::ChatFilterModel*>(open.part<QListView>("chatList").model());
    search.setText(QStringLiteral("list tw"));
    QTRY_VERIFY(listed->rowCount() == 1 && listed->hitAt(0) != nullptr);
    QCOMPARE(listed->hitAt(0)->part, ui::ChatHit::Part::File);
    QVERIFY(listed->hitAt(0)->snippet.contains(QStringLiteral("two")));
    search.setFocus();
    QTest::keyClick(&search, Qt::Key_Return);
    QTRY_VERIFY(shownTexts(open).contains(QStringLiteral("How many zebras?")));
  }

  void pinsDuplicatesAndDeletionsAreKept() {
    storeSampleChat(m_profile->database());
    {
      OpenWindow open;
      Q_EMIT open.window().chatCommanded(1, ui::ChatCommand::Unpin);
      Q_EMIT open.window().chatCommanded(1, ui::ChatCommand::Duplicate);
      QCOMPARE(open.application.chats().chatItems().size(), 2);
      QVERIFY(open.chat() != 1);
      QCOMPARE(open.numMessages(), 2);
      Q_EMIT open.window().chatCommanded(1, ui::ChatCommand::Delete);
      QCOMPARE(open.application.chats().chatItems().size(), 1);
      Q_EMIT open.window().noticeActionRequested({});
      QCOMPARE(open.application.chats().chatItems().size(), 2);
      Q_EMIT open.window().chatCommanded(1, ui::ChatCommand::Delete);
    }
    OpenWindow again;
    const auto chats = again.application.chats().chatItems();
    QCOMPARE(chats.size(), 1);
    QVERIFY(!chats.constFirst().isPinned);
    again.application.chats().selectChat(chats.constFirst().id);
    QCOMPARE(again.last().numVersions, 2);
    QCOMPARE(again.last().text, QStringLiteral("There are \\boxed{2} zebras."));
  }

  void draftsWithTheirFilesOutliveTheProgram() {
    storeSampleChat(m_profile->database());
    QFile file(m_profile->path("notes.txt"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("some notes");
    file.close();
    {
      OpenWindow open;
      open.type(QStringLiteral("a new question"));
      open.composer().attachFiles({file.fileName()});
      open.press(Qt::Key_PageDown, Qt::ControlModifier);
      QCOMPARE(open.chat(), 1);
      QCOMPARE(open.composer().text(), QStringLiteral("half a thought"));
    }
    OpenWindow again;
    QCOMPARE(again.composer().text(), QStringLiteral("a new question"));
    QCOMPARE(again.composer().files().size(), 1);
    QCOMPARE(again.composer().files().constFirst().text, QStringLiteral("some notes"));
    again.application.chats().selectChat(1);
    QCOMPARE(again.composer().text(), QStringLiteral("half a thought"));
  }

  void twoChatsAreAnsweredAtOnceAndTheListSaysSo() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(kQuestion);
    const qint64 first = open.chat();
    open.press(Qt::Key_N, Qt::ControlModifier);
    QCOMPARE(open.chat(), 0);
    open.ask(QStringLiteral("What is 2 + 3?"));
    const qint64 second = open.chat();
    QVERIFY(first != second);
    const auto stateOf = [&](qint64 chatId) {
      for (const ui::ChatItem& item : open.application.chats().chatItems()) {
        if (item.id == chatId) return item.state;
      }
      return ui::ChatState::Failed;
    };
    QTRY_VERIFY_WITH_TIMEOUT(
        stateOf(first) == ui::ChatState::Thinking && stateOf(second) == ui::ChatState::Thinking, kAnswerMs);
    open.application.chats().selectChat(first);
    QVERIFY(ui::isRunning(open.last().state));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(stateOf(first), ui::ChatState::Idle);
    QCOMPARE(stateOf(second), ui::ChatState::Idle);
    QVERIFY(!open.last().text.isEmpty());
  }

  void quittingWhileAReplyIsWrittenKeepsWhatThereIs() {
    QString reasoning;
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
      open.ask(kQuestion);
      QTRY_VERIFY_WITH_TIMEOUT(open.isThinking(), kAnswerMs);
      reasoning = open.last().reasoning;
    }
    OpenWindow again;
    again.application.chats().selectChat(again.application.chats().chatItems().constFirst().id);
    QCOMPARE(again.last().state, ReplyState::Stopped);
    QVERIFY(again.last().reasoning.startsWith(reasoning));
  }

  void tokensAreCountedWhileOneWrites() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.type(QStringLiteral("What is 2 + 3?"));
    auto& count = open.part<QLabel>("tokenCount");
    QTRY_VERIFY(count.isVisible());
    const auto expected =
        open.application.host().session().model().tokenizer->encode("What is 2 + 3?").size();
    QCOMPARE(count.text(), QStringLiteral("%1 tokens").arg(expected));
  }

  void filesGoWithTheQuestionAndStay() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    QFile file(m_profile->path("sum.txt"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("2 + 3");
    file.close();
    open.composer().attachFiles({file.fileName()});
    open.ask(QStringLiteral("What is it?"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(open.messages().at(0).attachments.size(), 1);
    QCOMPARE(open.messages().at(0).text, QStringLiteral("What is it?"));
    QVERIFY(open.composer().files().isEmpty());
    const auto withFile = open.last().promptTokens;
    open.press(Qt::Key_N, Qt::ControlModifier);
    open.ask(QStringLiteral("What is it?"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QVERIFY(withFile > open.last().promptTokens + 5);
  }

  void tenThousandMessagesOpenAndScroll() {
    {
      auto store = SessionStore::open(m_profile->database());
      QVERIFY(store.has_value());
      ChatRecord chat;
      chat.id = ChatId{1};
      chat.title = "Long";
      chat.settings = "{}";
      QVERIFY((*store)->begin().has_value());
      QVERIFY((*store)->saveChat(chat).has_value());
      for (std::uint64_t id = 2; id < 10'002; ++id) {
        const auto role = id % 2 == 0 ? MessageRole::User : MessageRole::Assistant;
        QVERIFY(
            (*store)
                ->saveMessage(storedMessage(id, id == 2 ? 0 : id - 1, role, "Message " + std::to_string(id)))
                .has_value());
      }
      QVERIFY((*store)->commit().has_value());
    }
    OpenWindow open;
    open.application.chats().selectChat(1);
    QCOMPARE(open.numMessages(), 10'000);
    QCOMPARE(open.last().text, QStringLiteral("Message 10001"));
    open.transcript().verticalScrollBar()->setValue(0);
    Q_EMIT open.transcript().commanded(open.messages().at(1).id, ui::MessageCommand::Delete);
    QCOMPARE(open.numMessages(), 1);
    QTest::mouseClick(open.notice().findChild<QPushButton*>(), Qt::LeftButton);
    QCOMPARE(open.numMessages(), 10'000);
  }

  void twoInstancesShareAProfileWithoutLoss() {
    storeSampleChat(m_profile->database());
    OpenWindow first;
    OpenWindow second;
    QTRY_VERIFY_WITH_TIMEOUT(first.isReady() && second.isReady(), kLoadMs);
    first.ask(QStringLiteral("What is 2 + 3?"));
    second.ask(QStringLiteral("What is 4 + 3?"));
    QTRY_VERIFY_WITH_TIMEOUT(first.isAnswered() && second.isAnswered(), kAnswerMs);
    QVERIFY(first.chat() != second.chat());
    QVERIFY(!first.problem().isVisible());
    QVERIFY(!second.problem().isVisible());
    first.application.store().flush();
    second.application.store().flush();
    auto reader = SessionStore::open(m_profile->database());
    QVERIFY(reader.has_value());
    QCOMPARE((*reader)->chats()->size(), std::size_t(3));
    QCOMPARE((*reader)->messages(ChatId{static_cast<std::uint64_t>(second.chat())})->size(), std::size_t(2));
  }

  void aTemplateThatRaisesIsToldInItsOwnWordsAndTheQuestionStays() {
    TinyQwen shape;
    shape.vocabulary = 400;
    GgufWriter writer = tinyQwenFile(shape);
    SmallVocabulary().writeTo(writer);
    writer.string("tokenizer.chat_template", "{{ raise_exception('I take no questions') }}");
    const std::string bytes = writer.bytes();
    QFile file(m_profile->path("raising.gguf"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes.data(), static_cast<qint64>(bytes.size())), static_cast<qint64>(bytes.size()));
    file.close();
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    Q_EMIT open.window().modelFileChosen(file.fileName());
    QTRY_COMPARE_WITH_TIMEOUT(open.application.host().modelName(), QStringLiteral("raising"), kLoadMs);
    open.ask(QStringLiteral("hello"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QCOMPARE(open.last().state, ReplyState::Failed);
    QVERIFY2(open.last().error.contains(QStringLiteral("I take no questions")),
             qPrintable(open.last().error));
    QCOMPARE(open.messages().at(0).text, QStringLiteral("hello"));
    QCOMPARE(open.application.chats().chatItems().constFirst().state, ui::ChatState::Failed);
  }

  void aMessageOfAMebibyteIsKeptWhole() {
    const QString text = QStringLiteral("0123456789abcdef").repeated(1 << 16);
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
      Q_EMIT open.composer().sendRequested(text, {});
      QTRY_VERIFY_WITH_TIMEOUT(open.last().role == ui::Role::Assistant, kAnswerMs);
      open.press(Qt::Key_Escape);
      QCOMPARE(open.messages().at(0).text, text);
    }
    OpenWindow again;
    again.application.chats().selectChat(again.application.chats().chatItems().constFirst().id);
    QCOMPARE(again.messages().at(0).text, text);
  }

  void aFullDiskIsToldAndNothingIsLost() {
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
      open.application.store().flush();
      {
        const testing::FullDisk disk;
        open.ask(QStringLiteral("What is 2 + 3?"));
        QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
        QTRY_VERIFY(open.problem().isVisible());
        QVERIFY2(open.problem().text().contains(QStringLiteral("full")), qPrintable(open.problem().text()));
        open.application.store().flush();
      }
    }
    OpenWindow again;
    QCOMPARE(again.application.chats().chatItems().size(), 1);
    again.application.chats().selectChat(again.application.chats().chatItems().constFirst().id);
    QCOMPARE(again.numMessages(), 2);
    QVERIFY(!again.last().text.isEmpty());
  }

  void withoutAPlaceForTheDatabaseTheWindowSaysSoAndWorks() {
    // A file stands where the folder of the data should be.
    QFile file(m_profile->path("data"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    OpenWindow open;
    QVERIFY(open.problem().isVisible());
    QVERIFY2(open.problem().text().contains(QStringLiteral("temporary folder")),
             qPrintable(open.problem().text()));
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(QStringLiteral("What is 2 + 3?"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QVERIFY(!open.last().text.isEmpty());
  }

 private:
  std::unique_ptr<Profile> m_profile;
};

QTEST_MAIN(TestWindowChats)
#include "tst_window_chats.moc"
