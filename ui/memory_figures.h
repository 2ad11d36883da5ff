// The engine's counters as the window shows them.
#pragma once

#include <QtGlobal>

#include "engine/trace/memory_sample.h"

namespace zipage::ui {

struct MemoryFigures {
  int pagesHeld = 0;
  int pagesTotal = 0;
  qint64 tokensLive = 0;
  qint64 tokensEvicted = 0;
  qint64 compressions = 0;
  qint64 pagesReclaimed = 0;
  int running = 0;
  int waiting = 0;
  double tokensPerSecond = 0.0;
  qint64 bytesPerPage = 0;
  qint64 processBytes = 0;  // in memory, of the whole program; 0: not known
};

/// What a sample tells of them.
inline MemoryFigures figuresOf(const MemorySample& sample) {
  return {.pagesHeld = sample.pagesHeld,
          .pagesTotal = sample.pagesTotal,
          .tokensLive = sample.tokensLive,
          .tokensEvicted = sample.tokensEvicted,
          .compressions = sample.compressions,
          .pagesReclaimed = sample.pagesReclaimed,
          .running = sample.running,
          .waiting = sample.waiting,
          .tokensPerSecond = sample.tokensPerSecond};
}

}  // namespace zipage::ui
