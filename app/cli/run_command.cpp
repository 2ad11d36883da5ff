// run: one prompt, one reply, streamed.
#include <QUtf8StringView>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/cli/reply_text.h"
#include "app/cli/terminal.h"
#include "app/common/app_paths.h"
#include "app/common/prefix_model.h"
#include "app/templates/prompt_renderer.h"
#include "engine/runtime/engine.h"
#include "engine/store/prefix_store.h"
#include "engine/text/prompt_encoder.h"

namespace zipage {

namespace {

struct RunOptions {
  ModelOptions model;
  ReplyOptions reply;
  std::string prompt;
  std::string system;
  std::optional<std::uint64_t> seed;
  bool noThinking = false;
  bool live = false;
  bool json = false;
  bool forgets = false;  // nothing is taken from the disk or left there
};

struct Prompt {
  std::vector<TokenId> tokens;
  bool startsInsideReasoning = false;
};

Result<void> checkText(const char* what, const std::string& text) {
  if (!QUtf8StringView(text.data(), static_cast<qsizetype>(text.size())).isValidUtf8()) {
    return failure(ErrorCode::InvalidArgument, std::string("the ") + what + " is not valid UTF-8");
  }
  return {};
}

Result<std::string> readPrompt(const RunOptions& options) {
  std::string prompt = options.prompt;
  if (prompt == "-") prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
  if (prompt.find_first_not_of(" \t\r\n") == std::string::npos) {
    return failure(ErrorCode::InvalidArgument, "the prompt is empty");
  }
  if (auto valid = checkText("prompt", prompt); !valid) return tl::unexpected(valid.error());
  if (auto valid = checkText("system text", options.system); !valid) return tl::unexpected(valid.error());
  return prompt;
}

Result<Prompt> makePrompt(const RunOptions& options, const std::string& text, const ModelBundle& model) {
  std::vector<ConversationTurn> turns;
  if (!options.system.empty()) turns.push_back({TurnRole::System, options.system, {}});
  turns.push_back({TurnRole::User, text, {}});
  auto rendered = PromptRenderer::create(model)->render(turns, !options.noThinking);
  if (!rendered) return tl::unexpected(rendered.error());
  for (const std::string& notice : rendered->notices)
    std::fprintf(stderr, "zipage-cli: %s\n", notice.c_str());
  return Prompt{encodePrompt(*model.tokenizer, rendered->segments), rendered->startsInsideReasoning};
}

const char* nameOf(FinishReason reason) {
  switch (reason) {
    case FinishReason::EndToken:
      return "stop";
    case FinishReason::Length:
      return "length";
    case FinishReason::Cancelled:
      return "cancelled";
    case FinishReason::PoolExhausted:
      return "pool_exhausted";
    case FinishReason::Failed:
      break;
  }
  return "failed";
}

double tokensPerSecond(const RequestFinished& finished) {
  const double seconds = std::chrono::duration<double>(finished.decodeTime).count();
  return finished.generatedTokens > 1 && seconds > 0.0 ? (finished.generatedTokens - 1) / seconds : 0.0;
}

/// Drives the engine until the one request is over.
class Run {
 public:
  Run(const RunOptions& options, const ModelSession& session, Engine& engine, bool startsInsideReasoning)
      : m_options(options),
        m_engine(engine),
        m_text(session.model().tokenizer, session.model().reasoningMarks, startsInsideReasoning) {}

  RequestFinished untilFinished(RequestId request) {
    const InterruptGuard interrupt;
    if (m_options.live) m_status.emplace();
    bool cancelled = false;
    while (!m_finished && m_engine.hasWork()) {
      if (interrupt.wasInterrupted() && !cancelled) {
        m_engine.cancel(request);
        cancelled = true;
      }
      for (const EngineEvent& event : m_engine.step()) take(event);
      if (m_status) m_status->update(m_engine.metrics());
    }
    show(m_text.finish());
    if (m_status) m_status->finish(m_engine.metrics());
    if (!m_options.json) m_printer.finish();
    return m_finished.value_or(RequestFinished{});
  }

  const ReplyText& text() const { return m_text; }

 private:
  void take(const EngineEvent& event) {
    if (const auto* generated = std::get_if<TokenGenerated>(&event)) show(m_text.push(generated->token));
    if (const auto* finished = std::get_if<RequestFinished>(&event)) m_finished = *finished;
  }

  void show(const ReasoningPiece& piece) {
    if (!m_options.json) m_printer.print(piece);
  }

