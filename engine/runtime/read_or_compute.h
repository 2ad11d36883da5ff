// Whether the stored pages of a text are sooner read than computed again. On a CPU they nearly always are; a
// fast GPU reads a prompt quicker than a disk reads its keys and values. Judged by what both took lately, in
// this engine: until both are known everything is read. One thread.
#pragma once

#include <cstdint>

#include "engine/base/clock.h"

namespace zipage {

class ReadOrCompute {
 public:
  /// Stored pages have come: from the question to the last answer.
  void noteRead(std::int64_t bytes, Duration took) {
    if (bytes >= kFewestBytes) m_bytesPerSecond = mixed(m_bytesPerSecond, rateOf(bytes, took));
  }

  /// A step has computed so many tokens of prompts. Small ones say little: they pay for the weights, not for
  /// tokens.
  void noteComputed(int tokens, Duration took) {
    if (tokens >= kFewestTokens) m_tokensPerSecond = mixed(m_tokensPerSecond, rateOf(tokens, took));
  }

  /// So many bytes hold so many tokens.
  bool isWorthReading(std::int64_t bytes, std::int64_t tokens) {
    if (isSoonerRead(static_cast<double>(bytes), static_cast<double>(tokens))) return true;
    m_refusals = (m_refusals + 1) % kRefusalsInARow;
    return m_refusals == 0;  // the disk may have become faster, and only reading tells
  }

 private:
  static constexpr std::int64_t kFewestBytes = std::int64_t{4} << 20;
  static constexpr int kFewestTokens = 64;
  static constexpr double kShareOfNews = 0.3;
  /// Nobody notices a shorter wait.
  static constexpr double kNotFeltSeconds = 0.1;
  /// What is read leaves the device to the replies of others meanwhile: that is worth a longer wait.
  static constexpr double kPatience = 2.0;
  static constexpr int kRefusalsInARow = 16;

  /// Of something a second; 0 where the clock saw no time pass.
  static double rateOf(std::int64_t count, Duration took) {
    const double seconds = inSeconds(took);
    return seconds > 0.0 ? static_cast<double>(count) / seconds : 0.0;
  }
  static double mixed(double before, double now) {
    if (now <= 0.0 || before <= 0.0) return now > 0.0 ? now : before;
    return before + kShareOfNews * (now - before);
  }

  bool isSoonerRead(double bytes, double tokens) const {
    if (m_bytesPerSecond <= 0.0 || m_tokensPerSecond <= 0.0) return true;
    const double reading = bytes / m_bytesPerSecond;
    return reading <= kNotFeltSeconds || reading <= kPatience * tokens / m_tokensPerSecond;
  }

  double m_bytesPerSecond = 0.0;   // of stored pages; 0: not known yet
  double m_tokensPerSecond = 0.0;  // of prompts; 0: not known yet
  int m_refusals = 0;
};

}  // namespace zipage
