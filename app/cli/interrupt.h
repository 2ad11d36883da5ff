// Ctrl+C as a flag that loops look at, or wait for. While one of these lives the first Ctrl+C sets the flag;
// the second ends the program as usual.
#pragma once

namespace zipage {

class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool wasInterrupted() const;
  /// Sleeps until that.
  void wait() const;
};

}  // namespace zipage
