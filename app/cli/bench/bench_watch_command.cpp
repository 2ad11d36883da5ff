// bench watch: what it costs a reply that somebody looks at the memory. Replies alternate between an engine
// that nobody watches and one that keeps the scores of its compressions, counts every step and takes page
// maps as often as the window does.
#include <algorithm>
#include <random>

#include "app/cli/bench/bench_commands.h"
#include "app/cli/bench/bench_report.h"
#include "app/cli/model_options.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/snapshot_pace.h"
#include "engine/trace/memory_history.h"

namespace zipage {

namespace {

constexpr Duration kSnapshotInterval = std::chrono::milliseconds(50);
constexpr int kPromptTokens = 64;

struct WatchOptions {
  ModelOptions model;
  int tokens = 2048;
  int rounds = 5;
  int budget = 512;
  int period = 128;
  bool waits = false;
  bool json = false;
};

/// One reply.
struct WatchedReply {
  double tokensPerSecond = 0.0;
  std::int64_t snapshots = 0;
  std::size_t recordBytes = 0;
  double historySeconds = 0.0;  // on the thread of the window, not the engine's
};

Request requestOf(const WatchOptions& options, int vocabularySize) {
  std::mt19937 random(1);
  std::uniform_int_distribution<TokenId> token(0, vocabularySize - 1);
  Request request;
  for (int i = 0; i < kPromptTokens; ++i) request.prompt.push_back(token(random));
  request.maxNewTokens = options.tokens;
  request.ignoreEnd = true;
  request.policy = MemoryPolicy::Budget;
  request.compression.budgetTokens = options.budget;
  request.compression.periodTokens = options.period;
  return request;
}

class WatchBench {
 public:
  WatchBench(const WatchOptions& options, ModelSession& session) : m_options(options), m_session(session) {}

  Result<WatchedReply> reply(bool isWatched) {
    EngineLimits limits = m_session.limits();
    limits.recordsScores = isWatched;
    limits.runsAhead = limits.runsAhead && !m_options.waits;
    const SteadyClock clock;
    Engine engine(limits, m_session.runner(), clock);
    MemoryHistory history;
    auto id = engine.submit(requestOf(m_options, m_session.model().config.vocabularySize));
    if (!id) return tl::unexpected(id.error());
    history.begin(*id, OwnerId{1}, {});
    WatchedReply result;
    SnapshotPace pace;
    if (isWatched) pace.setInterval(kSnapshotInterval);
    while (engine.hasWork()) {
      const std::span<const EngineEvent> events = engine.step();
      std::shared_ptr<const CacheSnapshot> snapshot;
      const Duration now = clock.now();
      if (pace.isDue(now, events)) {
        snapshot = engine.snapshot();
        ++result.snapshots;
      }
      const MemorySample sample = isWatched ? sampleOf(engine.metrics(), now) : MemorySample{};
      for (const EngineEvent& event : events) {
        const auto* finished = std::get_if<RequestFinished>(&event);
        if (finished == nullptr) continue;
        if (finished->reason != FinishReason::Length) return tl::unexpected(finished->error);
        result.tokensPerSecond = (finished->generatedTokens - 1) / inSeconds(finished->decodeTime - m_aside);
      }
      if (isWatched) remember(history, events, sample, snapshot, clock);
    }
    result.recordBytes = history.recordBytes();
    result.historySeconds = inSeconds(std::exchange(m_aside, Duration::zero()));
    return result;
  }

 private:
  /// The window's thread does this; here its time is taken out of the engine's.
  void remember(MemoryHistory& history, std::span<const EngineEvent> events, const MemorySample& sample,
                const std::shared_ptr<const CacheSnapshot>& snapshot, const Clock& clock) {
    const Duration start = clock.now();
    history.add(sample);
    for (const EngineEvent& event : events) history.add(event, sample.at);
    if (snapshot) history.add(snapshot, sample.at);
    m_aside += clock.now() - start;
  }

  const WatchOptions& m_options;
  ModelSession& m_session;
  Duration m_aside{};
};

double medianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Result<void> run(const WatchOptions& options) {
  auto session = openSession(options.model, 1);
  if (!session) return tl::unexpected(session.error());
  const auto limits = measureDevice((*session)->device(), options.model.threads);
  if (!limits) return tl::unexpected(limits.error());
  const BenchReport report(benchFacts(**session, *limits), options.json);
  printFacts(report, (*session)->device(), *limits, describeModel((*session)->model()));
  WatchBench bench(options, **session);
  if (auto warm = bench.reply(false); !warm) return tl::unexpected(warm.error());
  std::vector<double> plain, watched;
  WatchedReply last;
  for (int round = 0; round < options.rounds; ++round) {
    for (const bool isWatched : {round % 2 == 0, round % 2 != 0}) {
      const auto reply = bench.reply(isWatched);
      if (!reply) return tl::unexpected(reply.error());
      (isWatched ? watched : plain).push_back(reply->tokensPerSecond);
      if (isWatched) last = *reply;
    }
  }
  const double alone = medianOf(plain), seen = medianOf(watched);
  const double cost = 100.0 * (1.0 - seen / alone);
  report.print(formatted("replies of %d tokens, budget %d, period %d; medians of %d each", options.tokens,
                         options.budget, options.period, options.rounds));
  report.print(formatted("nobody watches  %9.1f tokens/s", alone));
  report.print(formatted("watched         %9.1f tokens/s: %.2f %% less (wanted: at most 2 %%)", seen, cost));
  report.print(
      formatted("a reply has %lld page maps and %.1f MB of scores; remembering it takes the window %.1f ms",
                static_cast<long long>(last.snapshots), static_cast<double>(last.recordBytes) / 1e6,
                1e3 * last.historySeconds));
  report.add({{"tokens", options.tokens},
              {"rounds", options.rounds},
              {"tokens_per_second", alone},
              {"tokens_per_second_watched", seen},
              {"cost_percent", cost},
              {"snapshots", last.snapshots},
              {"record_bytes", last.recordBytes},
              {"history_seconds", last.historySeconds}});
  return {};
}

}  // namespace

void addBenchWatchCommand(CLI::App& bench, Action& action) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = bench.add_subcommand("watch", "What watching the memory costs a reply");
  addModelOptions(*command, options->model);
  command->add_option("--tokens", options->tokens, "Length of a reply")
      ->check(CLI::Range(16, 1 << 20))
      ->capture_default_str();
  command->add_option("--rounds", options->rounds, "Replies of each kind")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--budget", options->budget, "Tokens kept by a compression")->capture_default_str();
  command->add_option("--period", options->period, "Tokens between compressions")->capture_default_str();
  addWaitsOption(*command, options->waits);
  command->add_flag("--json", options->json, "JSON lines on standard output, the table on standard error");
  command->callback([options, &action] {
    action = [options] {
      const auto done = run(*options);
      return done ? kSucceeded : complain(done.error(), kFailed);
    };
  });
}

}  // namespace zipage
