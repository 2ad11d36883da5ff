// The embedded model before and after a restart, with its prefixes on a disk between: what it computes from
// what came back is what it would have computed had the program never ended, to the last bit.
#include <QTemporaryDir>
#include <QTest>

#include "engine/runtime/pool_copy.h"
#include "engine/runtime/transformer_runner.h"
#include "engine/store/prefix_file.h"
#include "engine/store/prefix_store.h"
#include "tests/support/apple_sums.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_storage.h"
#include "tests/support/paged_steps.h"
#include "tests/support/test_device.h"

using namespace zipage;
using namespace zipage::test;

namespace {

struct Reply {
  std::vector<TokenId> tokens;
  RequestFinished finished;
};

PoolOptions smallPool() {
  PoolOptions options;
  options.poolTokens = 4096;
  options.maxSequences = 4;
  options.maxQuerySlots = 4;
  options.maxBatchTokens = 128;
  return options;
}

}  // namespace

class TestRestoredPrefixes : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Device> m_device;
  std::unique_ptr<ModelBundle> m_model;
  std::unique_ptr<QTemporaryDir> m_folder;

  std::vector<TokenId> text(int numTokens, int salt) const {
    std::vector<TokenId> tokens = m_model->tokenizer->encode(appleSums(8 * numTokens, salt));
    tokens.resize(static_cast<std::size_t>(numTokens));
    return tokens;
  }

  Request request(std::vector<TokenId> prompt, MemoryPolicy policy) const {
    Request request;
    request.owner = OwnerId{1};
    request.prompt = std::move(prompt);
    request.maxNewTokens = 120;
    request.ignoreEnd = true;
    // Hot and untruncated: the smallest change of a probability shows in what is drawn.
    request.sampling.temperature = 5.0F;
    request.sampling.topP = 1.0F;
    request.sampling.topK = 0;
    request.policy = policy;
    request.compression = *compressionPreset("zipage");
    request.compression.budgetTokens = 96;
    request.compression.periodTokens = 32;
    return request;
  }

  Request followUp(Request request, const std::vector<TokenId>& reply) const {
    request.prompt.insert(request.prompt.end(), reply.begin(), reply.end());
    const std::vector<TokenId> question = text(40, 9);
    request.prompt.insert(request.prompt.end(), question.begin(), question.end());
    return request;
  }

  /// One request on an engine of its own, as after a start of the program.
  Reply serve(const Request& request, PrefixStorage* storage) {
    auto parts = createTransformerRunner(*m_device, *m_model, smallPool());
    if (!parts) qFatal("%s", parts.error().message.c_str());
    const SteadyClock clock;
    Engine engine(parts->limits, *parts->runner, clock, storage);
    if (!engine.submit(request)) qFatal("the request is refused");
    Reply reply;
    while (engine.hasWork()) {
      for (const EngineEvent& event : engine.step()) {
        if (const auto* generated = std::get_if<TokenGenerated>(&event))
          reply.tokens.push_back(generated->token);
        if (const auto* finished = std::get_if<RequestFinished>(&event)) reply.finished = *finished;
      }
      if (const std::string broken = engine.brokenInvariant(); !broken.empty()) qFatal("%s", broken.c_str());
    }
    return reply;
  }

  PrefixStoreOptions options() const {
    PrefixStoreOptions options;
    options.folder = m_folder->path().toStdString() + "/kv";
    options.reserveBytes = 0;
    return options;
  }

  /// The same with the store on the disk, opened and closed for it.
  Reply serveFromDisk(const Request& request, bool compresses = false) {
    PrefixStoreOptions chosen = options();
    chosen.compresses = compresses;
    PrefixStore store(chosen);
    store.flush();  // is open
    auto parts = createTransformerRunner(*m_device, *m_model, smallPool());
    if (!parts) qFatal("%s", parts.error().message.c_str());
    const PrefixKey root{parts->limits.prefixSalt, static_cast<std::uint64_t>(parts->limits.pageTokens)};
    const auto storage = store.storageFor({root, "demo", 0, 1.0, parts->limits.pageTokens});
    return serve(request, storage.get());
  }

 private Q_SLOTS:
  void initTestCase() {
    m_device = openTestDevice(1);
    auto model = loadModel(ZIPAGE_SOURCE_DIR "/resources/model/zipage-demo.gguf", *m_device);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::move(*model);
  }

  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void logitsAfterStoredPagesAreThoseWithoutARestart() {
    if (!runsOnCpu()) QSKIP("the steps of this test lie in memory of the host");
    const std::vector<TokenId> prompt = text(64, 3);
    const std::vector<int> next(prompt.begin() + 48, prompt.end());
    PagedSteps before(*m_device, m_model->config, m_model->weights);
    TestSequence written = before.sequence(3, 7, 8);
    before.run({{&written, {prompt.begin(), prompt.begin() + 48}}});

    PagedSteps after(*m_device, m_model->config, m_model->weights);
    TestSequence read = after.sequence(20, 5, 8);
    const auto stream = m_device->createStream();
    const std::filesystem::path file = m_folder->path().toStdString() + "/page.kv";
    for (int page = 0; page < 6; ++page) {
      StoredPage stored;
      const PageIndex from = written.pages[static_cast<std::size_t>(page)];
      const PageIndex to = read.pages[static_cast<std::size_t>(page)];
      stored.contents = copyContentsOut(*m_device, *stream, before.kv(), {}, std::span(&from, 1), -1);
      QVERIFY(writePrefixFile(file, {}, stored, page % 2 == 0));
      const auto back = readPrefixFile(file, {});
      QVERIFY(back);
      const auto& contents = std::get<StoredPage>(*back).contents;
      QVERIFY(checkContents(after.kv(), {}, contents, {8, 8, page * 8, false}));
      QVERIFY(!checkContents(after.kv(), {}, contents, {8, 8, page * 8 + 8, false}));
      copyContentsIn(*m_device, *stream, contents, after.kv(), {}, std::span(&to, 1), -1);
      QVERIFY(m_device->synchronize(*stream));
    }
    read.numTokens = 48;
    const auto expected = before.run({{&written, next}});
    const auto logits = after.run({{&read, next}});
    QCOMPARE(logits.size(), std::size_t{16});
    for (std::size_t row = 0; row < logits.size(); ++row) {
      // Log-probabilities are a function of these: equal bits in, equal bits out.
      QVERIFY(std::memcmp(logits[row].data(), expected[row].data(), logits[row].size() * sizeof(float)) == 0);
    }
  }

  void aReopenedChatSaysWhatItWouldHaveSaid_data() {
    QTest::addColumn<int>("policy");
    QTest::addColumn<bool>("compresses");
    QTest::newRow("full") << int(MemoryPolicy::Full) << false;
    QTest::newRow("full, compressed with zstd") << int(MemoryPolicy::Full) << true;
    QTest::newRow("budget") << int(MemoryPolicy::Budget) << false;
    QTest::newRow("budget, compressed with zstd") << int(MemoryPolicy::Budget) << true;
  }

  void aReopenedChatSaysWhatItWouldHaveSaid() {
    QFETCH(int, policy);
    QFETCH(bool, compresses);
    const Request first = request(text(70, 1), MemoryPolicy(policy));
    const Reply before = serveFromDisk(first, compresses);
    const Request second = followUp(first, before.tokens);
    const Reply restarted = serveFromDisk(second, compresses);
    const Reply never = serve(second, nullptr);  // reads all of it itself
    QCOMPARE(restarted.tokens, never.tokens);
    const bool isFull = MemoryPolicy(policy) == MemoryPolicy::Full;
    QCOMPARE(restarted.finished.storedTokens, isFull ? 160 : 189);
    QCOMPARE(restarted.finished.computedTokens, 70 + 120 + 40 - restarted.finished.storedTokens);
    QVERIFY(isFull || before.finished.compressions > 1);
    QCOMPARE(never.finished.storedTokens, 0);
  }

  void whatAContinuedSequenceHoldsIsTheSameToTheLastBit() {
    const Request first = request(text(70, 1), MemoryPolicy::Budget);
    MemoryStorage restarted, never;
    const Request second = followUp(first, serve(first, &restarted).tokens);
    QCOMPARE(serve(second, &restarted).finished.storedTokens, 189);
    QCOMPARE(serve(second, &never).finished.storedTokens, 0);
    int numCompared = 0;
    for (const auto& [key, prefix] : never.kept) {
      const auto found = restarted.kept.find(key);
      QVERIFY(found != restarted.kept.end());
      if (const auto* sequence = std::get_if<StoredSequence>(&prefix)) {
        const auto& other = std::get<StoredSequence>(found->second);
        QCOMPARE(other.tokens, sequence->tokens);
        QVERIFY(other.contents == sequence->contents);
        ++numCompared;
      }
    }
    QCOMPARE(numCompared, 2);  // where the prompt ends, and where the reply does
  }

  void anotherModelOfTheSameShapeFindsNothing() {
    const Request first = request(text(70, 1), MemoryPolicy::Full);
    MemoryStorage storage;
    serve(first, &storage);
    const std::uint64_t identity = m_model->identity;
    m_model->identity ^= 1;
    QCOMPARE(serve(first, &storage).finished.storedTokens, 0);
    m_model->identity = identity;
    QCOMPARE(serve(first, &storage).finished.storedTokens, 32);
  }
};

QTEST_GUILESS_MAIN(TestRestoredPrefixes)
#include "tst_restored_prefixes.moc"
