// How many of something happened a second, over the last second. One thread.
#pragma once

#include <cstdint>
#include <deque>

#include "engine/base/clock.h"

namespace zipage {

class RateMeter {
 public:
  void add(Duration now, std::int64_t count) {
    m_samples.push_back({now, count});
    m_sum += count;
    forget(now);
  }
  /// Per second, over what lies within the last second.
  double perSecond(Duration now) const {
    std::int64_t sum = m_sum;
    for (const Sample& sample : m_samples) {
      if (now - sample.at <= kSpan) break;
      sum -= sample.count;
    }
    return static_cast<double>(sum);
  }

 private:
  struct Sample {
    Duration at;
    std::int64_t count;
  };
  static constexpr Duration kSpan = std::chrono::seconds(1);

  void forget(Duration now) {
    while (!m_samples.empty() && now - m_samples.front().at > kSpan) {
      m_sum -= m_samples.front().count;
      m_samples.pop_front();
    }
  }

  std::deque<Sample> m_samples;
  std::int64_t m_sum = 0;
};

}  // namespace zipage
