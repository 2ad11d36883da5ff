#pragma once

#include <vector>

#include "engine/trace/sample_history.h"

namespace zipage::ui {

/// The time of a history without the idle times in it: so that a reply of two seconds can be seen beside
/// another of an hour later. Each idle time is left as long as a glance.
class WorkTime {
 public:
  static constexpr Duration kGlance = std::chrono::milliseconds(250);

  explicit WorkTime(const SampleHistory& samples);

  /// From the first sample on.
  Duration workAt(Duration moment) const;
  Duration momentAt(Duration work) const;

  struct Idle {
    Duration from{}, to{};  // moments
    Duration work{};        // at its beginning
  };
  const std::vector<Idle>& idles() const { return m_idles; }

 private:
  Duration m_start{};
  std::vector<Idle> m_idles;
};

}  // namespace zipage::ui
