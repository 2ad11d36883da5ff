// Why the beginning of a text had to be read again, or that it had not: worked out from what the chat's last
// turn left and from what the next one asked. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/cache/prefix_storage.h"

namespace zipage {

struct ReuseVerdict {
  /// Numbers are stored; they never change.
  enum class Kind : std::uint8_t {
    Whole = 0,          // all that could be found was found
    FirstTurn = 1,      // nothing of this chat was stored for this model before
    OtherText = 2,      // the text differs from that of the last turn, at `token`
    OtherTemplate = 3,  // it differs, and the model's template is another one
    OtherPolicy = 4,    // what was kept was kept under another memory policy or other settings of it
    NotStored = 5,      // the same text, but thrown away since or never written
    Damaged = 6,        // what was stored is damaged
    TooShort = 7,       // less than a page
    Slower = 8,         // kept, but computing it again took less time than reading it
  };

  Kind kind = Kind::Whole;
  int token = 0;  // the first that differs, counted from 0

  bool operator==(const ReuseVerdict&) const = default;
};

/// What the last turn of the same chat with the same model left.
struct LastTurn {
  std::vector<TokenId> text;
  std::uint64_t variant = 0;
  std::uint64_t templateHash = 0;
};

ReuseVerdict judgeReuse(const PrefixLookup& lookup, std::uint64_t templateHash,
                        const std::optional<LastTurn>& last, int pageTokens);

}  // namespace zipage
