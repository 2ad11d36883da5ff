#include "app/common/model_session.h"

#include <cstdlib>
#include <utility>

#include "app/common/kv_type.h"

namespace zipage {

Result<std::unique_ptr<ModelSession>> ModelSession::open(const SessionOptions& options) {
  auto device = options.opensDevice(options.device, DeviceOptions{.numThreads = options.numThreads});
  if (!device) return failure(ErrorCode::Device, device.error().message);

  std::unique_ptr<ModelSession> session(new ModelSession);
  session->m_device = std::move(*device);

  const auto kvType = kvTypeOn(session->deviceInfo(), options.kvType);
  if (!kvType) return tl::unexpected(kvType.error());
  auto model = loadModel(options.model, *session->m_device, options.progress);
  if (!model) return tl::unexpected(model.error());
  session->m_model = std::move(*model);

  PoolOptions pool = options.pool;
  pool.kvType = session->m_kvType = *kvType;
  if (pool.maxBatchTokens == 0) pool.maxBatchTokens = session->deviceInfo().stepTokens;
  if (options.pageBytes > 0) {
    const auto perPage = static_cast<std::int64_t>(layoutFor(session->m_model->config, pool).bytesPerPage());
    pool.poolTokens = options.pageBytes / perPage * pool.pageTokens;
  }
  auto parts = createTransformerRunner(*session->m_device, *session->m_model, pool);
  if (!parts) return tl::unexpected(parts.error());
  // The tests of whole programs set it. It takes 0.07 ms a step with one sequence (tests/bench/RESULTS.md).
  parts->limits.checksBooks = std::getenv("ZIPAGE_CHECK_BOOKS") != nullptr;
  session->m_parts = std::move(*parts);
  return session;
}

std::string describeModel(const ModelBundle& model) {
  const ModelConfig& config = model.config;
  const std::string name = config.name.empty() ? model.path.filename().string() : config.name;
  return name + " (" + config.architecture + ", " + std::to_string(config.numLayers) + " layers, " +
         std::to_string(model.weightBytes / 1000000) + " MB of weights)";
}

}  // namespace zipage
