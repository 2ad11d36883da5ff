// How many of something happened a second, over the last second. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/clock.h"

namespace zipage {

class RateMeter {
 public:
  void add(Duration now, std::int64_t count) {
    forget(now);
    if (m_size == 0 || now - newest().at >= kGrain) {
      ++m_size;
      newest() = {now, 0};
    }
    newest().count += count;
    m_sum += count;
  }
  /// Per second, over what lies within the last second.
  double perSecond(Duration now) const {
    std::int64_t sum = m_sum;
    for (std::size_t i = 0; i < m_size && now - sample(i).at > kSpan; ++i) sum -= sample(i).count;
    return static_cast<double>(sum);
  }

 private:
  struct Sample {
    Duration at{};
    std::int64_t count = 0;  // from then on, for kGrain at most
  };
  static constexpr Duration kSpan = std::chrono::seconds(1);
  static constexpr Duration kGrain = std::chrono::milliseconds(4);
  static constexpr std::size_t kMost = kSpan / kGrain + 2;

  const Sample& sample(std::size_t index) const { return m_samples[(m_oldest + index) % kMost]; }
  Sample& newest() { return m_samples[(m_oldest + m_size - 1) % kMost]; }

  void forget(Duration now) {
    while (m_size > 0 && now - sample(0).at > kSpan) {
      m_sum -= sample(0).count;
      m_oldest = (m_oldest + 1) % kMost;
      --m_size;
    }
  }

  std::array<Sample, kMost> m_samples;  // a ring
  std::size_t m_oldest = 0;
  std::size_t m_size = 0;
  std::int64_t m_sum = 0;
};

}  // namespace zipage
