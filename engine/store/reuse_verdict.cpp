#include "engine/store/reuse_verdict.h"

#include <algorithm>

namespace zipage {

ReuseVerdict judgeReuse(const PrefixLookup& lookup, std::uint64_t templateHash,
                        const std::optional<LastTurn>& last, int pageTokens) {
  using Kind = ReuseVerdict::Kind;
  if (lookup.mostTokens == 0) return {Kind::TooShort, 0};
  if (lookup.foundTokens >= lookup.mostTokens) return {Kind::Whole, 0};
  if (lookup.loss == PrefixLoss::Damaged) return {Kind::Damaged, lookup.foundTokens};
  if (lookup.loss == PrefixLoss::Slower) return {Kind::Slower, lookup.foundTokens};
  if (!last) return {Kind::FirstTurn, 0};
  const auto differs =
      std::mismatch(lookup.prompt.begin(), lookup.prompt.end(), last->text.begin(), last->text.end());
  const auto numEqual = static_cast<int>(differs.first - lookup.prompt.begin());
  // Found as far as whole pages reach into what is the same: the difference is all there is to blame.
  const bool isExplained = numEqual / pageTokens * pageTokens <= lookup.foundTokens;
  const bool endsThere = numEqual == static_cast<int>(last->text.size());
  if (isExplained && endsThere) return {Kind::Whole, 0};  // the rest is new
  if (isExplained && last->templateHash != templateHash) return {Kind::OtherTemplate, numEqual};
  if (isExplained) return {Kind::OtherText, numEqual};
  if (last->variant != lookup.variant) return {Kind::OtherPolicy, lookup.foundTokens};
  return {Kind::NotStored, lookup.foundTokens};
}

}  // namespace zipage
