// bench restore: the time to the first token of a long chat after a restart, from what lies on the disk,
// beside reading all of it again; and which of the two the engine takes once it knows how long they take
// here.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "app/cli/bench/bench_commands.h"
#include "app/cli/bench/bench_report.h"
#include "app/cli/model_options.h"
#include "app/common/prefix_model.h"
#include "engine/runtime/engine.h"
#include "engine/store/prefix_store.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

struct RestoreOptions {
  ModelOptions model;
  int tokens = 10000;
  int questionTokens = 64;
  std::string folder;  // empty: a temporary one
  bool compresses = false;
  bool json = false;
};

/// A folder that is gone afterwards.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& parent)
      : m_path((parent.empty() ? fs::temp_directory_path() : fs::path(parent)) /
               ("zipage-bench-restore-" + std::to_string(::getpid()))) {}
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
  }
  const fs::path& path() const { return m_path; }

  /// So that the disk is read, not the system's memory.
  void dropFromCache() const {
    ::sync();
    for (const auto& entry : fs::recursive_directory_iterator(m_path)) {
      const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
      if (file < 0) continue;
      ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
      ::close(file);
    }
  }

 private:
  fs::path m_path;
};

std::vector<TokenId> randomText(int numTokens, int vocabularySize, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<TokenId> token(0, vocabularySize - 1);
  std::vector<TokenId> text;
  for (int i = 0; i < numTokens; ++i) text.push_back(token(random));
  return text;
}

/// A program that has just been started, with a model that says one token a question.
class Start {
 public:
  static Result<Start> open(const RestoreOptions& options, const fs::path& folder) {
    ModelOptions model = options.model;
    model.poolTokens =
        std::max<std::int64_t>(model.poolTokens, 3 * (options.tokens + options.questionTokens) + 512);
    auto session = openSession(model, 1);
    if (!session) return tl::unexpected(session.error());
    PrefixStoreOptions chosen;
    chosen.folder = folder;
    chosen.budgetBytes = std::int64_t{1} << 40;
    chosen.burstBytes = std::int64_t{1} << 40;
    chosen.compresses = options.compresses;
    Start start;
    start.m_session = std::move(*session);
    start.m_prefixes = std::make_unique<PrefixStore>(chosen);
    start.m_prefixes->flush();  // is open
    start.m_storage = start.m_prefixes->storageFor(prefixModelOf(*start.m_session));
    start.m_engine = std::make_unique<Engine>(start.m_session->limits(), start.m_session->runner(),
                                              *start.m_clock, start.m_storage.get());
    return start;
  }

  ModelSession& session() { return *m_session; }
  PrefixReport report() {
    PrefixReport told;
    m_prefixes->report([&](const PrefixReport& report) { told = report; });
    m_prefixes->flush();
    return told;
  }

  /// Also waits until all that the turn leaves is on the disk, which does not count.
  Result<RequestFinished> ask(std::vector<TokenId> prompt) {
    Request request;
    request.prompt = std::move(prompt);
    request.maxNewTokens = 1;
    request.ignoreEnd = true;
    request.policy = MemoryPolicy::Full;
    if (auto taken = m_engine->submit(std::move(request)); !taken) return tl::unexpected(taken.error());
    RequestFinished finished;
    while (m_engine->hasWork()) {
      for (const EngineEvent& event : m_engine->step()) {
        if (const auto* ended = std::get_if<RequestFinished>(&event)) finished = *ended;
      }
    }
    m_prefixes->flush();
    if (finished.reason == FinishReason::Failed || finished.reason == FinishReason::PoolExhausted)
      return tl::unexpected(finished.error);
    return finished;
  }

 private:
  std::unique_ptr<ModelSession> m_session;
  std::unique_ptr<PrefixStore> m_prefixes;
  std::unique_ptr<SteadyClock> m_clock = std::make_unique<SteadyClock>();
  std::unique_ptr<PrefixStorage> m_storage;
  std::unique_ptr<Engine> m_engine;
};

