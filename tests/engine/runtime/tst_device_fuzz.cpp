// Random loads on small random models through the real ops of the device that ZIPAGE_TEST_DEVICE names, each
// game out of one seed: shapes that are not round, every policy, equal beginnings, samples, cancels, pools so
// small that requests give way, are swapped and compressed beside the steps. Every request says, to the last
// token, what it says alone with ample room. ZIPAGE_FUZZ_SEED and ZIPAGE_FUZZ_COUNT play other games.
#include <QTest>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "engine/runtime/transformer_runner.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_device.h"
#include "tests/support/tiny_bundle.h"

using namespace zipage;
using namespace zipage::test;

namespace {

struct Reply {
  std::vector<TokenId> tokens;
  std::optional<RequestFinished> finished;
};

struct Totals {
  std::int64_t preemptions = 0, swaps = 0, compressions = 0, cachedTokens = 0;
  int cancelled = 0;

  void add(const EngineMetrics& metrics) {
    preemptions += metrics.preemptions;
    swaps += metrics.swaps;
    compressions += metrics.compressions;
    cachedTokens += metrics.cachedTokens;
  }
  bool sawEverything() const {
    return preemptions > 0 && swaps > 0 && compressions > 0 && cachedTokens > 0 && cancelled > 0;
  }
};

void take(const EngineEvent& event, std::map<RequestId, Reply>& replies) {
  if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
    replies[generated->request].tokens.push_back(generated->token);
  }
  if (const auto* finished = std::get_if<RequestFinished>(&event))
    replies[finished->request].finished = *finished;
}

/// One model, one small pool, one load.
class DeviceGame {
 public:
  DeviceGame(Device& device, std::uint32_t seed) : m_device(device), m_random(seed) {
    TinyQwen shape;
    shape.kvHeads = static_cast<std::uint32_t>(between(1, 3));
    shape.queryHeads = shape.kvHeads * static_cast<std::uint32_t>(between(1, 4));
    shape.head = std::array{18U, 32U, 64U, 80U, 128U}[static_cast<std::size_t>(between(0, 4))];
    shape.feedForward = static_cast<std::uint32_t>(between(40, 200));
    shape.seed = seed;
    m_file = tinyQwenFile(shape).bytes();
    m_options.pageTokens = 16 * between(1, 2);
    m_options.poolTokens = m_options.pageTokens * between(4, 16);
    m_options.windowTokens = between(1, 16);
    m_options.maxSequences = between(1, 8);
    m_options.maxQuerySlots = between(1, 6);
    m_options.maxBatchTokens = between(8, 64);
    m_besides = chance(0.5);
    m_runsAhead = chance(0.5);
  }

  /// Empty, or what went wrong.
  std::string play(Totals& totals) {
    auto model = tinyBundle(m_file, m_device);
    if (!model) return model.error().message;
    m_model = std::move(*model);
    auto parts = createTransformerRunner(m_device, *m_model, m_options);
    if (!parts) return parts.error().message;
    EngineLimits limits = parts->limits;
    limits.compressesBeside = m_besides;
    limits.runsAhead = m_runsAhead;
    const FakeClock clock;
    Engine engine(limits, *parts->runner, clock);
    const int numRequests = between(2, 12);
    for (int steps = 0; static_cast<int>(m_requests.size()) < numRequests || engine.hasWork(); ++steps) {
      if (static_cast<int>(m_requests.size()) < numRequests && chance(0.2)) submit(engine);
      if (!m_requests.empty() && chance(0.005)) cancelOne(engine);
      for (const EngineEvent& event : engine.step()) take(event, m_replies);
      if (const std::string broken = engine.brokenInvariant(); !broken.empty()) return broken;
      if (steps > 20000) return "it does not come to an end";
    }
    totals.add(engine.metrics());
    totals.cancelled += static_cast<int>(m_cancelled.size());
    return judge();
  }

