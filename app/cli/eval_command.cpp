// eval: how many problems of a set a model answers right, and in how much memory.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/eval_run.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/cli/terminal.h"

namespace zipage {

namespace {

constexpr int kMostInFlight = 4096;

struct EvalOptions {
  ModelOptions model;
  ReplyOptions reply;
  std::string set;
  std::uint64_t seed = 0;
  int samples = 1;
  int concurrency = 16;
  int limit = 0;
  bool json = false;
};

nlohmann::ordered_json scoreObject(const Score& score) {
  const Interval interval = wilsonInterval(score.correct, score.count);
  return {
      {"accuracy", score.accuracy()}, {"count", score.count}, {"low", interval.low}, {"high", interval.high}};
}

void printJson(const EvalResult& result, const EvalJob& job, const EngineLimits& limits) {
  nlohmann::ordered_json object = scoreObject(result.total);
  object["correct"] = result.total.correct;
  for (const auto& [name, score] : result.families) object["families"][name] = scoreObject(score);
  object["mean_length"] = result.meanLength();
  object["unfinished"] = result.unfinished;
  object["peak_pages"] = result.metrics.peakPages;
  object["pages_total"] = result.metrics.pagesTotal;
  object["page_tokens"] = limits.pageTokens;
  object["compressions"] = result.metrics.compressions;
  object["preemptions"] = result.metrics.preemptions;
  object["recomputed_tokens"] = result.metrics.recomputedTokens;
  object["steps"] = result.metrics.steps;
  object["cached_tokens"] = result.metrics.cachedTokens;
  object["seconds"] = result.seconds;
  object["tokens_per_second"] = result.tokensPerSecond();
  object["policy"] = nameOf(job.settings.policy);
  object["preset"] = job.settings.preset;
  if (job.settings.budgetTokens) object["budget"] = *job.settings.budgetTokens;
  if (job.settings.periodTokens) object["period"] = *job.settings.periodTokens;
  std::printf("%s\n", object.dump().c_str());
}

void printScore(const std::string& name, const Score& score) {
  const Interval interval = wilsonInterval(score.correct, score.count);
  std::printf("%-16s %5d of %5d  %6.1f %%  (%.1f to %.1f)\n", name.c_str(), score.correct, score.count,
              100.0 * score.accuracy(), 100.0 * interval.low, 100.0 * interval.high);
}

void printTable(const EvalResult& result, const EngineLimits& limits) {
  for (const auto& [name, score] : result.families) printScore(name, score);
  printScore("all", result.total);
  std::printf("mean length %.0f tokens, %d replies unfinished; at most %s of %s pages of %d tokens\n",
              result.meanLength(), result.unfinished, grouped(result.metrics.peakPages).c_str(),
              grouped(result.metrics.pagesTotal).c_str(), limits.pageTokens);
  std::printf("%s steps, %s compressions, %s preemptions, %s tokens recomputed; %.1f s, %.1f tokens/s\n",
              grouped(static_cast<std::int64_t>(result.metrics.steps)).c_str(),
              grouped(result.metrics.compressions).c_str(), grouped(result.metrics.preemptions).c_str(),
              grouped(result.metrics.recomputedTokens).c_str(), result.seconds, result.tokensPerSecond());
}

Result<EvalJob> makeJob(const EvalOptions& options) {
  EvalJob job;
  auto settings = settingsFrom(options.reply);
  if (!settings) return tl::unexpected(settings.error());
  job.settings = *settings;
  job.settings.seed = options.seed;
  if (options.samples < 1) return failure(ErrorCode::InvalidArgument, "--samples must be at least 1");
  if (options.limit < 0) return failure(ErrorCode::InvalidArgument, "--limit must not be negative");
  if (options.concurrency < 1 || options.concurrency > kMostInFlight) {
    return failure(ErrorCode::InvalidArgument,
                   "--concurrency must be between 1 and " + std::to_string(kMostInFlight));
  }
  job.samples = options.samples;
  job.concurrency = options.concurrency;
  auto problems = readProblems(options.set, options.limit);
  if (!problems) return tl::unexpected(problems.error());
  job.problems = std::move(*problems);
  return job;
}

/// Progress on a terminal, in place.
class Progress {
 public:
  explicit Progress(const EvalJob& job)
      : m_replies(job.problems.size() * static_cast<std::size_t>(job.samples)),
        m_isShown(isatty(STDERR_FILENO)) {}
  ~Progress() {
    if (m_isShown) std::fputs("\r\033[K", stderr);
  }

  void show(const EvalResult& soFar) {
    if (!m_isShown || soFar.total.count == m_lastCount) return;
    m_lastCount = soFar.total.count;
    std::fprintf(stderr, "\r\033[K%d of %zu answered, %d right · %s", soFar.total.count, m_replies,
                 soFar.total.correct, statusLine(soFar.metrics).c_str());
  }

 private:
  std::size_t m_replies;
  bool m_isShown;
  int m_lastCount = -1;
};

/// Runs the job until it is done or interrupted.
Result<EvalResult> runWatched(ModelSession& session, const EvalJob& job) {
  const InterruptGuard interrupt;
  Progress progress(job);
  return runEval(session, job, [&](const EvalResult& soFar) {
    progress.show(soFar);
    return !interrupt.wasInterrupted();
  });
}

int evaluate(const EvalOptions& options) {
  const auto job = makeJob(options);
  if (!job) return complain(job.error());
  const auto session = openSession(options.model, options.concurrency);
  if (!session) return complain(session.error());

  const auto result = runWatched(**session, *job);
  if (!result) return complain(result.error());
  if (options.json) {
    printJson(*result, *job, (*session)->limits());
  } else {
    printTable(*result, (*session)->limits());
  }
  return result->interrupted ? kInterrupted : kSucceeded;
}

}  // namespace

void addEvalCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* command = program.add_subcommand("eval", "Answer a set of problems and count the right ones");
  command->add_option("--set", options->set, "JSON lines with family, level, prompt and answer")->required();
  addModelOptions(*command, options->model);
  addReplyOptions(*command, options->reply);
  command->add_option("--seed", options->seed, "The first seed; each reply has its own")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--samples", options->samples, "Replies to each problem")->capture_default_str();
  command->add_option("--concurrency", options->concurrency, "Replies in progress at a time")
      ->capture_default_str();
  command->add_option("--limit", options->limit, "Only the first problems; 0: all");
  command->add_flag("--json", options->json, "One JSON object instead of a table");
  command->callback([options, &action] { action = [options] { return evaluate(*options); }; });
}

}  // namespace zipage
