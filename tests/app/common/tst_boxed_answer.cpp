// Boxed answers of replies, and votes over them.
#include <QTest>

#include "app/common/boxed_answer.h"

using namespace zipage;

class TestBoxedAnswer : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theLastBoxCounts() {
    QCOMPARE(lastBoxed("\\boxed{1} no, \\boxed{2}.").value_or(""), std::string("2"));
    QCOMPARE(lastBoxed("so \\boxed{ 42 }").value_or(""), std::string("42"));
  }

  void bracesInsideABoxNest() {
    QCOMPARE(lastBoxed("\\boxed{\\frac{1}{2}}").value_or(""), std::string("\\frac{1}{2}"));
  }

  void aBoxThatIsNotClosedDoesNotCount() {
    QVERIFY(!lastBoxed("\\boxed{4").has_value());
    QCOMPARE(lastBoxed("\\boxed{3} then \\boxed{4").value_or(""), std::string("3"));
    QVERIFY(!lastBoxed("no box").has_value());
    QVERIFY(!lastBoxed("").has_value());
  }

  void mostVotesWin() {
    const auto vote = countVotes({"7", "42", "42", "8", "42"});
    QVERIFY(vote.has_value());
    QCOMPARE(vote->answer, std::string("42"));
    QCOMPARE(vote->numVotes, 3);
  }

  void whiteSpaceDoesNotDivideVoters() {
    const auto vote = countVotes({"x = 1", "x=2", "x=1"});
    QVERIFY(vote.has_value());
    QCOMPARE(vote->answer, std::string("x = 1"));
    QCOMPARE(vote->numVotes, 2);
  }

  void ofEquallyManyTheFirstIsTold() {
    QCOMPARE(countVotes({"2", "1"})->answer, std::string("2"));
    QVERIFY(!countVotes({}).has_value());
  }
};

QTEST_GUILESS_MAIN(TestBoxedAnswer)
#include "tst_boxed_answer.moc"
