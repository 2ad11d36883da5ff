// What every float64 reference of the tests begins with.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace zipage::test {

using Row = std::vector<double>;

inline double dot(const Row& a, const Row& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Minus infinity gives 0.
inline Row softmax(Row values) {
  const double largest = *std::max_element(values.begin(), values.end());
  for (double& value : values) value = std::exp(value - largest);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
  return values;
}

}  // namespace zipage::test
