// Time as the engine sees it: monotonic, and replaceable in tests.
#pragma once

#include <chrono>

namespace zipage {

using Duration = std::chrono::nanoseconds;

inline double inSeconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

class Clock {
 public:
  virtual ~Clock() = default;
  /// Time since an arbitrary start; never goes back.
  virtual Duration now() const = 0;
};

class SteadyClock final : public Clock {
 public:
  Duration now() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
};

}  // namespace zipage
