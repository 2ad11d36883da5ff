// The options that several commands share, and what they open.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/common/model_session.h"
#include "app/common/request_settings.h"

namespace zipage {

struct ModelOptions {
  std::string model = "demo";
  std::string device = "auto";
  int threads = 0;
  std::int64_t poolTokens = PoolOptions{}.poolTokens;
  int pageTokens = PoolOptions{}.pageTokens;
  std::string kvType = "auto";
};

inline constexpr const char* kDeviceHelp =
    "Where it runs. auto: the GPU where one can be used, else the CPU, and standard error says which and "
    "why; cpu; "
    "cuda; cuda:exact: every product in float32, so that a reply depends on nothing that is computed beside "
    "it";

/// A line on standard error: the device that "auto" took, and why it is not a GPU.
void tellDevice(const Device& device);

/// --device, --threads, --pool-tokens, --page-tokens, --kv-type.
void addPoolOptions(CLI::App& command, ModelOptions& options);
/// The same, and --model.
void addModelOptions(CLI::App& command, ModelOptions& options);

struct ReplyOptions {
  std::string policy = "auto";
  RequestSettings settings;
};

/// --policy, --preset, --budget, --period, --max-tokens, --ignore-eos and the samplers.
void addReplyOptions(CLI::App& command, ReplyOptions& options);

/// The settings with the policy's name resolved, or which name is unknown. Needs no model.
Result<RequestSettings> settingsFrom(const ReplyOptions& options);

/// What opens the model with room for `maxSequences` sequences at a time, or which option cannot work.
Result<SessionOptions> sessionOptionsFrom(const ModelOptions& options, int maxSequences);

/// Opens the model with room for `maxSequences` sequences at a time.
Result<std::unique_ptr<ModelSession>> openSession(const ModelOptions& options, int maxSequences);

}  // namespace zipage