 private:
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(m_random); }
  bool chance(double probability) { return std::bernoulli_distribution(probability)(m_random); }

  Request randomRequest() {
    Request request;
    if (chance(0.4) && !m_requests.empty()) request.prompt = m_requests.begin()->second.prompt;
    const int promptTokens = request.prompt.empty() || chance(0.5) ? between(1, 60) : 0;
    for (int i = 0; i < promptTokens; ++i) request.prompt.push_back(between(0, 36));
    request.maxNewTokens = between(1, 150);
    request.endTokens = {between(0, 36), between(0, 36)};
    request.ignoreEnd = chance(0.5);
    request.sampling.seed = static_cast<std::uint64_t>(between(0, 3));
    request.sampling.temperature = 1.0F;
    request.policy = std::array{MemoryPolicy::Full, MemoryPolicy::Budget,
                                MemoryPolicy::Grow}[static_cast<std::size_t>(between(0, 2))];
    request.compression = *compressionPreset(chance(0.7) ? "zipage-plus" : "zipage");
    request.compression.budgetTokens = m_options.pageTokens * between(1, 3);
    request.compression.periodTokens = m_options.pageTokens * between(1, 2);
    return request;
  }

  void submit(Engine& engine) {
    const Request request = randomRequest();
    const auto ids = engine.submitSamples(request, chance(0.2) ? between(2, 3) : 1);
    if (!ids) return;  // larger than the whole pool
    for (std::size_t sample = 0; sample < ids->size(); ++sample) {
      Request own = request;
      own.sampling.seed += sample;
      m_requests[(*ids)[sample]] = own;
    }
  }

  void cancelOne(Engine& engine) {
    const auto one = std::next(m_requests.begin(), between(0, static_cast<int>(m_requests.size()) - 1));
    engine.cancel(one->first);
    m_cancelled.insert(one->first);
  }

  Reply servedAlone(const Request& request) {
    PoolOptions options = m_options;
    // What grows, grows as far as its pool allows.
    if (request.policy != MemoryPolicy::Grow) options.poolTokens = 4096;
    options.maxSequences = options.maxQuerySlots = 1;
    auto parts = createTransformerRunner(m_device, *m_model, options);
    if (!parts) return {};
    parts->limits.runsAhead = false;
    const FakeClock clock;
    Engine engine(parts->limits, *parts->runner, clock);
    std::map<RequestId, Reply> replies;
    const auto id = engine.submit(request);
    if (!id) return {};
    while (engine.hasWork()) {
      for (const EngineEvent& event : engine.step()) take(event, replies);
    }
    return replies[*id];
  }

  std::string judge() {
    for (const auto& [id, request] : m_requests) {
      const std::string who = "request " + std::to_string(id.value) + " ";
      const Reply& reply = m_replies[id];
      if (!reply.finished) return who + "never ended";
      const Reply alone = servedAlone(request);
      if (!alone.finished) return who + "cannot be served even alone";
      const FinishReason reason = reply.finished->reason;
      const bool cutShort = (reason == FinishReason::Cancelled && m_cancelled.count(id) > 0) ||
                            (reason == FinishReason::PoolExhausted && request.policy == MemoryPolicy::Full);
      if (!cutShort && reason != FinishReason::Length && reason != FinishReason::EndToken)
        return who + "ends with " + reply.finished->error.message;
      if (reply.tokens.size() > alone.tokens.size() ||
          (!cutShort && reply.tokens.size() != alone.tokens.size()))
        return who + "says more or less than alone";
      const auto differs = std::mismatch(reply.tokens.begin(), reply.tokens.end(), alone.tokens.begin());
      if (differs.first != reply.tokens.end())
        return who + "says something else than alone from token " +
               std::to_string(differs.first - reply.tokens.begin()) + " on";
    }
    return {};
  }

  Device& m_device;
  std::mt19937 m_random;
  std::string m_file;
  std::unique_ptr<ModelBundle> m_model;
  PoolOptions m_options;
  bool m_besides = false;
  bool m_runsAhead = false;
  std::map<RequestId, Request> m_requests;
  std::map<RequestId, Reply> m_replies;
  std::set<RequestId> m_cancelled;
};

int numberIn(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : otherwise;
}

}  // namespace

class TestDeviceFuzz : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyRequestSaysWhatItSaysAlone() {
    const auto device = openTestDevice(2);
    const auto first = static_cast<std::uint32_t>(numberIn("ZIPAGE_FUZZ_SEED", 1));
    const int count = numberIn("ZIPAGE_FUZZ_COUNT", 40);
    Totals totals;
    for (std::uint32_t seed = first; seed < first + static_cast<std::uint32_t>(count); ++seed) {
      const std::string wrong = DeviceGame(*device, seed).play(totals);
      QVERIFY2(wrong.empty(), qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(wrong.c_str())));
    }
    std::printf(
        "%d games from seed %u on: %lld preemptions, %lld swaps, %lld compressions, %lld cached tokens\n",
        count, first, static_cast<long long>(totals.preemptions), static_cast<long long>(totals.swaps),
        static_cast<long long>(totals.compressions), static_cast<long long>(totals.cachedTokens));
    QVERIFY2(count < 40 || totals.sawEverything(), "a fuzz that never gets into trouble tests nothing");
  }
};

QTEST_GUILESS_MAIN(TestDeviceFuzz)
#include "tst_device_fuzz.moc"
