// Where a moment lies on a line of pixels, on which idle times are short.
#pragma once

#include <algorithm>
#include <utility>

#include "ui/memory/work_time.h"

namespace zipage::ui {

struct TimeScale {
  WorkTime time;
  Duration from{};  // in time of work
  Duration to{1};
  double width = 1.0;  // px

  double xOf(Duration moment) const { return xOfWork(time.workAt(moment)); }
  double xOfWork(Duration work) const {
    return width * static_cast<double>((work - from).count()) / static_cast<double>(length().count());
  }
  /// The moment there.
  Duration at(double x) const { return time.momentAt(workAt(x)); }
  Duration workAt(double x) const {
    return from + Duration(static_cast<Duration::rep>(static_cast<double>(length().count()) * x / width));
  }
  Duration length() const { return std::max(Duration(1), to - from); }
  /// Moments.
  Duration first() const { return time.momentAt(from); }
  Duration last() const { return time.momentAt(to); }
};

}  // namespace zipage::ui
