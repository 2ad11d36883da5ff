#include "engine/runtime/working_set.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

namespace zipage {

namespace {

constexpr double kShare = 0.99;

std::size_t workingSetOf(std::vector<float>& attention) {
  std::sort(attention.begin(), attention.end(), std::greater<>());
  const double wanted = kShare * std::accumulate(attention.begin(), attention.end(), 0.0);
  double held = 0.0;
  std::size_t count = 0;
  while (count < attention.size() && held < wanted) held += attention[count++];
  return count;
}

}  // namespace

double meanWorkingSet(std::span<const float> attention, int numEntries) {
  const auto n = static_cast<std::size_t>(numEntries);
  const std::size_t numHeads = attention.size() / n;
  std::size_t total = 0;
  for (std::size_t head = 0; head < numHeads; ++head) {
    const auto row = attention.subspan(head * n, n);
    std::vector<float> sorted(row.begin(), row.end());
    total += workingSetOf(sorted);
  }
  return static_cast<double>(total) / static_cast<double>(numHeads);
}

}  // namespace zipage