  const RunOptions& m_options;
  Engine& m_engine;
  ReplyText m_text;
  ReplyPrinter m_printer;
  std::optional<LiveStatus> m_status;
  std::optional<RequestFinished> m_finished;
};

void printJson(const Run& run, const RequestFinished& finished, const Request& request,
               const EngineLimits& limits) {
  const auto milliseconds = [](Duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  };
  nlohmann::ordered_json object = {{"text", run.text().answer()},
                                   {"reasoning", run.text().reasoning()},
                                   {"tokens", finished.generatedTokens},
                                   {"tokens_per_second", tokensPerSecond(finished)},
                                   {"prompt_tokens", finished.promptTokens},
                                   {"cached_tokens", finished.cachedTokens},
                                   {"stored_tokens", finished.storedTokens},
                                   {"storage_ms", milliseconds(finished.storageTime)},
                                   {"first_token_ms", milliseconds(finished.timeToFirstToken)},
                                   {"peak_pages", finished.peakPages},
                                   {"page_tokens", limits.pageTokens},
                                   {"compressions", finished.compressions},
                                   {"evicted", finished.tokensEvicted},
                                   {"finish_reason", nameOf(finished.reason)},
                                   {"policy", nameOf(request.policy)},
                                   {"seed", request.sampling.seed}};
  if (request.policy != MemoryPolicy::Full) {
    object["budget"] = request.compression.budgetTokens;
    object["period"] = request.compression.periodTokens;
  }
  if (!finished.error.message.empty()) object["error"] = finished.error.message;
  std::printf("%s\n", object.dump().c_str());
}

void printFigures(const RequestFinished& finished, const EngineLimits& limits) {
  std::fprintf(stderr, "%s: %s tokens at %.1f tokens/s after %s of prompt; at most %s pages of %d tokens; ",
               nameOf(finished.reason), grouped(finished.generatedTokens).c_str(), tokensPerSecond(finished),
               grouped(finished.promptTokens).c_str(), grouped(finished.peakPages).c_str(),
               limits.pageTokens);
  std::fprintf(stderr, "%d compressions, %s tokens evicted\n", finished.compressions,
               grouped(finished.tokensEvicted).c_str());
  if (finished.storedTokens > 0)
    std::fprintf(stderr, "%s tokens from disk in %.0f ms, %s computed\n",
                 grouped(finished.storedTokens).c_str(),
                 std::chrono::duration<double, std::milli>(finished.storageTime).count(),
                 grouped(finished.computedTokens).c_str());
}

int exitCodeOf(const RequestFinished& finished) {
  switch (finished.reason) {
    case FinishReason::EndToken:
    case FinishReason::Length:
      return kSucceeded;
    case FinishReason::Cancelled:
      return kInterrupted;
    case FinishReason::PoolExhausted:
    case FinishReason::Failed:
      break;
  }
  return complain(finished.error, kFailed);
}

PrefixStoreOptions prefixOptions() {
  PrefixStoreOptions options;
  options.folder = appPaths().prefixFolder();
  return options;
}

int runPrompt(const RunOptions& options) {
  const auto text = readPrompt(options);
  if (!text) return complain(text.error());
  auto settings = settingsFrom(options.reply);
  if (!settings) return complain(settings.error());
  settings->seed = options.seed ? *options.seed : std::random_device{}();

  // Opens beside the model.
  const auto prefixes = options.forgets ? nullptr : std::make_unique<PrefixStore>(prefixOptions());
  const auto session = openSession(options.model, 1);
  if (!session) return complain(session.error());
  const auto prompt = makePrompt(options, *text, (*session)->model());
  if (!prompt) return complain(prompt.error());
  const auto request = makeRequest(*settings, (*session)->model(), (*session)->limits(), prompt->tokens);
  if (!request) return complain(request.error());

  const SteadyClock clock;
  const auto storage = prefixes == nullptr ? nullptr : prefixes->storageFor(prefixModelOf(**session));
  Engine engine((*session)->limits(), (*session)->runner(), clock, storage.get());
  const auto id = engine.submit(*request);
  if (!id) return complain(id.error());
  Run run(options, **session, engine, prompt->startsInsideReasoning);
  const RequestFinished finished = run.untilFinished(*id);
  while (engine.hasWork()) engine.step();  // stores what the next run may begin with
  if (options.json) {
    printJson(run, finished, *request, engine.limits());
  } else {
    printFigures(finished, engine.limits());
  }
  return exitCodeOf(finished);
}

}  // namespace

void addRunCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = program.add_subcommand("run", "Answer one prompt");
  command->add_option("--prompt", options->prompt, "The question; - reads standard input")->required();
  command->add_option("--system", options->system, "A system text before it");
  addModelOptions(*command, options->model);
  addReplyOptions(*command, options->reply);
  command
      ->add_option("--seed", options->seed,
                   "The same seed gives the same reply; another one each time by default")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--no-thinking", options->noThinking, "Answer without reasoning, where the model can");
  command->add_flag("--live", options->live, "Show pages, tokens and rate while it runs");
  command->add_flag(
      "--no-prefixes", options->forgets,
      "Read the whole prompt: take nothing from the disk of what was read before, keep nothing there");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] { action = [options] { return runPrompt(*options); }; });
}

}  // namespace zipage
