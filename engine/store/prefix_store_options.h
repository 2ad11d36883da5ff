// Where prefixes are kept on disk, and how much of the disk they may have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "engine/base/clock.h"

namespace zipage {

/// Bytes of the disk with this folder that this user may still write; negative: the system does not say.
std::int64_t freeBytesOf(const std::filesystem::path& folder);

/// Until somebody chooses another.
inline constexpr std::int64_t kDefaultPrefixBudget = std::int64_t{8} << 30;

struct PrefixStoreOptions {
  std::filesystem::path folder;  // made where missing, mode 0700
  /// Of all models together, with the books about them; none: as it was set last.
  std::optional<std::int64_t> budgetBytes;
  std::int64_t reserveBytes = std::int64_t{2} << 30;  // of the disk stay free
  // What may be written: so much at once, and then so much a second. 2 MiB/s are 63 TB a year, less than what
  // a drive of 1 TB is made to take in one.
  std::int64_t burstBytes = std::int64_t{16} << 30;
  std::int64_t bytesPerSecond = std::int64_t{2} << 20;
  std::int64_t queueBytes = std::int64_t{512} << 20;  // of memory for what waits to be written
  bool compresses = false;  // with zstd; what it wins on real entries is not measured
  std::shared_ptr<const Clock> clock = std::make_shared<SteadyClock>();
  std::function<std::int64_t(const std::filesystem::path&)> freeBytes = freeBytesOf;
};

}  // namespace zipage
