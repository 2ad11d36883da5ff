// What nobody wants to lose, in the real window: chats that were deleted long ago, and another version of a
// question that was not finished.
#include <QMessageBox>
#include <QTreeWidget>

#include "tests/app/gui/open_window.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Chats named 1, 2, …, each with a question and two answers.
void storeChats(const std::filesystem::path& database, int numChats) {
  auto store = SessionStore::open(database);
  QVERIFY(store.has_value());
  std::uint64_t id = 100;
  for (int number = 1; number <= numChats; ++number) {
    ChatRecord chat;
    chat.id = ChatId{static_cast<std::uint64_t>(number)};
    chat.title = std::to_string(number);
    chat.updatedMs = number;
    QVERIFY((*store)->saveChat(chat).has_value());
    MessageRecord message;
    message.chat = chat.id;
    message.text = "question " + chat.title;
    message.id = MessageId{id++};
    QVERIFY((*store)->saveMessage(message).has_value());
    message.parent = message.id;
    message.role = MessageRole::Assistant;
    for (const char* text : {"first answer", "second answer"}) {
      message.id = MessageId{id++};
      message.text = text;
      QVERIFY((*store)->saveMessage(message).has_value());
    }
  }
}

}  // namespace

class TestWindowKeeping final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void deletedChatsComeBackWithAllVersionsAfterARestart() {
    storeChats(m_profile->database(), 3);
    {
      OpenWindow open;
      open.application.chats().deleteChat(1);
      open.application.chats().deleteChat(2);
    }
    OpenWindow open;
    QCOMPARE(open.application.chats().chatItems().size(), 1);
    open.press(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    auto& trash = open.part<QTreeWidget>("trash");
    QTRY_COMPARE(trash.topLevelItemCount(), 2);
    const QString title = trash.currentItem()->text(0);
    open.part<QPushButton>("restoreButton").click();
    QTRY_COMPARE(open.application.chats().chatItems().size(), 2);
    QTRY_COMPARE(trash.topLevelItemCount(), 1);
    QCOMPARE(QString::number(open.chat()), title);
    QCOMPARE(open.messages().at(0).text, QStringLiteral("question ") + title);
    QCOMPARE(open.last().numVersions, 2);
  }

  void whatIsInTheTrashIsErasedOnlyWhenThatIsConfirmed() {
    storeChats(m_profile->database(), 2);
    {
      OpenWindow open;
      open.application.chats().deleteChat(1);
      open.press(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
      auto& trash = open.part<QTreeWidget>("trash");
      QTRY_COMPARE(trash.topLevelItemCount(), 1);
      auto& erase = open.part<QPushButton>("eraseButton");
      erase.click();
      auto* question = open.window().findChild<QMessageBox*>();
      QVERIFY(question != nullptr);
      question->button(QMessageBox::Cancel)->click();
      QTRY_VERIFY(open.window().findChild<QMessageBox*>() == nullptr);
      QCOMPARE(trash.topLevelItemCount(), 1);
      erase.click();
      question = open.window().findChild<QMessageBox*>();
      QVERIFY(question != nullptr);
      for (QAbstractButton* button : question->buttons()) {
        if (question->buttonRole(button) == QMessageBox::DestructiveRole) button->click();
      }
      QTRY_COMPARE(trash.topLevelItemCount(), 0);
      open.application.chats().undo({});  // there is nothing left to undo
      QCOMPARE(open.application.chats().chatItems().size(), 1);
    }
    auto store = SessionStore::open(m_profile->database());
    QVERIFY(store.has_value());
    QCOMPARE((*store)->trashedChats()->size(), std::size_t(0));
    QCOMPARE((*store)->messages(ChatId{1})->size(), std::size_t(0));
    QCOMPARE((*store)->messages(ChatId{2})->size(), std::size_t(3));
  }

  void anUnfinishedEditWaitsWhileAnotherChatIsShown() {
    storeChats(m_profile->database(), 2);
    OpenWindow open;
    ChatController& chats = open.application.chats();
    chats.selectChat(1);
    open.type(QStringLiteral("half a thought"));
    QVERIFY(!open.composer().isEditing());
    open.composer().beginEdit(open.messages().at(0).id, QStringLiteral("question 1"), {});
    open.type(QStringLiteral(", better"));
    chats.selectChat(2);
    QVERIFY(!open.composer().isEditing());
    QCOMPARE(open.composer().text(), QString());
    chats.selectChat(1);
    QVERIFY(open.composer().isEditing());
    QCOMPARE(open.composer().text(), QStringLiteral("question 1, better"));
    open.press(Qt::Key_Escape);
    QCOMPARE(open.composer().text(), QStringLiteral("half a thought"));
  }

  void anEditThatWasNotSentIsTheDraftAtTheNextStart() {
    storeChats(m_profile->database(), 1);
    {
      OpenWindow open;
      open.application.chats().selectChat(1);
      open.press(Qt::Key_Up);
      QVERIFY(open.composer().isEditing());
      open.type(QStringLiteral(" and more"));
    }
    OpenWindow open;
    open.application.chats().selectChat(1);
    QCOMPARE(open.composer().text(), QStringLiteral("question 1 and more"));
  }

  void anEditOfADeletedQuestionBecomesADraft() {
    storeChats(m_profile->database(), 1);
    OpenWindow open;
    open.application.chats().selectChat(1);
    open.press(Qt::Key_Up);
    open.type(QStringLiteral(" again"));
    open.application.chats().commandMessage(1, open.messages().at(0).id, ui::MessageCommand::Delete);
    open.press(Qt::Key_Return);
    QCOMPARE(open.composer().text(), QStringLiteral("question 1 again"));
    QVERIFY(open.problem().text().contains(QStringLiteral("deleted")));
  }

 private:
  std::unique_ptr<Profile> m_profile;
};

QTEST_MAIN(TestWindowKeeping)
#include "tst_window_keeping.moc"
