// How long ops take on a device, apart from how long it takes to ask for them.
#pragma once

#include <functional>

#include "engine/base/result.h"
#include "kernels/device.h"

namespace zipage {

struct OpTime {
  double seconds = 0.0;       // of one: the median over rounds of a round's time divided by its repetitions
  double least = 0.0;         // of one, in the fastest round
  double most = 0.0;          // of one, in the slowest round
  int repetitions = 0;        // in a round
  double enqueueShare = 0.0;  // of a round's time spent enqueueing; near 1 on a GPU, the asking was measured
};

/// A round is recorded and replayed where the device can do that, as the steps of an engine are, so that no
/// time passes between its ops. Calls enqueue(0), enqueue(1), … in rounds of as many as take about
/// `roundSeconds`, each round between two synchronize() calls, after one that only warms up. Who wants memory
/// beyond the caches chooses another stretch of it by the number. An error of the device ends the
/// measurement.
Result<OpTime> timeOp(Device& device, Stream& stream, double roundSeconds,
                      const std::function<void(int)>& enqueue);

}  // namespace zipage
