// A check that a bug, never an input, can fail. It prints the place and the reason and stops the program.
#pragma once

namespace zipage {

[[noreturn]] void checkFailed(const char* file, int line, const char* condition, const char* reason);

}  // namespace zipage

#define ZIPAGE_CHECK(condition, reason) \
  ((condition) ? static_cast<void>(0) : ::zipage::checkFailed(__FILE__, __LINE__, #condition, reason))
