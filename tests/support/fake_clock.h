// A clock that stands still until it is told.
#pragma once

#include "engine/base/clock.h"

namespace zipage::test {

class FakeClock final : public Clock {
 public:
  Duration now() const override { return m_now; }
  void advance(Duration time) { m_now += time; }

 private:
  Duration m_now = std::chrono::seconds(1);
};

}  // namespace zipage::test
