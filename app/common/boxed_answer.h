// The boxed answers of replies, and which of them most replies agree on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zipage {

/// What stands in the last \boxed{…} of a text, without outer white space; braces inside may nest. Nothing:
/// there is none that is closed.
std::optional<std::string> lastBoxed(std::string_view text);

struct BoxedVote {
  std::string answer;  // as the first of those who give it wrote it
  int numVotes = 0;
};

/// The answer that most of these give; of equally many, the one that comes first. White space does not count.
/// Nothing: there is no answer.
std::optional<BoxedVote> countVotes(const std::vector<std::string>& boxedAnswers);

}  // namespace zipage
