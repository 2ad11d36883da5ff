// How many tokens of prompts a step reads so that it takes about as long as wanted: replies that are being
// written meanwhile do not stand still, and a reply that was stopped gives its place back soon. One thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/clock.h"

namespace zipage {

class StepPace {
 public:
  /// `wanted` 0: as many as `most`, however long that takes.
  StepPace(Duration wanted, int most)
      : m_wanted(wanted), m_most(most), m_tokens(wanted.count() > 0 ? std::min(kFirst, most) : most) {}

  /// Tokens of prompts that the next step may read.
  int tokens() const { return m_tokens; }

  /// A step of so many tokens took so long. Small ones say little: they pay for the weights, not for tokens.
  void note(int numTokens, Duration took) {
    if (m_wanted.count() <= 0 || took.count() <= 0 || 2 * numTokens < m_tokens) return;
    const double fitting = static_cast<double>(numTokens) * static_cast<double>(m_wanted.count()) /
                           static_cast<double>(took.count());
    // At most doubled: one step that was measured wrongly does not make the next one last seconds.
    const double next = std::min(fitting, 2.0 * m_tokens);
    m_tokens = std::clamp(static_cast<int>(std::min(next, 1e9)), std::min(kFewest, m_most), m_most);
  }

 private:
  static constexpr int kFewest = 64;  // below, products are bound by reading the weights and nothing is won
  static constexpr int kFirst = 128;

  Duration m_wanted;
  int m_most;
  int m_tokens;
};

}  // namespace zipage
