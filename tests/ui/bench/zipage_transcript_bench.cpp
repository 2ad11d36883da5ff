// zipage_transcript_bench: opens a chat of 100,000 tokens, scrolls through it, lets a reply grow at its end,
// and prints what the window's thread had to do for it. A frame is one event of that thread.

#include <time.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "tests/ui/bench/sample_chat.h"
#include "ui/transcript/transcript_view.h"

namespace {

using namespace zipage::ui;
namespace samples = zipage::samples;

constexpr int kChatTokens = 100000;
constexpr int kTokensPerSecond = 200;
constexpr int kStreamSeconds = 10;
constexpr double kShortestFrameMs = 0.2;  // what is shorter is no frame

/// Notes how long each event took.
class MeasuredApplication final : public QApplication {
 public:
  using QApplication::QApplication;

  bool notify(QObject* receiver, QEvent* event) override {
    if (m_depth > 0) return QApplication::notify(receiver, event);
    ++m_depth;
    QElapsedTimer timer;
    timer.start();
    const bool isHandled = QApplication::notify(receiver, event);
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (ms >= kShortestFrameMs) m_frames.push_back(ms);
    --m_depth;
    return isHandled;
  }

  std::vector<double> takeFrames() { return std::exchange(m_frames, {}); }

 private:
  int m_depth = 0;
  std::vector<double> m_frames;  // ms
};

double threadMs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void printFrames(const char* what, std::vector<double> frames) {
  if (frames.empty()) return;
  std::sort(frames.begin(), frames.end());
  const auto at = [&](double share) {
    return frames[static_cast<std::size_t>(share * static_cast<double>(frames.size() - 1))];
  };
  std::printf("%-34s %6zu frames   p50 %5.1f   p95 %5.1f   p99 %5.1f   longest %5.1f ms\n", what,
              frames.size(), at(0.5), at(0.95), at(0.99), frames.back());
}

class Bench {
 public:
  Bench(MeasuredApplication& application) : m_application(application), m_view(m_model) {
    m_view.setTheme(lightTheme(Qt::blue));
    m_view.resize(900, 800);
    m_view.show();
    QTest::qWait(100);
  }

  void open(const char* what) {
    const auto messages = samples::longChat(kChatTokens);
    QElapsedTimer timer;
    timer.start();
    m_model.setMessages(messages);
    m_view.viewport()->repaint();
    std::printf("%-34s %6.1f ms\n", what, static_cast<double>(timer.nsecsElapsed()) / 1e6);
    waitUntilTypeset();
  }

  /// Down in steps of a wheel, as fast as frames follow each other at 60 Hz.
  void scroll(const char* what, int step) {
    QScrollBar* bar = m_view.verticalScrollBar();
    bar->setValue(0);
    QTest::qWait(300);
    m_application.takeFrames();
    std::vector<double> frames;
    for (int i = 0; i < 400 && bar->value() < bar->maximum(); ++i) {
      QElapsedTimer timer;
      timer.start();
      bar->setValue(bar->value() + step);
      m_view.viewport()->repaint();
      frames.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
      QTest::qWait(std::max(1, 16 - static_cast<int>(frames.back())));
    }
    const auto others = m_application.takeFrames();
    printFrames(what, frames);
    printFrames("  arrivals meanwhile", others);
    waitUntilTypeset();
  }

  void stream() {
    MessageItem reply;
    reply.id = 1000001;
    reply.role = Role::Assistant;
    reply.state = ReplyState::Answering;
    m_model.add(reply);
    m_view.followTail();
    waitUntilTypeset();
    const QString text = samples::longReply(900, kTokensPerSecond * kStreamSeconds);
    m_application.takeFrames();
    const double before = threadMs();
    QElapsedTimer timer;
    timer.start();
    qsizetype shown = 0;
    while (shown < text.size()) {
      const qsizetype due = std::min<qsizetype>(text.size(), timer.elapsed() * kTokensPerSecond * 4 / 1000);
      if (due > shown) m_model.append(reply.id, {}, text.mid(shown, due - shown));
      shown = due;
      QTest::qWait(5);
    }
    const double busy = threadMs() - before;
    std::printf("%-34s %5.1f %% of a core of the window's thread\n", "stream of 200 tokens/s",
                100.0 * busy / static_cast<double>(timer.elapsed()));
    printFrames("  its frames", m_application.takeFrames());
  }

 private:
  void waitUntilTypeset() {
    QElapsedTimer timer;
    timer.start();
    while (!m_view.isTypeset() && timer.elapsed() < 60000) QTest::qWait(20);
    QTest::qWait(50);
  }

  MeasuredApplication& m_application;
  TranscriptModel m_model;
  TranscriptView m_view;
};

}  // namespace

int main(int argc, char** argv) {
  MeasuredApplication application(argc, argv);
  Bench bench(application);
  bench.open("open 100,000 tokens, first time");
  bench.open("open 100,000 tokens, again");
  bench.scroll("scroll unseen text by 60 px", 60);
  bench.scroll("the same text again", 60);
  bench.scroll("pages of unseen text", 700);
  bench.stream();
  return 0;
}
