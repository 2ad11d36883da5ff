// Compression records made up by hand: what each head sees and keeps, as letters.
#pragma once

#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/cache/sequence_record.h"

namespace zipage::test {

/// One text a head, a character an entry: '+' stays by its score, '-' goes, 'r' stays as recent, 's' as sink,
/// 'P' is pinned; a space is a token that is gone already. Every head must keep as many. Scores: 0.5 + token
/// / 1000 for what stays by its score, 0.1 + token / 1000 for what goes; the cut lies at 0.5.
inline std::shared_ptr<CompressionRecord> recordOf(const std::vector<std::string_view>& heads,
                                                   int numLayers = 1) {
  auto record = std::make_shared<CompressionRecord>();
  record->isWhole = true;
  record->numLayers = numLayers;
  record->kvHeads = static_cast<int>(heads.size()) / numLayers;
  record->weight = 1.0F;
  record->cut.assign(heads.size(), 0.5F);
  for (std::size_t head = 0; head < heads.size(); ++head) {
    std::int32_t token = 0;
    std::int32_t entry = 0;
    for (const char letter : heads[head]) {
      const std::int32_t position = token++;
      if (letter == ' ') continue;
      record->positions.push_back(position);
      const float score = (letter == '-' ? 0.1F : 0.5F) + static_cast<float>(position) / 1000.0F;
      record->attention.push_back(score / 2.0F);
      record->pooled.push_back(letter == 'P' ? std::numeric_limits<float>::infinity() : score);
      record->global.push_back(score);
      record->redundancy.push_back(0.25F);
      if (letter != '-') record->kept.push_back(entry);
      if (head == 0)
        record->reasons.push_back(letter == 'r'   ? KeepReason::Recent
                                  : letter == 's' ? KeepReason::Sink
                                                  : KeepReason::Score);
      ++entry;
    }
    record->numEntries = entry;
  }
  record->keep = static_cast<int>(record->kept.size() / heads.size());
  return record;
}

}  // namespace zipage::test
