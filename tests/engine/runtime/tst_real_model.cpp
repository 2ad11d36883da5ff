// The embedded model on the CPU device, through the whole engine: what must not change a reply does not, to
// the last token.
#include <QTest>
#include <map>
#include <set>

#include "engine/runtime/transformer_runner.h"
#include "tests/support/apple_sums.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_device.h"

using namespace zipage;
using namespace zipage::test;

namespace {

struct Reply {
  std::vector<TokenId> tokens;
  RequestFinished finished;
  int preemptions = 0;
};

PoolOptions smallPool(std::int64_t poolTokens) {
  PoolOptions options;
  options.poolTokens = poolTokens;
  options.maxSequences = 8;
  options.maxQuerySlots = 8;
  options.maxBatchTokens = 128;
  return options;
}

}  // namespace

class TestRealModel : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Device> m_device;
  std::unique_ptr<ModelBundle> m_model;
  bool m_compressesBeside = false;

  /// A question of `promptTokens` tokens.
  std::vector<TokenId> question(int promptTokens, int salt) const {
    const Tokenizer& tokenizer = *m_model->tokenizer;
    const std::string text = "<|im_start|>user\n" + appleSums(8 * promptTokens, salt);
    const std::vector<TokenId> end = tokenizer.encodeWithControlTokens(
        "How many apples do they have together?<|im_end|>\n<|im_start|>assistant\n<think>\n");
    std::vector<TokenId> prompt = tokenizer.encodeWithControlTokens(text);
    prompt.resize(static_cast<std::size_t>(promptTokens) - end.size());
    prompt.insert(prompt.end(), end.begin(), end.end());
    return prompt;
  }

  Request request(int promptTokens, int newTokens, int salt) const {
    Request request;
    request.prompt = question(promptTokens, salt);
    request.maxNewTokens = newTokens;
    request.ignoreEnd = true;
    request.sampling.seed = static_cast<std::uint64_t>(salt);
    // Hot and untruncated: the smallest change of a probability shows in what is drawn.
    request.sampling.temperature = 5.0F;
    request.sampling.topP = 1.0F;
    request.sampling.topK = 0;
    request.policy = MemoryPolicy::Full;
    return request;
  }

  Request bounded(Request request, int budget, int period, const char* preset = "zipage-plus") const {
    request.policy = MemoryPolicy::Budget;
    request.compression = *compressionPreset(preset);
    request.compression.budgetTokens = budget;
    request.compression.periodTokens = period;
    return request;
  }

  /// Serves all requests at once; `mostPages` gets the most pages held after any step.
  std::vector<Reply> serve(const PoolOptions& options, const std::vector<Request>& requests,
                           int* mostPages = nullptr, std::int64_t* swaps = nullptr) {
    auto parts = createTransformerRunner(*m_device, *m_model, options);
    if (!parts) qFatal("%s", parts.error().message.c_str());
    const FakeClock clock;
    parts->limits.compressesBeside = m_compressesBeside;
    Engine engine(parts->limits, *parts->runner, clock);
    std::map<RequestId, Reply> replies;
    for (const Request& request : requests) {
      const auto id = engine.submit(request);
      if (!id) qFatal("%s", id.error().message.c_str());
      replies[*id];
    }
    while (engine.hasWork()) {
      for (const EngineEvent& event : engine.step()) take(event, replies);
      if (const std::string broken = engine.brokenInvariant(); !broken.empty()) qFatal("%s", broken.c_str());
      if (mostPages != nullptr)
        *mostPages = std::max(*mostPages, static_cast<int>(engine.metrics().pagesHeld));
    }
    if (swaps != nullptr) *swaps = engine.metrics().swaps;
    std::vector<Reply> inOrder;
    for (auto& [id, reply] : replies) inOrder.push_back(std::move(reply));
    return inOrder;
  }

  static void take(const EngineEvent& event, std::map<RequestId, Reply>& replies) {
    if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
      replies[generated->request].tokens.push_back(generated->token);
    }
    if (const auto* preempted = std::get_if<RequestPreempted>(&event))
      ++replies[preempted->request].preemptions;
    if (const auto* finished = std::get_if<RequestFinished>(&event))
      replies[finished->request].finished = *finished;
  }

  std::vector<TokenId> alone(const Request& request) {
    return serve(smallPool(4096), {request}).front().tokens;
  }

 private Q_SLOTS:
  void initTestCase() {
    m_device = openTestDevice(2);
    auto model = loadModel(ZIPAGE_SOURCE_DIR "/resources/model/zipage-demo.gguf", *m_device);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::move(*model);
  }

  void neighboursChangeNothing() {
    const std::vector<Request> requests = {request(32, 60, 1), bounded(request(150, 60, 2), 96, 32),
                                           request(30, 60, 3), bounded(request(40, 120, 4), 96, 32)};
    const std::vector<Reply> together = serve(smallPool(4096), requests);
    for (std::size_t i = 0; i < requests.size(); ++i) QCOMPARE(together[i].tokens, alone(requests[i]));
  }

  void aPreemptedReplyIsTheSame() {
    const std::vector<Request> requests = {request(30, 100, 1), request(30, 100, 2), request(30, 100, 3)};
    const std::vector<Reply> crowded = serve(smallPool(256), requests);
    int preemptions = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      QCOMPARE(crowded[i].tokens, alone(requests[i]));
      preemptions += crowded[i].preemptions;
    }
    QVERIFY(preemptions > 0);
  }

  void aSwappedReplyIsTheSame() {
    const std::vector<Request> requests = {bounded(request(30, 200, 1), 96, 32, "zipage"),
                                           bounded(request(140, 200, 2), 96, 32, "zipage")};
    std::int64_t swaps = 0;
    const std::vector<Reply> crowded = serve(smallPool(224), requests, nullptr, &swaps);
    for (std::size_t i = 0; i < requests.size(); ++i) QCOMPARE(crowded[i].tokens, alone(requests[i]));
    QVERIFY(swaps > 0);
  }

  void compressingBesideTheStepsChangesNothing() {
    std::vector<Request> requests;
    for (int salt = 1; salt <= 4; ++salt) requests.push_back(bounded(request(40, 150, salt), 96, 32));
    PoolOptions options = smallPool(4096);
    const std::vector<Reply> inTurn = serve(options, requests);
    m_compressesBeside = true;
    const std::vector<Reply> beside = serve(options, requests);
    m_compressesBeside = false;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      QCOMPARE(beside[i].tokens, inTurn[i].tokens);
      QCOMPARE(beside[i].finished.compressions, inTurn[i].finished.compressions);
    }
  }

  void aReplyOnSharedPagesIsTheSame() {
    const Request whole = request(200, 40, 3);
    const std::vector<Reply> replies = serve(smallPool(4096), {whole, bounded(whole, 96, 32), whole});
    QCOMPARE(replies[0].tokens, alone(whole));
    QCOMPARE(replies[2].tokens, replies[0].tokens);
    QCOMPARE(replies[1].tokens, alone(bounded(whole, 96, 32)));
    PoolOptions oneByOne = smallPool(4096);
    oneByOne.maxSequences = 1;
    const std::vector<Reply> inTurn = serve(oneByOne, {whole, bounded(whole, 96, 32), whole});
    QCOMPARE(inTurn[1].finished.cachedTokens, 96);   // short of the window before the capacity of 128
    QCOMPARE(inTurn[2].finished.cachedTokens, 160);  // short of the prompt's window
    QCOMPARE(inTurn[2].tokens, replies[0].tokens);
    QCOMPARE(inTurn[1].tokens, replies[1].tokens);
  }

  void aWatchedReplyTellsWhatIsHeldAndWhy() {
    auto parts = createTransformerRunner(*m_device, *m_model, smallPool(1024));
    QVERIFY(parts);
    const FakeClock clock;
    Engine engine(parts->limits, *parts->runner, clock);
    const auto id = engine.submit(bounded(request(100, 60, 1), 96, 32, "zipage"));
    QVERIFY(id);
    engine.watch(*id, true);
    const SequenceCompressed* compressed = nullptr;
    while (compressed == nullptr && engine.hasWork()) {
      for (const EngineEvent& event : engine.step())
        if (const auto* found = std::get_if<SequenceCompressed>(&event)) compressed = found;
    }
    QVERIFY(compressed != nullptr);
    const auto record = engine.snapshot()->sequences.at(0).record;
    QVERIFY(record != nullptr && record->lastCompression != nullptr);
    const CompressionRecord& why = *record->lastCompression;
    const int heads = record->numLayers * record->kvHeads;
    QCOMPARE(why.numEntries, 128);
    QCOMPARE(record->numEntries, 97);
    float cuts = 0.0F;
    for (int head = 0; head < heads; ++head) {
      cuts += why.cut[static_cast<std::size_t>(head)];
      std::set<std::int32_t> kept;
      for (int e = 0; e < 128; ++e) {
        const auto at = static_cast<std::size_t>(head * 128 + e);
        const float score = 0.2F * why.pooled[at] - 0.8F * why.redundancy[at];
        if (e >= 128 - 16 || score > why.cut[static_cast<std::size_t>(head)] + 1e-6F)
          kept.insert(why.positions[at]);
        QVERIFY(why.attention[at] <= why.pooled[at]);
      }
      // Whatever scored above the cut is held, at each head its own.
      const auto first = record->positions.begin() + head * 97;
      const std::set<std::int32_t> held(first, first + 97);
      QVERIFY(std::includes(held.begin(), held.end(), kept.begin(), kept.end()));
      QVERIFY(kept.size() >= 90);
    }
    QCOMPARE(compressed->cut, cuts / static_cast<float>(heads));
  }

  void growMeasuresWhatTheModelLooksAt() {
    // What is drawn differs between processors, and so does what one reply looks at: several are asked.
    std::vector<Request> asked;
    for (int salt = 1; salt <= 10; ++salt) {
      asked.push_back(bounded(request(30, 300, salt), 96, 32));
      asked.back().policy = MemoryPolicy::Grow;
    }
    int grown = 0;
    for (const Reply& reply : serve(smallPool(4096), asked)) {
      QCOMPARE(reply.finished.generatedTokens, 300);
      QVERIFY(reply.finished.compressions > 0);
      if (reply.finished.peakPages > 4) ++grown;
    }
    QVERIFY2(grown >= 1, "none of ten replies grew");
  }

  void aBudgetThatIsNeverReachedIsFullMemory() {
    const Request whole = request(40, 150, 5);
    const Reply roomy = serve(smallPool(4096), {bounded(whole, 160, 32)}).front();
    QCOMPARE(roomy.tokens, alone(whole));
    QCOMPARE(roomy.finished.compressions, 0);
    QVERIFY(serve(smallPool(4096), {bounded(whole, 96, 32)}).front().finished.compressions > 0);
  }

  void theChunksInWhichAPromptIsReadChangeNothing() {
    for (const Request& asked : {request(300, 20, 6), bounded(request(300, 20, 6), 96, 32)}) {
      PoolOptions fine = smallPool(4096);
      fine.maxBatchTokens = 8;
      QCOMPARE(serve(fine, {asked}).front().tokens, alone(asked));
    }
  }

  void everyPresetRunsAndGivesTheSameTwice_data() {
    QTest::addColumn<QByteArray>("preset");
    for (const char* name : {"zipage-plus", "zipage", "attention", "window", "random"})
      QTest::newRow(name) << QByteArray(name);
  }

  void everyPresetRunsAndGivesTheSameTwice() {
    QFETCH(QByteArray, preset);
    const Request asked = bounded(request(60, 200, 7), 96, 32, preset.constData());
    const std::vector<Reply> once = serve(smallPool(4096), {asked});
    QCOMPARE(once.front().finished.generatedTokens, 200);
    QCOMPARE(once.front().finished.compressions, (259 - 128 + 31) / 32);
    QCOMPARE(alone(asked), once.front().tokens);
    const std::set<TokenId> distinct(once.front().tokens.begin(), once.front().tokens.end());
    QVERIFY2(distinct.size() > 8, "a model that repeats itself would hide differences");
  }

  void aRepetitionPenaltyLooksBack() {
    Request asked = request(30, 60, 8);
    asked.sampling.temperature = 0.0F;
    Request penalised = asked;
    penalised.sampling.repetitionPenalty = 1.5F;
    QVERIFY(alone(asked) != alone(penalised));
    QCOMPARE(serve(smallPool(4096), {request(29, 30, 1), penalised})[1].tokens, alone(penalised));
  }

  void twoThousandTokensFitTheirBudget() {
    int mostPages = 0;
    const Reply reply = serve(smallPool(4096), {bounded(request(50, 2000, 9), 256, 64)}, &mostPages).front();
    QCOMPARE(reply.finished.generatedTokens, 2000);
    QCOMPARE(reply.finished.compressions, (2049 - 320 + 63) / 64);
    QCOMPARE(mostPages, 10);
    QCOMPARE(reply.finished.peakPages, 10);
  }

  void prefixesAreSaltedWithModelAndKvType() {
    const auto saltOf = [&](DataType kvType, std::uint64_t identity) {
      PoolOptions options = smallPool(512);
      options.kvType = kvType;
      const std::uint64_t own = std::exchange(m_model->identity, identity);
      const auto parts = createTransformerRunner(*m_device, *m_model, options);
      m_model->identity = own;
      return parts ? parts->limits.prefixSalt : 0;
    };
    const std::uint64_t own = m_model->identity;
    QVERIFY(own != 0);
    const std::set<std::uint64_t> salts = {saltOf(DataType::F32, own), saltOf(DataType::BF16, own),
                                           saltOf(DataType::F32, own + 1), 0};
    QCOMPARE(salts.size(), std::size_t{4});
    QCOMPARE(saltOf(DataType::F32, own), saltOf(DataType::F32, own));
  }

  void poolsThatCannotWorkAreRefused() {
    PoolOptions options = smallPool(1024);
    options.pageTokens = 24;
    QCOMPARE(createTransformerRunner(*m_device, *m_model, options).error().code, ErrorCode::InvalidArgument);
    options = smallPool(0);
    QCOMPARE(createTransformerRunner(*m_device, *m_model, options).error().code, ErrorCode::InvalidArgument);
    options = smallPool(1024);
    options.maxQuerySlots = 0;
    QVERIFY(!createTransformerRunner(*m_device, *m_model, options));
  }
};

QTEST_GUILESS_MAIN(TestRealModel)
#include "tst_real_model.moc"
