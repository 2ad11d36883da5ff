// A branch as Markdown: everything is there, and nothing in it can break out of its place.
#include <QTest>

#include "app/common/chat_markdown.h"

using namespace zipage;

class TestChatMarkdown : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void questionsAnswersReasoningAndFilesAreThere() {
    ChatRecord chat;
    chat.title = "Apples\nand pears";
    MessageRecord question;
    question.role = MessageRole::User;
    question.text = "How many?";
    question.attachments = {{"list.txt", "one ``` two"}};
    MessageRecord answer;
    answer.role = MessageRole::Assistant;
    answer.text = "**Two.**";
    answer.reasoning = "I count.";
    answer.error = "Stopped early.";
    const std::string document = chatToMarkdown(chat, {&question, &answer});
    QCOMPARE(document,
             std::string("# Apples and pears\n\n"
                         "## Question\n\n**list.txt**\n\n````\none ``` two\n````\n\nHow many?\n\n"
                         "## Answer\n\n<details><summary>Reasoning</summary>\n\n"
                         "```text\nI count.\n```\n\n</details>\n\n**Two.**\n\n*Stopped early.*\n\n"));
  }

  void fencesAreLongerThanAnyInTheText() {
    QCOMPARE(fenceFor("plain"), std::string("```"));
    QCOMPARE(fenceFor("```\n`````"), std::string("``````"));
  }
};

QTEST_GUILESS_MAIN(TestChatMarkdown)
#include "tst_chat_markdown.moc"
