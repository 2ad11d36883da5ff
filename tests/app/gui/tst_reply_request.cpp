// What a branch of a chat asks of the model.
#include <QTest>

#include "app/gui/reply_request.h"

using namespace zipage;

class TestReplyRequest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void filesStandBeforeTheirQuestionBetweenFencesTheyCannotClose() {
    MessageRecord question;
    question.role = MessageRole::User;
    question.text = "What is in it?";
    question.attachments = {{"a.md", "```\ncode\n```\n"}, {"b.txt", "no line end"}};
    QCOMPARE(questionText(question), std::string("File a.md:\n````\n```\ncode\n```\n````\n\n"
                                                 "File b.txt:\n```\nno line end\n```\n\nWhat is in it?"));
  }

  void repliesWithoutTextAreLeftOut() {
    MessageRecord question, empty, answer;
    question.text = "Q";
    empty.role = answer.role = MessageRole::Assistant;
    empty.reasoning = "only thought";
    answer.text = "A";
    answer.reasoning = "thought";
    ui::GenerationSettings settings;
    settings.systemPrompt = "Be brief.";
    const PromptJob job = promptJobFor({&question, &empty, &answer}, settings);
    QCOMPARE(job.turns.size(), std::size_t(3));
    QCOMPARE(job.turns[0].text, std::string("Be brief."));
    QCOMPARE(job.turns[1].text, std::string("Q"));
    QCOMPARE(job.turns[2].reasoning, std::string("thought"));
  }

  void theThinkingBudgetReachesTheRequest() {
    ui::GenerationSettings settings;
    settings.thinkingTokens = 256;
    QCOMPARE(requestSettingsFor(settings).reasoningBudgetTokens, 256);
  }
};

QTEST_GUILESS_MAIN(TestReplyRequest)
#include "tst_reply_request.moc"
