#include "app/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace zipage {

namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kLineEvery{1};
constexpr int kFewestRows = 4;

bool hasColours() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

int terminalRows() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

}  // namespace

ReplyPrinter::ReplyPrinter() : m_colours(hasColours()) {}

void ReplyPrinter::print(const ReasoningPiece& piece) {
  if (!piece.reasoning.empty()) {
    dim(true);
    write(piece.reasoning);
    m_hasReasoning = true;
  }
  if (!piece.answer.empty()) {
    dim(false);
    if (m_hasReasoning && !m_hasAnswer) write(m_atLineStart ? "\n" : "\n\n");
    write(piece.answer);
    m_hasAnswer = true;
  }
  std::fflush(stdout);
}

void ReplyPrinter::finish() {
  dim(false);
  if (!m_atLineStart) write("\n");
  std::fflush(stdout);
}

void ReplyPrinter::write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  m_atLineStart = text.ends_with('\n');
}

void ReplyPrinter::dim(bool on) {
  if (m_isDim == on) return;
  m_isDim = on;
  if (m_colours) std::fputs(on ? "\033[2m" : "\033[22m", stdout);
}

LiveStatus::LiveStatus() : m_rows(terminalRows()) {
  if (!isatty(STDERR_FILENO)) return;
  m_place = isatty(STDOUT_FILENO) && m_rows >= kFewestRows ? Place::LastRow : Place::SameLine;
  // The reply scrolls in all rows but the last; the new line makes sure that the cursor is not in that one.
  if (m_place == Place::LastRow) std::fprintf(stderr, "\n\033[1A\0337\033[1;%dr\0338", m_rows - 1);
}

LiveStatus::~LiveStatus() { leave(); }

void LiveStatus::update(const EngineMetrics& metrics) {
  const auto now = Clock::now();
  if (now < m_next) return;
  m_next = now + (m_place == Place::Lines ? Clock::duration(kLineEvery) : Clock::duration(kRedraw));
  show(metrics);
}

void LiveStatus::finish(const EngineMetrics& metrics) {
  if (m_place != Place::LastRow) show(metrics);
  leave();
}

void LiveStatus::show(const EngineMetrics& metrics) {
  const std::string line = statusLine(metrics);
  switch (m_place) {
    case Place::LastRow:
      std::fprintf(stderr, "\0337\033[%d;1H\033[2K%s\0338", m_rows, line.c_str());
      break;
    case Place::SameLine:
      std::fprintf(stderr, "\r\033[K%s", line.c_str());
      break;
    case Place::Lines:
      std::fprintf(stderr, "%s\n", line.c_str());
      break;
  }
  std::fflush(stderr);
}

void LiveStatus::leave() {
  if (m_left) return;
  m_left = true;
  if (m_place == Place::LastRow) std::fprintf(stderr, "\0337\033[%d;1H\033[2K\033[r\0338", m_rows);
  if (m_place == Place::SameLine) std::fputs("\n", stderr);
  std::fflush(stderr);
}

std::string statusLine(const EngineMetrics& metrics) {
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.1f", metrics.tokensPerSecond);
  return "pages " + grouped(metrics.pagesHeld) + "/" + grouped(metrics.pagesTotal) + " · live " +
         grouped(metrics.tokensLive) + " · evicted " + grouped(metrics.tokensEvicted) + " · " + rate +
         " tokens/s";
}

std::string grouped(long long number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(place, ",");
  return number < 0 ? "-" + digits : digits;
}

}  // namespace zipage
