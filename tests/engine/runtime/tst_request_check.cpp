// What an engine refuses, and what it says.
#include <QTest>
#include <cmath>
#include <functional>

#include "engine/runtime/request_check.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

using Change = std::function<void(Request&, EngineLimits&)>;
Q_DECLARE_METATYPE(Change)

class TestRequestCheck : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatCanNeverBeServedIsRefused_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("word");
    const auto row = [](const char* name, const char* word, Change change) {
      QTest::newRow(name) << change << QByteArray(word);
    };
    row("no prompt", "empty", [](auto& r, auto&) { r.prompt.clear(); });
    row("no new tokens", "0", [](auto& r, auto&) { r.maxNewTokens = 0; });
    row("a token below zero", "-1", [](auto& r, auto&) { r.prompt[2] = -1; });
    row("a token beyond the vocabulary", "50", [](auto& r, auto& l) { r.prompt[2] = l.vocabularySize = 50; });
    row("a prompt beyond the pool", "80", [](auto& r, auto&) { r = fullRequest(81, 4); });
    row("a prompt beyond the context", "30", [](auto& r, auto& l) {
      r.prompt.resize(l.contextLength = 30, 1);
      r.ignoreEnd = false;
    });
    row("a budget beyond the pool", "80", [](auto& r, auto&) { r.compression.budgetTokens = 80; });
    row("a budget that is no multiple", "13", [](auto& r, auto&) { r.compression.budgetTokens = 13; });
    row("a protected prompt beyond the budget", "budget of 12", [](auto& r, auto&) {
      r.prompt.resize(20, 1);
      r.compression.protectPrompt = true;
    });
    row("no query window", "window", [](auto&, auto& l) { l.numQuerySlots = 0; });
    row("a compression that is too large", "15", [](auto&, auto& l) { l.maxCompressedEntries = 15; });
    row("temperature is no number", "temperature",
        [](auto& r, auto&) { r.sampling.temperature = std::nanf(""); });
    row("temperature below zero", "temperature", [](auto& r, auto&) { r.sampling.temperature = -1.0F; });
    row("penalty of zero", "penalty", [](auto& r, auto&) { r.sampling.repetitionPenalty = 0.0F; });
    row("top-p is no number", "top-p", [](auto& r, auto&) { r.sampling.topP = std::nanf(""); });
    row("more likely tokens than are ranked", "20", [](auto& r, auto&) { r.numTopLogProbs = 21; });
    row("top-k below zero", "top-k", [](auto& r, auto&) { r.sampling.topK = -2; });
  }

  void whatCanNeverBeServedIsRefused() {
    QFETCH(Change, change);
    QFETCH(QByteArray, word);
    EngineLimits limits = smallLimits(20);
    Request request = budgetRequest(6, 500, 12, 4);
    QVERIFY(checkRequest(request, limits));
    change(request, limits);
    const auto refused = checkRequest(request, limits);
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.find(word.constData()) != std::string::npos,
             refused.error().message.c_str());
  }

  void aPromptThatJustFitsIsTaken() {
    QVERIFY(checkRequest(fullRequest(80, 4), smallLimits(20)));
    EngineLimits limits = smallLimits(20);
    limits.contextLength = 30;
    QVERIFY(checkRequest(fullRequest(29, 4), limits));
  }

  void aShortRequestNeedsNoPagesForABudgetItCannotReach() {
    QVERIFY(checkRequest(budgetRequest(6, 20, 800, 4), smallLimits(20)));
  }

  void aLongPromptIsFineUnderABudget() {
    QVERIFY(checkRequest(budgetRequest(5000, 20, 12, 4), smallLimits(20)));
  }
};

QTEST_GUILESS_MAIN(TestRequestCheck)
#include "tst_request_check.moc"