double milliseconds(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

class RestoreBench {
 public:
  explicit RestoreBench(const RestoreOptions& options) : m_options(options), m_scratch(options.folder) {}

  Result<void> run() {
    auto first = Start::open(m_options, m_scratch.path());
    if (!first) return tl::unexpected(first.error());
    const auto limits = measureDevice(first->session().device(), m_options.model.threads);
    if (!limits) return tl::unexpected(limits.error());
    m_report = std::make_unique<BenchReport>(benchFacts(first->session(), *limits), m_options.json);
    printFacts(*m_report, first->session().device(), *limits, describeModel(first->session().model()));
    const int vocabulary = first->session().model().config.vocabularySize;
    const auto textOf = [&](unsigned seed) {
      return randomText(m_options.tokens + m_options.questionTokens, vocabulary, seed);
    };
    const std::vector<TokenId> whole = textOf(1), other = textOf(2);
    const auto chatOf = [&](const std::vector<TokenId>& text) {
      return std::vector<TokenId>(text.begin(), text.begin() + m_options.tokens);
    };
    m_report->print(formatted("%-34s %14s %12s %14s %12s", "case", "first token, ms", "from disk",
                              "reading, ms", "computed"));
    if (auto read = first->ask(chatOf(other)); !read) return tl::unexpected(read.error());
    const auto read = first->ask(chatOf(whole));
    if (!read) return tl::unexpected(read.error());
    report("the chat, read", *read);
    const PrefixReport kept = first->report();
    m_report->print(formatted("%-34s %.1f MB in %lld files", "what two of them leave on the disk",
                              static_cast<double>(kept.bytes) / 1e6, static_cast<long long>(kept.written)));
    first = Result<Start>(tl::unexpected(Error{}));
    for (const bool isCold : {true, false}) {
      if (auto again = restart(whole, isCold); !again) return again;
    }
    return choose(other, textOf(3), whole);
  }

 private:
  /// A new question after a restart.
  Result<void> restart(const std::vector<TokenId>& whole, bool isCold) {
    if (isCold) m_scratch.dropFromCache();
    auto start = Start::open(m_options, m_scratch.path());
    if (!start) return tl::unexpected(start.error());
    const auto answered = start->ask(whole);
    if (!answered) return tl::unexpected(answered.error());
    report(isCold ? "after a restart, from the disk" : "after another, files in memory", *answered);
    return {};
  }

  /// What the engine makes of a stored chat once it has read one and computed one.
  Result<void> choose(const std::vector<TokenId>& stored, const std::vector<TokenId>& fresh,
                      const std::vector<TokenId>& asked) {
    m_scratch.dropFromCache();
    auto start = Start::open(m_options, m_scratch.path());
    if (!start) return tl::unexpected(start.error());
    for (const auto* text : {&stored, &fresh}) {
      if (auto answered = start->ask(*text); !answered) return tl::unexpected(answered.error());
    }
    const auto answered = start->ask(asked);
    if (!answered) return tl::unexpected(answered.error());
    report("as the engine takes it by then", *answered);
    return {};
  }

  void report(const char* name, const RequestFinished& finished) const {
    m_report->print(formatted("%-34s %14.1f %12d %14.1f %12d", name, milliseconds(finished.timeToFirstToken),
                              finished.storedTokens, milliseconds(finished.storageTime),
                              finished.computedTokens));
    m_report->add({{"case", name},
                   {"prompt_tokens", finished.promptTokens},
                   {"first_token_ms", milliseconds(finished.timeToFirstToken)},
                   {"stored_tokens", finished.storedTokens},
                   {"storage_ms", milliseconds(finished.storageTime)},
                   {"computed_tokens", finished.computedTokens}});
  }

  const RestoreOptions& m_options;
  ScratchFolder m_scratch;
  std::unique_ptr<BenchReport> m_report;
};

int restore(const RestoreOptions& options) {
  const auto done = RestoreBench(options).run();
  return done ? kSucceeded : complain(done.error(), kFailed);
}

}  // namespace

void addBenchRestoreCommand(CLI::App& bench, Action& action) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = bench.add_subcommand("restore", "The first token of a long chat after a restart");
  addModelOptions(*command, options->model);
  command->add_option("--tokens", options->tokens, "Length of the chat")
      ->check(CLI::Range(64, 1 << 20))
      ->capture_default_str();
  command->add_option("--folder", options->folder,
                      "On the disk that is asked about; a temporary one by default");
  command->add_flag("--zstd", options->compresses, "Compress what is kept");
  command->add_flag("--json", options->json, "JSON lines on standard output, the table on standard error");
  command->callback([options, &action] { action = [options] { return restore(*options); }; });
}

}  // namespace zipage
