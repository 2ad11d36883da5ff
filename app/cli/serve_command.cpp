// serve: the engine for other programs, over HTTP.
#include <cstdio>
#include <map>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/common/app_paths.h"
#include "app/common/prefix_model.h"
#include "app/server/access_check.h"
#include "app/server/api_server.h"
#include "engine/store/prefix_store.h"

namespace zipage {

namespace {

constexpr Duration kStepTime = std::chrono::milliseconds(100);  // of a step that reads a prompt
constexpr Duration kSnapshotInterval = std::chrono::milliseconds(250);

struct ServeOptions {
  std::vector<std::string> models = {"demo"};
  ModelOptions model;  // of each
  ReplyOptions reply;  // where a request is silent
  ServerOptions server;
  std::string keyFile;
  double maxBodyMib = 16.0;
  double replyMinutes = 60.0;
  int maxSequences = 32;
  bool forgets = false;
};

/// A model with its engine, served. Members go from the last to the first: the engine ends before its
/// session.
class ServingModel {
 public:
  static Result<std::unique_ptr<ServingModel>> open(const ServeOptions& options, const std::string& model,
                                                    PrefixStore* prefixes) {
    ModelOptions opening = options.model;
    opening.model = model;
    auto session = openSession(opening, options.maxSequences);
    if (!session) return tl::unexpected(session.error());
    return std::unique_ptr<ServingModel>(new ServingModel(std::move(*session), prefixes));
  }

  ~ServingModel() { m_served->detach("the server is closing"); }

  const std::shared_ptr<ServedEngine>& served() const { return m_served; }

 private:
  ServingModel(std::unique_ptr<ModelSession> session, PrefixStore* prefixes)
      : m_session(std::move(session)),
        m_served(std::make_shared<ServedEngine>(servedName(m_session->model().path))) {
    EngineThread::Parts parts;
    parts.runner = m_session->takeRunner();
    parts.clock = std::make_unique<SteadyClock>();
    parts.limits = m_session->limits();
    parts.limits.stepTime = kStepTime;
    if (prefixes != nullptr) parts.storage = prefixes->storageFor(prefixModelOf(*m_session));
    m_engine = std::make_unique<EngineThread>(std::move(parts), m_served->sink());
    m_engine->setSnapshotInterval(kSnapshotInterval);
    m_served->attach(*m_engine, {m_session, &m_session->model()}, m_session->limits());
  }

  std::shared_ptr<ModelSession> m_session;
  std::shared_ptr<ServedEngine> m_served;
  std::unique_ptr<EngineThread> m_engine;
};

Result<ServerOptions> serverOptionsFrom(const ServeOptions& options) {
  ServerOptions server = options.server;
  const auto settings = settingsFrom(options.reply);
  if (!settings) return tl::unexpected(settings.error());
  server.defaults = *settings;
  server.generation.maxNewTokens = settings->maxNewTokens;
  server.maxBodyBytes = static_cast<std::size_t>(options.maxBodyMib * 1024.0 * 1024.0);
  server.longestReply = std::chrono::milliseconds(static_cast<std::int64_t>(options.replyMinutes * 60'000.0));
  if (options.keyFile.empty()) return server;
  auto keys = readKeys(options.keyFile);
  if (!keys) return tl::unexpected(keys.error());
  server.keys = std::move(*keys);
  return server;
}

/// Two models of one name could not be told apart.
void nameApart(const std::vector<std::unique_ptr<ServingModel>>& models) {
  std::map<std::string, int> used;
  for (const auto& model : models) {
    const std::string id = model->served()->id();
    if (const int count = ++used[id]; count > 1) model->served()->rename(id + ":" + std::to_string(count));
  }
}

int serve(const ServeOptions& options) {
  auto server = serverOptionsFrom(options);
  if (!server) return complain(server.error());
  std::unique_ptr<PrefixStore> prefixes;
  if (!options.forgets) {
    PrefixStoreOptions stored;
    stored.folder = appPaths().prefixFolder();
    prefixes = std::make_unique<PrefixStore>(stored);
  }
  std::vector<std::unique_ptr<ServingModel>> models;
  std::vector<std::shared_ptr<ServedEngine>> served;
  for (const std::string& name : options.models) {
    auto model = ServingModel::open(options, name, prefixes.get());
    if (!model) return complain(model.error());
    served.push_back((*model)->served());
    models.push_back(std::move(*model));
  }
  nameApart(models);

  const InterruptGuard interrupt;
  ApiServer api(std::move(*server), ServedModels(served));
  if (auto started = api.start(); !started) return complain(started.error());
  for (const auto& engine : served) std::fprintf(stderr, "zipage-cli: serving %s\n", engine->id().c_str());
  std::printf("%s\n", api.address().c_str());
  std::fflush(stdout);
  interrupt.wait();
  api.stop();
  return kSucceeded;
}

void addLimitOptions(CLI::App& command, ServeOptions& options) {
  ServerOptions& server = options.server;
  command.add_option("--max-sequences", options.maxSequences, "Replies that are generated at a time")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      .add_option("--max-requests", server.maxOpenRequests,
                  "Replies, running and waiting; more get status 429")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command.add_option("--max-connections", server.maxConnections, "More get status 503")
      ->check(CLI::Range(1, 1 << 16))
      ->capture_default_str();
  command.add_option("--max-body", options.maxBodyMib, "MiB of a request; more gets status 413")
      ->check(CLI::Range(0.001, 1024.0))
      ->capture_default_str();
  command.add_option("--reply-minutes", options.replyMinutes, "After so long a reply ends as it is")
      ->check(CLI::Range(0.01, 1e6))
      ->capture_default_str();
}

}  // namespace

void addServeCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<ServeOptions>();
  options->reply.settings.maxNewTokens = GenerationLimits{}.maxNewTokens;
  ServerOptions& server = options->server;
  CLI::App* command =
      program.add_subcommand("serve", "Serve the engine to other programs, in the OpenAI API's form");
  command->add_option("--host", server.host, "Where to listen; beyond this machine a key is needed")
      ->capture_default_str();
  command->add_option("--port", server.port, "0: any that is free; standard output says which")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--api-key-file", options->keyFile,
                      "A key on each line; only you may be able to read the file");
  command->add_option("--allow-host", server.hosts, "A name this machine is called by, beside its own");
  command->add_option("--allow-origin", server.origins,
                      "A web page that may call, such as https://chat.example");
  command
      ->add_option("--model", options->models,
                   "A .gguf file, or \"demo\" for the built-in model; again for each further one")
      ->capture_default_str();
  addPoolOptions(*command, options->model);
  addReplyOptions(*command, options->reply);
  addLimitOptions(*command, *options);
  command->add_flag("--no-prefixes", options->forgets, "Keep nothing on disk of the prompts that were read");
  command->callback([options, &action] { action = [options] { return serve(*options); }; });
}

}  // namespace zipage
