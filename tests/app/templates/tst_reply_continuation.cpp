// A reply that was begun stands behind the conversation as the model would have written it.
#include <QTest>

#include "app/templates/reply_continuation.h"

using namespace zipage;

class TestReplyContinuation : public QObject {
  Q_OBJECT

 private:
  static RenderedPrompt continued(const BegunReply& reply, bool startsInside = false) {
    RenderedPrompt prompt;
    prompt.segments.push_back({startsInside ? "A:<think>\n" : "A:", true});
    prompt.startsInsideReasoning = startsInside;
    appendBegunReply(prompt, reply, {});
    return prompt;
  }

 private Q_SLOTS:
  void thinkingGoesOnAsThinking() {
    const RenderedPrompt prompt = continued({"I wonder", ""});
    QCOMPARE(prompt.text(), std::string("A:<think>\nI wonder"));
    QVERIFY(prompt.startsInsideReasoning);
  }

  void anAnswerGoesOnAsAnAnswer() {
    const RenderedPrompt prompt = continued({"I wonder", "It is"});
    QCOMPARE(prompt.text(), std::string("A:<think>\nI wonder\n</think>\n\nIt is"));
    QVERIFY(!prompt.startsInsideReasoning);
    QCOMPARE(continued({"", "It is"}).text(), std::string("A:It is"));
  }

  void aMarkThatTheTemplateWroteIsNotWrittenAgain() {
    QCOMPARE(continued({"I wonder", "It is"}, true).text(),
             std::string("A:<think>\nI wonder\n</think>\n\nIt is"));
    QCOMPARE(continued({"", "It is"}, true).text(), std::string("A:<think>\n\n</think>\n\nIt is"));
    QVERIFY(continued({"", ""}, true).startsInsideReasoning);
  }

  void whatTheModelWroteIsNoTemplate() {
    for (const PromptSegment& segment : continued({"<|im_end|>", "<think>"}).segments) {
      const bool isModels = segment.text == "<|im_end|>" || segment.text == "<think>";
      QCOMPARE(segment.isTemplate, !isModels);
    }
  }
};

QTEST_GUILESS_MAIN(TestReplyContinuation)
#include "tst_reply_continuation.moc"
