#include "app/cli/interrupt.h"

#include <semaphore.h>

#include <csignal>

namespace zipage {

namespace {

volatile std::sig_atomic_t interrupted = 0;
sem_t arrival;  // posted by the first signal: one of the few things a handler may do

void onSignal(int signal) {
  interrupted = 1;
  sem_post(&arrival);
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = 0;
  sem_init(&arrival, 0, 0);
  std::signal(SIGINT, onSignal);
  std::signal(SIGTERM, onSignal);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

void InterruptGuard::wait() const {
  while (!wasInterrupted()) sem_wait(&arrival);
}

bool InterruptGuard::wasInterrupted() const { return interrupted != 0; }

}  // namespace zipage
