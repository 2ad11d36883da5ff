// Why one word of the text is still seen, or is not: what the heads made of it in a compression.
#pragma once

#include <QString>
#include <vector>

#include "engine/trace/compression_look.h"

namespace zipage::ui {

struct WordVerdict {
  std::vector<Verdict> heads;  // [numHeads]
  int numHolding = 0;
  int numEvicting = 0;  // in this compression
  int numGone = 0;      // that had lost it before
  QString reason;       // one sentence
};

/// REQUIRES: the look is at this record. `token`: of the text.
WordVerdict judgeWord(const CompressionRecord& record, const CompressionLook& look, std::int32_t token);

}  // namespace zipage::ui
