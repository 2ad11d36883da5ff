// Why the beginning of a text was read again, from what the last turn left and what the next one asked.
#include <QTest>

#include "engine/store/reuse_verdict.h"

using namespace zipage;
using Kind = ReuseVerdict::Kind;

Q_DECLARE_METATYPE(ReuseVerdict)

namespace {

std::vector<TokenId> text(int numTokens, int differentAt = -1) {
  std::vector<TokenId> tokens;
  for (int i = 0; i < numTokens; ++i) tokens.push_back(i == differentAt ? 999 : i);
  return tokens;
}

PrefixLookup lookup(std::vector<TokenId> prompt, int foundTokens, int mostTokens) {
  PrefixLookup made;
  made.prompt = std::move(prompt);
  made.foundTokens = foundTokens;
  made.mostTokens = mostTokens;
  made.variant = 5;
  return made;
}

}  // namespace

class TestReuseVerdict : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyReasonHasItsVerdict() {
    const LastTurn last{text(40), 5, 7};
    const auto judge = [&](const PrefixLookup& asked) { return judgeReuse(asked, 7, last, 4); };
    QCOMPARE(judge(lookup(text(60), 56, 56)), (ReuseVerdict{Kind::Whole, 0}));
    // All of the last turn, and new text behind it.
    QCOMPARE(judge(lookup(text(60), 40, 56)), (ReuseVerdict{Kind::Whole, 0}));
    QCOMPARE(judge(lookup(text(60, 18), 16, 56)), (ReuseVerdict{Kind::OtherText, 18}));
    QCOMPARE(judge(lookup(text(60), 16, 56)), (ReuseVerdict{Kind::NotStored, 16}));
    QCOMPARE(judge(lookup(text(3), 0, 0)), (ReuseVerdict{Kind::TooShort, 0}));
    QCOMPARE(judgeReuse(lookup(text(60), 0, 56), 7, std::nullopt, 4), (ReuseVerdict{Kind::FirstTurn, 0}));
    QCOMPARE(judgeReuse(lookup(text(60, 18), 16, 56), 8, last, 4), (ReuseVerdict{Kind::OtherTemplate, 18}));
    PrefixLookup asked = lookup(text(60), 16, 56);
    asked.variant = 6;
    QCOMPARE(judge(asked), (ReuseVerdict{Kind::OtherPolicy, 16}));
    asked.loss = PrefixLoss::Damaged;
    QCOMPARE(judge(asked), (ReuseVerdict{Kind::Damaged, 16}));
    asked.loss = PrefixLoss::Slower;
    QCOMPARE(judge(asked), (ReuseVerdict{Kind::Slower, 16}));
  }
};

QTEST_GUILESS_MAIN(TestReuseVerdict)
#include "tst_reuse_verdict.moc"
