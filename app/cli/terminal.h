// What the command line writes while a reply is made: the reply on stdout, one live line of figures on
// stderr.
#pragma once

#include <chrono>
#include <string>

#include "engine/runtime/metrics.h"
#include "engine/text/reasoning_parser.h"

namespace zipage {

/// Writes a reply as it comes: reasoning dim where the terminal has colours, a blank line, the answer.
class ReplyPrinter {
 public:
  ReplyPrinter();
  void print(const ReasoningPiece& piece);
  /// Ends the last line and any colour.
  void finish();

 private:
  void write(const std::string& text);
  void dim(bool on);

  bool m_colours = false;
  bool m_isDim = false;
  bool m_hasReasoning = false;
  bool m_hasAnswer = false;
  bool m_atLineStart = true;
};

/// One line of figures that changes in place. On a terminal that shows the reply as well it holds the last
/// row; where only stderr is one it overwrites itself; elsewhere it is a line every second.
class LiveStatus {
 public:
  LiveStatus();
  ~LiveStatus();
  LiveStatus(const LiveStatus&) = delete;
  LiveStatus& operator=(const LiveStatus&) = delete;

  void update(const EngineMetrics& metrics);
  /// Shows the last figures and gives the row back.
  void finish(const EngineMetrics& metrics);

 private:
  enum class Place { LastRow, SameLine, Lines };
  using Clock = std::chrono::steady_clock;

  void show(const EngineMetrics& metrics);
  void leave();

  Place m_place = Place::Lines;
  int m_rows = 0;
  bool m_left = false;
  Clock::time_point m_next{};
};

/// "pages 12/512 · live 384 · evicted 1,024 · 35.2 tokens/s"
std::string statusLine(const EngineMetrics& metrics);

/// 12345 as "12,345".
std::string grouped(long long number);

}  // namespace zipage
