#include "app/cli/interrupt.h"

#include <csignal>

namespace zipage {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void onSignal(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = 0;
  std::signal(SIGINT, onSignal);
  std::signal(SIGTERM, onSignal);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::wasInterrupted() const { return interrupted != 0; }

}  // namespace zipage
