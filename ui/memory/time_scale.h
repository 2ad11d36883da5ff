// Where a moment lies on a line of pixels.
#pragma once

#include <algorithm>

#include "engine/base/clock.h"

namespace zipage::ui {

struct TimeScale {
  Duration from{};
  Duration to{1};
  double width = 1.0;  // px

  double xOf(Duration moment) const {
    return width * static_cast<double>((moment - from).count()) / static_cast<double>(length().count());
  }
  Duration at(double x) const {
    return from + Duration(static_cast<Duration::rep>(static_cast<double>(length().count()) * x / width));
  }
  Duration length() const { return std::max(Duration(1), to - from); }
};

}  // namespace zipage::ui
