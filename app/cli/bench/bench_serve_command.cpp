// bench serve: the memory policies under one load of requests, one after the other in one run.
#include <algorithm>
#include <thread>

#include "app/cli/bench/bench_commands.h"
#include "app/cli/bench/bench_report.h"
#include "app/cli/bench/endpoint_bench.h"
#include "app/cli/bench/serve_report.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/server/access_check.h"

namespace zipage {

namespace {

constexpr int kMostConcurrent = 1024;
constexpr double kBillion = 1e9;

struct ServeOptions {
  ModelOptions model;
  ServeLoadOptions load;
  RequestSettings settings;
  std::vector<std::string> policies = {"full", "budget", "auto"};
  double poolGigabytes = 0.0;
  int maxSequences = 256;
  int batchTokens = 0;
  double watermark = EngineLimits{}.watermark;
  double maxSeconds = 0.0;
  double warmUpSeconds = 0.0;
  bool asyncCompression = false;
  bool waits = false;
  bool json = false;
  EndpointOptions endpoint;  // an address: that is measured instead
  std::string keyFile;
};

Duration toDuration(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Result<void> checkServeOptions(const ServeOptions& options) {
  const auto invalid = [](const std::string& what) { return failure(ErrorCode::InvalidArgument, what); };
  const ServeLoadOptions& load = options.load;
  if (load.requests < 1) return invalid("--requests must be at least 1");
  if (load.meanPrompt < 1) return invalid("--mean-prompt must be at least 1");
  if (!(load.meanOutput >= 1.0)) return invalid("--mean-output must be at least 1");
  if (load.maxOutput < 1) return invalid("--max-output must be at least 1");
  if (!(load.sigma >= 0.0 && load.sigma <= 5.0)) return invalid("--sigma must lie between 0 and 5");
  if (!(load.rate >= 0.0)) return invalid("--rate must not be negative");
  if (!(options.watermark >= 0.0 && options.watermark < 1.0))
    return invalid("--watermark is a share of the pool, from 0 to below 1");
  if (!(options.poolGigabytes >= 0.0)) return invalid("--pool-gb must not be negative");
  if (!(options.maxSeconds >= 0.0)) return invalid("--max-seconds must not be negative");
  if (!(options.warmUpSeconds >= 0.0) ||
      (options.maxSeconds > 0.0 && options.warmUpSeconds >= options.maxSeconds))
    return invalid("--warm-up must end before --max-seconds");
  for (const std::string& policy : options.policies) {
    if (auto known = policyFromName(policy); !known) return tl::unexpected(known.error());
  }
  return {};
}

std::string shapeOf(const ServeLoadOptions& load, const ServeLoadFigures& figures) {
  const std::string arrivals =
      load.rate > 0.0 ? formatted("%.3g a second (Poisson)", load.rate) : std::string("all at once");
  return formatted(
      "%d requests, %s; prompts of %.0f tokens in the mean; replies log-normal, mean %.0f, sigma %.2f, at "
      "most %d, "
      "seed %llu: drawn mean %.0f, longest %d, %d cut",
      load.requests, arrivals.c_str(), figures.meanPrompt, load.meanOutput, load.sigma, load.maxOutput,
      static_cast<unsigned long long>(load.seed), figures.meanOutput, figures.longestOutput, figures.numCut);
}

/// The preset with the budget and period that were asked for.
Result<CompressionSettings> compressionOf(const RequestSettings& settings) {
  auto compression = compressionPreset(settings.preset);
  if (!compression) return compression;
  compression->budgetTokens = settings.budgetTokens.value_or(compression->budgetTokens);
  compression->periodTokens = settings.periodTokens.value_or(compression->periodTokens);
  return compression;
}

/// Token ids that mean nothing in particular, other ones for each request.
std::vector<TokenId> promptOf(const ServeRequest& request, int vocabularySize) {
  std::vector<TokenId> prompt;
  for (int i = 0; i < request.promptTokens; ++i) {
    const std::uint64_t number = request.seed + static_cast<std::uint64_t>(i) * 7919;
    prompt.push_back(static_cast<TokenId>(number % static_cast<std::uint64_t>(vocabularySize)));
  }
  return prompt;
}

class ServeBench {
 public:
  ServeBench(const ServeOptions& options, ModelSession& session, const DeviceLimits& limits,
             const CompressionSettings& compression)
      : m_options(options),
        m_session(session),
        m_load(makeServeLoad(options.load)),
        m_cost(costOf(session.model(), session.kvType())),
        m_lines(benchFacts(session, limits), options.json),
        m_setting(settingFor(limits, compression)),
        m_report(m_lines, m_setting) {
    printFacts(m_lines, session.device(), limits, describeModel(session.model()));
    m_report.printSetting();
  }

  int run() {
    for (const std::string& policy : m_options.policies) {
      const auto result = measure(policy);
      if (!result) return complain(policy + ": " + result.error().message, kFailed);
      m_report.add(policy, *result);
      if (m_interrupt.wasInterrupted()) return kInterrupted;
    }
    m_report.printComparison();
    return kSucceeded;
  }

 private:
  ServeSetting settingFor(const DeviceLimits& limits, const CompressionSettings& compression) const {
    ServeSetting setting;
    setting.shape = shapeOf(m_options.load, figuresOf(m_load, m_options.load.maxOutput));
    setting.preset = m_options.settings.preset;
    setting.budgetTokens = compression.budgetTokens;
    setting.periodTokens = compression.periodTokens;
    setting.asyncCompression = m_options.asyncCompression;
    setting.requests = m_options.load.requests;
    setting.maxSeconds = m_options.maxSeconds;
    setting.warmUpSeconds =
        m_options.warmUpSeconds > 0.0 ? m_options.warmUpSeconds : m_options.maxSeconds / 2.0;
    setting.limits = m_session.limits();
    setting.limits.sharesPrefixes = false;  // what is measured is thinking, not finding
    setting.limits.contextLength = 0;  // what is measured is the machine, not what the model was made for
    setting.limits.watermark = m_options.watermark;
    setting.limits.compressesBeside = m_options.asyncCompression;
    setting.limits.runsAhead = setting.limits.runsAhead && !m_options.waits;
    setting.copyBytesPerSecond = limits.copyBytesPerSecond;
    return setting;
  }

  Result<std::vector<Request>> requestsUnder(MemoryPolicy policy) const {
    const ModelBundle& model = m_session.model();
    std::vector<Request> requests;
    for (const ServeRequest& each : m_load) {
      RequestSettings settings = m_options.settings;
      settings.policy = policy;
      settings.maxNewTokens = each.outputTokens;
      settings.ignoreEnd = true;
      settings.seed = each.seed;
      auto request =
          makeRequest(settings, model, m_setting.limits, promptOf(each, model.config.vocabularySize));
      if (!request) return tl::unexpected(request.error());
      requests.push_back(std::move(*request));
    }
    return requests;
  }

  Result<ServeResult> measure(const std::string& policyName) {
    const auto policy = policyFromName(policyName);
    if (!policy) return tl::unexpected(policy.error());
    const auto requests = requestsUnder(*policy);
    if (!requests) return tl::unexpected(requests.error());
    StepWatch watch(m_session.runner(), m_cost);
    ServeTimes times;
    times.limit = toDuration(m_setting.maxSeconds);
    times.warmUp = toDuration(m_setting.warmUpSeconds);
    times.clock = &m_clock;
    times.sleepUntil = [this](Duration until) { std::this_thread::sleep_for(until - m_clock.now()); };
    times.isInterrupted = [this] { return m_interrupt.wasInterrupted(); };
    return runServe(m_setting.limits, watch, m_load, *requests, times);
  }

  const ServeOptions& m_options;
  ModelSession& m_session;
  std::vector<ServeRequest> m_load;
  ModelCost m_cost;
  BenchReport m_lines;
  ServeSetting m_setting;
  ServeReport m_report;
  SteadyClock m_clock;
  InterruptGuard m_interrupt;
};

/// `namesPolicies`: by whoever asks; an endpoint that is none of ours knows none.
int serveUrl(const ServeOptions& options, bool namesPolicies) {
  EndpointBench bench{options.endpoint, options.load, {}, {}, options.json};
  if (namesPolicies) bench.policies = options.policies;
  bench.shape = shapeOf(options.load, figuresOf(makeServeLoad(options.load), options.load.maxOutput));
  bench.endpoint.budgetTokens = options.settings.budgetTokens;
  bench.endpoint.periodTokens = options.settings.periodTokens;
  bench.endpoint.limit = toDuration(options.maxSeconds);
  if (!options.keyFile.empty()) {
    const auto keys = readKeys(options.keyFile);
    if (!keys) return complain(keys.error());
    bench.endpoint.key = keys->front();
  }
  return benchEndpoint(std::move(bench));
}

int serve(const ServeOptions& options, bool namesPolicies) {
  if (auto checked = checkServeOptions(options); !checked) return complain(checked.error());
  if (!options.endpoint.url.empty()) return serveUrl(options, namesPolicies);
  const auto compression = compressionOf(options.settings);
  if (!compression) return complain(compression.error());
  auto session = sessionOptionsFrom(options.model, options.maxSequences);
  if (!session) return complain(session.error());
  session->pageBytes = static_cast<std::int64_t>(options.poolGigabytes * kBillion);
  session->pool.maxBatchTokens = options.batchTokens;
  // No sequence is longer than the longest request, or than a budget and its period.
  const int longest = figuresOf(makeServeLoad(options.load), options.load.maxOutput).longest;
  session->pool.maxCompressedEntries = std::max(longest, compression->capacityTokens());

  const auto opened = ModelSession::open(*session);
  if (!opened) return complain(opened.error());
  const auto limits = measureDevice((*opened)->device(), options.model.threads);
  if (!limits) return complain(limits.error(), kFailed);
  return ServeBench(options, **opened, *limits, *compression).run();
}

}  // namespace

void addBenchServeCommand(CLI::App& bench, Action& action) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command = bench.add_subcommand("serve", "Memory policies under one load of requests, in turn");
  addModelOptions(*command, options->model);
  ServeLoadOptions& load = options->load;
  command->add_option("--requests", load.requests, "How many come")->capture_default_str();
  command->add_option("--mean-prompt", load.meanPrompt, "Tokens of a prompt, in the mean")
      ->capture_default_str();
  command
      ->add_option("--mean-output", load.meanOutput,
                   "Tokens of a reply: mean of the log-normal distribution they are drawn from")
      ->capture_default_str();
  command->add_option("--max-output", load.maxOutput, "Longer replies are cut to this")
      ->capture_default_str();
  command->add_option("--sigma", load.sigma, "Deviation of the logarithm of a reply's length")
      ->capture_default_str();
  command->add_option("--rate", load.rate, "Requests a second, at random times; 0: all come at once")
      ->capture_default_str();
  command->add_option("--seed", load.seed, "Of lengths, times and what is drawn")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--policies", options->policies, "In this order: full, budget, auto, grow")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--preset", options->settings.preset, "How entries are chosen")->capture_default_str();
  command->add_option("--budget", options->settings.budgetTokens, "Tokens kept by a compression");
  command->add_option("--period", options->settings.periodTokens, "Tokens between compressions");
  command->add_option("--temperature", options->settings.temperature, "0: always the likeliest token");
  command->add_option("--pool-gb", options->poolGigabytes,
                      "Memory of all pages, 10^9 bytes; in place of --pool-tokens");
  command->add_option("--max-sequences", options->maxSequences, "Sequences a step, and query windows")
      ->check(CLI::Range(1, kMostConcurrent))
      ->capture_default_str();
  command->add_option("--batch-tokens", options->batchTokens, "Tokens a step; 0: as many as suit the device")
      ->check(CLI::Range(0, 1 << 16))
      ->capture_default_str();
  command->add_option("--watermark", options->watermark, "Share of pages kept free when admitting")
      ->capture_default_str();
  command->add_option("--max-seconds", options->maxSeconds,
                      "Cut every policy after this time and compare the steady state; 0: to the end");
  command->add_option("--warm-up", options->warmUpSeconds,
                      "With --max-seconds: when the steady state begins; 0: half of it");
  command->add_flag("--async-compression", options->asyncCompression, "Compressions run beside the steps");
  addWaitsOption(*command, options->waits);
  command->add_flag("--json", options->json, "JSON lines on standard output, the table on standard error");
  command->add_option("--url", options->endpoint.url,
                      "Measure this endpoint of the OpenAI API's form instead, ours or another: http://…/v1");
  command->add_option("--api-key-file", options->keyFile, "With --url: holds the key");
  command->add_option("--remote-model", options->endpoint.model,
                      "With --url: which model; the first by default");
  command->callback([options, command, &action] {
    const bool namesPolicies = command->count("--policies") > 0;
    action = [options, namesPolicies] { return serve(*options, namesPolicies); };
  });
}

}  // namespace zipage
