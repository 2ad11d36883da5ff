#include "app/gui/quit_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <array>
#include <csignal>
#include <utility>

namespace zipage {

namespace {

constexpr int kQuitSignals[] = {SIGTERM, SIGINT, SIGHUP};

// A handler may only write; the notifier reads on the other end. -1: nobody listens.
std::array<int, 2> g_pipe{-1, -1};

void passOn(int) {
  const char wake = 1;
  if (::write(g_pipe[1], &wake, 1) < 0) return;  // full: a wake-up is on its way already
}

}  // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {
  if (::pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
  m_notifier = new QSocketNotifier(g_pipe[0], QSocketNotifier::Read, this);
  connect(m_notifier, &QSocketNotifier::activated, this, [this] {
    m_notifier->setEnabled(false);
    Q_EMIT quitRequested();
  });
  for (const int number : kQuitSignals) std::signal(number, passOn);
}

QuitSignals::~QuitSignals() {
  if (m_notifier == nullptr) return;
  for (const int number : kQuitSignals) std::signal(number, SIG_DFL);
  delete m_notifier;
  for (int& end : g_pipe) ::close(std::exchange(end, -1));
}

}  // namespace zipage
