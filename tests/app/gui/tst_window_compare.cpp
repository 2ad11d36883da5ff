// One question under two memory policies, in the whole program: what is the same, where it parts, what it
// cost.
#include <QPlainTextEdit>

#include "tests/app/gui/open_window.h"
#include "ui/memory/compare_dialog.h"
#include "ui/memory/owner_names.h"

using namespace zipage;
using namespace zipage::test;

class TestWindowCompare : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Profile> m_profile;

  static ui::ComparisonPlan plan(MemoryPolicy second, int budget, int period, int maxTokens = 700) {
    ui::GenerationSettings settings = greedySettings();
    settings.maxNewTokens = maxTokens;
    settings.policy = MemoryPolicy::Full;
    ui::ComparisonPlan plan{QString::fromLatin1(kQuestion), settings, settings};
    plan.second.policy = second;
    plan.second.budgetTokens = budget;
    plan.second.periodTokens = period;
    return plan;
  }

  static ui::Comparison run(OpenWindow& open, const ui::ComparisonPlan& plan) {
    auto& dialog = open.window().compareDialog();
    Q_EMIT dialog.compareRequested(plan);
    if (!QTest::qWaitFor([&] { return !dialog.comparison().isRunning(); }, kAnswerMs))
      qFatal("it does not end");
    return dialog.comparison();
  }

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void equalPoliciesSayTheSame() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const ui::Comparison same = run(open, plan(MemoryPolicy::Full, 512, 128));
    QVERIFY(!same.differs);
    QVERIFY(same.sameTokens > 20);
    QCOMPARE(same.sameTokens, same.first.tokens);
    QCOMPARE(same.second.tokens, same.first.tokens);
    QCOMPARE(same.mostDrift, 0.0);
    QCOMPARE(same.first.answer, QStringLiteral("37"));
    QCOMPARE(same.first.text, same.second.text);
    QCOMPARE(same.first.sameLength, same.first.text.size());
    QVERIFY(open.part<QLabel>("compareVerdict").text().contains(QStringLiteral("Both answer 37")));
  }

  void aSmallBudgetPartsFromAllSomewhere() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const ui::Comparison result = run(open, plan(MemoryPolicy::Budget, 64, 32, 400));
    QCOMPARE(result.first.compressions, 0);
    QVERIFY(result.second.compressions > 0 && result.second.tokensEvicted > 0);
    QCOMPARE(result.second.problem, QString());
    QCOMPARE(result.second.peakPages, 3);
    QVERIFY(result.first.peakPages > 3);
    QVERIFY2(result.mostDrift > 0.0, "what is evicted is missed before it changes a token");
    if (!result.differs) QSKIP("this budget was enough");
    // The marked places are those where the texts part.
    const auto& [first, second] = std::tie(result.first, result.second);
    QCOMPARE(first.text.left(first.sameLength), second.text.left(second.sameLength));
    QVERIFY(first.text.mid(first.sameLength, first.nextLength) !=
            second.text.mid(second.sameLength, second.nextLength));
    auto& one = open.part<QPlainTextEdit>("compareFirst");
    QCOMPARE(one.textCursor().position(), static_cast<int>(first.sameLength));
    const QString verdict = open.part<QLabel>("compareVerdict").text();
    QVERIFY2(verdict.contains(QLocale().toString(result.sameTokens)), qPrintable(verdict));
    auto& text = open.part<QPlainTextEdit>("compareSecond");
    QCOMPARE(text.toPlainText(), second.text);
    QCOMPARE(text.extraSelections().at(1).cursor.selectedText().replace(QChar(0x2029), QLatin1Char('\n')),
             second.text.mid(second.sameLength, second.nextLength));
  }

  void theDialogOffersTheLastQuestionAndStops() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.application.chats().send(open.chat(), QString::fromLatin1(kQuestion));
    QTRY_COMPARE_WITH_TIMEOUT(open.last().state, ui::ReplyState::Complete, kAnswerMs);
    open.window().findChild<QAction*>(QStringLiteral("comparePolicies"))->trigger();
    QCOMPARE(open.part<QPlainTextEdit>("compareQuestion").toPlainText(), QString::fromLatin1(kQuestion));
    auto& start = open.part<QPushButton>("compareStart");
    start.click();
    auto& dialog = open.window().compareDialog();
    QTRY_VERIFY(dialog.comparison().first.tokens > 3);
    start.click();
    QVERIFY(!dialog.comparison().isRunning());
    QTRY_COMPARE(open.application.chats().isGenerating(), false);
    QVERIFY(dialog.comparison().first.tokens > 3);  // what had come is there
    QCOMPARE(open.window().memory().liveNameOf(ui::kComparisons), QStringLiteral("Comparison"));
  }

  void whatCannotRunIsTold() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const ui::Comparison odd = run(open, plan(MemoryPolicy::Budget, 33, 32));
    QVERIFY(!odd.second.problem.isEmpty());
    QVERIFY(odd.first.tokens > 0);
    QCOMPARE(open.part<QLabel>("compareVerdict").text(), odd.second.problem);
  }

  void figuresAndWordsCanBeCopied() {
    ui::Comparison comparison;
    for (auto [reply, answer] : {std::pair(&comparison.first, "37"), {&comparison.second, "41"}}) {
      reply->text = QStringLiteral("It is %1.").arg(QLatin1String(answer));
      reply->sameLength = 6;
      reply->nextLength = 2;
      reply->answer = QLatin1String(answer);
      reply->tokens = 5;
    }
    comparison.sameTokens = 3;
    comparison.differs = true;
    const QString text = ui::comparisonText(comparison);
    QVERIFY2(text.contains(QStringLiteral("“37”")) && text.contains(QStringLiteral("“41”")),
             qPrintable(text));
    QVERIFY(text.contains(QStringLiteral("The first answers 37, the second 41.")));
    const QString markdown = ui::comparisonMarkdown(plan(MemoryPolicy::Budget, 512, 128), comparison);
    QVERIFY(markdown.contains(QStringLiteral("| Answer | 37 | 41 |")));
    QVERIFY(markdown.contains(QStringLiteral("budget of 512 + 128")));
  }
};

QTEST_MAIN(TestWindowCompare)
#include "tst_window_compare.moc"
