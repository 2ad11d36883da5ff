// A model, opened: the device it runs on, its weights and tokenizer, and the runner with its page pool. What
// the window and the command line both start from. Made on any one thread; the runner is then used by one
// thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/runtime/transformer_runner.h"
#include "engine/text/model_bundle.h"
#include "kernels/device_registry.h"

namespace zipage {

using DeviceOpener =
    std::function<DeviceResult<std::unique_ptr<Device>>(std::string_view name, const DeviceOptions& options)>;

struct SessionOptions {
  std::filesystem::path model;  // see resolveModel()
  std::string device = "auto";
  int numThreads = 0;  // 0: all cores this process may use
  DeviceOpener opensDevice = openDevice;
  std::optional<DataType> kvType;         // of the pages; none: the device's own, whatever `pool` says
  PoolOptions pool{.maxBatchTokens = 0};  // 0 tokens a step: as many as suit the device
  std::int64_t pageBytes = 0;  // what all pages together may take, whatever `pool` says; 0: as it says
  LoadProgress progress;       // called on the thread that opens the session
};

class ModelSession {
 public:
  /// Loads the model and allocates the pool; takes as long as the file is large. Every failure says what is
  /// wrong.
  static Result<std::unique_ptr<ModelSession>> open(const SessionOptions& options);

  ModelSession(const ModelSession&) = delete;
  ModelSession& operator=(const ModelSession&) = delete;

  Device& device() { return *m_device; }
  const DeviceInfo& deviceInfo() const { return m_device->info(); }
  const ModelBundle& model() const { return *m_model; }
  const EngineLimits& limits() const { return m_parts.limits; }
  DataType kvType() const { return m_kvType; }
  std::size_t poolBytes() const { return m_parts.poolBytes; }
  std::size_t workspaceBytes() const { return m_parts.workspaceBytes; }

  /// REQUIRES: takeRunner() has not been called.
  ModelRunner& runner() { return *m_parts.runner; }
  /// The runner, for an EngineThread, which must end before this session does.
  std::unique_ptr<ModelRunner> takeRunner() { return std::move(m_parts.runner); }

 private:
  ModelSession() = default;

  // Destroyed from the last to the first: the runner needs the weights, the weights need the device.
  std::unique_ptr<Device> m_device;
  std::unique_ptr<ModelBundle> m_model;
  RunnerAndLimits m_parts;
  DataType m_kvType = DataType::F32;
};

/// One line: name, architecture, layers, bytes of weights.
std::string describeModel(const ModelBundle& model);

}  // namespace zipage
