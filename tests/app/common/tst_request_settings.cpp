// What a person sets, what the model's file suggests, and what is refused before the engine sees it.
#include <QTest>
#include <cmath>

#include "app/common/request_settings.h"

using namespace zipage;

namespace {

class OneTokenTokenizer final : public Tokenizer {
 public:
  int vocabularySize() const override { return 1; }
  std::vector<TokenId> encode(std::string_view) const override { return {0}; }
  std::vector<TokenId> encodeWithControlTokens(std::string_view) const override { return {0}; }
  std::string pieceBytes(TokenId, bool) const override { return "a"; }
  bool isControl(TokenId) const override { return false; }
  TokenId beginOfText() const override { return -1; }
  bool addsBeginOfText() const override { return false; }
  const std::vector<TokenId>& endTokens() const override { return m_end; }
  TokenId tokenOf(std::string_view) const override { return -1; }

 private:
  std::vector<TokenId> m_end = {0};
};

ModelBundle smallModel() {
  ModelBundle model;
  model.tokenizer = std::make_shared<OneTokenTokenizer>();
  return model;
}

EngineLimits poolOf(int numPages) {
  EngineLimits limits;
  limits.pageTokens = 32;
  limits.numPages = numPages;
  return limits;
}

bool mentions(const Error& error, const char* word) { return error.message.find(word) != std::string::npos; }

}  // namespace

class TestRequestSettings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aPersonsChoiceWinsOverTheModelsDefault() {
    SamplingDefaults defaults;
    defaults.temperature = 0.3F;
    defaults.topK = 7;
    RequestSettings settings;
    settings.temperature = 0.9F;
    const auto sampling = makeSampling(settings, defaults);
    QVERIFY(sampling);
    QCOMPARE(sampling->temperature, 0.9F);
    QCOMPARE(sampling->topK, 7);
    QCOMPARE(sampling->topP, SamplingParams{}.topP);
  }

  void samplingOutOfRangeIsNamed() {
    RequestSettings settings;
    settings.topP = 1.5F;
    QVERIFY(mentions(makeSampling(settings, {}).error(), "top-p"));
    settings = {};
    settings.temperature = std::nanf("");
    QVERIFY(mentions(makeSampling(settings, {}).error(), "temperature"));
    settings = {};
    settings.topK = -1;
    QVERIFY(mentions(makeSampling(settings, {}).error(), "top-k"));
  }

  void aBudgetReachesTheRequest() {
    RequestSettings settings;
    settings.budgetTokens = 128;
    settings.periodTokens = 64;
    const auto request = makeRequest(settings, smallModel(), poolOf(100), {1, 2});
    QVERIFY2(request, request ? "" : request.error().message.c_str());
    QCOMPARE(request->compression.budgetTokens, 128);
    QCOMPARE(request->compression.periodTokens, 64);
    QCOMPARE(request->endTokens, std::vector<TokenId>{0});
  }

  void aBudgetThatIsNoMultipleOfThePageIsRefused() {
    RequestSettings settings;
    settings.budgetTokens = 100;
    QVERIFY(!makeRequest(settings, smallModel(), poolOf(1000), {1}));
  }

  void aBudgetLargerThanThePoolIsRefused() {
    const auto request = makeRequest({}, smallModel(), poolOf(10), {1});
    QVERIFY(!request);
    QCOMPARE(request.error().code, ErrorCode::PoolTooSmall);
  }

  void withFullPolicyTheBudgetDoesNotMatter() {
    RequestSettings settings;
    settings.policy = MemoryPolicy::Full;
    settings.budgetTokens = 1;
    QVERIFY(makeRequest(settings, smallModel(), poolOf(10), {1}));
  }

  void anEmptyPromptIsRefused() { QVERIFY(!makeRequest({}, smallModel(), poolOf(1000), {})); }

  void policiesHaveTwoNames() {
    QCOMPARE(*policyFromName("full"), MemoryPolicy::Full);
    for (const MemoryPolicy policy :
         {MemoryPolicy::Full, MemoryPolicy::Budget, MemoryPolicy::Auto, MemoryPolicy::Grow})
      QCOMPARE(*policyFromName(nameOf(policy)), policy);
    QVERIFY(mentions(policyFromName("some").error(), "some"));
  }
};

QTEST_GUILESS_MAIN(TestRequestSettings)
#include "tst_request_settings.moc"
