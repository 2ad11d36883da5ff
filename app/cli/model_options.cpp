#include "app/cli/model_options.h"

#include <algorithm>
#include <cstdio>

#include "app/common/kv_type.h"
#include "app/common/model_paths.h"

namespace zipage {

namespace {

constexpr int kPageSizes[] = {16, 32, 64, 128, 256};
constexpr int kMostThreads = 1024;

Result<void> checkOptions(const ModelOptions& options) {
  if (std::find(std::begin(kPageSizes), std::end(kPageSizes), options.pageTokens) == std::end(kPageSizes)) {
    return failure(ErrorCode::InvalidArgument,
                   "--page-tokens must be 16, 32, 64, 128 or 256, not " + std::to_string(options.pageTokens));
  }
  if (options.poolTokens < options.pageTokens) {
    return failure(ErrorCode::InvalidArgument, "--pool-tokens must hold at least one page");
  }
  if (options.threads < 0 || options.threads > kMostThreads) {
    return failure(ErrorCode::InvalidArgument,
                   "--threads must be between 0 and " + std::to_string(kMostThreads));
  }
  return {};
}

}  // namespace

void addModelOptions(CLI::App& command, ModelOptions& options) {
  command.add_option("--model", options.model, "A .gguf file, or \"demo\" for the built-in model")
      ->capture_default_str();
  addPoolOptions(command, options);
}

void addPoolOptions(CLI::App& command, ModelOptions& options) {
  command.add_option("--device", options.device, kDeviceHelp)->capture_default_str();
  command.add_option("--threads", options.threads, "CPU threads; 0: all cores this process may use");
  command.add_option("--pool-tokens", options.poolTokens, "Tokens the page pool holds")
      ->capture_default_str();
  command.add_option("--page-tokens", options.pageTokens, "Tokens in a page: 16 to 256")
      ->capture_default_str();
  command
      .add_option(
          "--kv-type", options.kvType,
          "How pages store keys and values; auto: as the device likes it. One that it lacks is refused")
      ->check(CLI::IsMember(kvTypeNames()))
      ->capture_default_str();
}

void addReplyOptions(CLI::App& command, ReplyOptions& options) {
  RequestSettings& settings = options.settings;
  command
      .add_option("--policy", options.policy,
                  "auto: compress only when pages run short; budget: whenever budget and period are full; "
                  "grow: let the budget grow with the need; full: keep every token")
      ->capture_default_str();
  command
      .add_option("--preset", settings.preset,
                  "How entries are chosen: zipage-plus, zipage, attention, window, random")
      ->capture_default_str();
  command.add_option("--budget", settings.budgetTokens,
                     "Tokens kept by a compression; a multiple of the page");
  command.add_option("--period", settings.periodTokens,
                     "Tokens between compressions; a multiple of the page");
  command.add_flag("--whole-prompt", settings.wholePrompt,
                   "Read a long prompt whole before the first compression, where the pool can hold it");
  command.add_option("--max-tokens", settings.maxNewTokens, "Longest reply, reasoning included")
      ->capture_default_str();
  command.add_flag("--ignore-eos", settings.ignoreEnd, "Go on to --max-tokens whatever the model says");
  command.add_option("--temperature", settings.temperature, "0: always the likeliest token");
  command.add_option("--top-p", settings.topP);
  command.add_option("--top-k", settings.topK, "0: off");
  command.add_option("--min-p", settings.minP);
  command.add_option("--repetition-penalty", settings.repetitionPenalty, "1: off");
}

Result<RequestSettings> settingsFrom(const ReplyOptions& options) {
  const auto policy = policyFromName(options.policy);
  if (!policy) return tl::unexpected(policy.error());
  if (auto preset = compressionPreset(options.settings.preset); !preset)
    return tl::unexpected(preset.error());
  RequestSettings settings = options.settings;
  settings.policy = *policy;
  return settings;
}

void tellDevice(const Device& device) {
  const DeviceInfo& info = device.info();
  std::fprintf(stderr, "zipage-cli: device %s, %s%s%s\n", info.name.c_str(), info.description.c_str(),
               info.whyNoGpu.empty() ? "" : "; no GPU is used: ", info.whyNoGpu.c_str());
}

Result<SessionOptions> sessionOptionsFrom(const ModelOptions& options, int maxSequences) {
  if (auto checked = checkOptions(options); !checked) return tl::unexpected(checked.error());
  const auto file = resolveModel(options.model);
  if (!file) return tl::unexpected(file.error());

  const auto kvType = kvTypeFromName(options.kvType);
  if (!kvType) return tl::unexpected(kvType.error());

  SessionOptions session;
  session.model = *file;
  session.device = options.device;
  session.numThreads = options.threads;
  session.pool.poolTokens = options.poolTokens;
  session.pool.pageTokens = options.pageTokens;
  session.pool.maxSequences = maxSequences;
  session.pool.maxQuerySlots = maxSequences;
  session.kvType = *kvType;
  return session;
}

Result<std::unique_ptr<ModelSession>> openSession(const ModelOptions& options, int maxSequences) {
  const auto session = sessionOptionsFrom(options, maxSequences);
  if (!session) return tl::unexpected(session.error());
  auto opened = ModelSession::open(*session);
  if (opened && options.device == "auto") tellDevice((*opened)->device());
  return opened;
}

}  // namespace zipage
