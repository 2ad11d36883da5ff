#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace zipage {

void checkFailed(const char* file, int line, const char* condition, const char* reason) {
  std::fprintf(stderr, "zipage: %s:%d: check failed: %s (%s)\n", file, line, reason, condition);
  std::abort();
}

}  // namespace zipage
