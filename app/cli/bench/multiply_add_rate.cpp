#include "app/cli/bench/multiply_add_rate.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "app/cli/bench/multiply_add_rate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace zipage::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// `rounds` times ten independent multiply-adds, enough to hide their latency. Returns the operations done.
double multiplyAdds(long rounds, float* sink) {
  const hn::ScalableTag<float> tag;
  const auto factor = hn::Set(tag, 0.9999F);
  const auto term = hn::Set(tag, *sink);
  auto a0 = term, a1 = term, a2 = term, a3 = term, a4 = term, a5 = term, a6 = term, a7 = term, a8 = term,
       a9 = term;
  for (long round = 0; round < rounds; ++round) {
    a0 = hn::MulAdd(a0, factor, term);
    a1 = hn::MulAdd(a1, factor, term);
    a2 = hn::MulAdd(a2, factor, term);
    a3 = hn::MulAdd(a3, factor, term);
    a4 = hn::MulAdd(a4, factor, term);
    a5 = hn::MulAdd(a5, factor, term);
    a6 = hn::MulAdd(a6, factor, term);
    a7 = hn::MulAdd(a7, factor, term);
    a8 = hn::MulAdd(a8, factor, term);
    a9 = hn::MulAdd(a9, factor, term);
  }
  const auto sum = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)),
                           hn::Add(hn::Add(a4, a5), hn::Add(hn::Add(a6, a7), hn::Add(a8, a9))));
  *sink = hn::GetLane(sum);
  return static_cast<double>(rounds) * 10.0 * 2.0 * static_cast<double>(hn::Lanes(tag));
}

const char* targetName() { return hwy::TargetName(HWY_TARGET); }

}  // namespace zipage::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace zipage {

namespace {

HWY_EXPORT(multiplyAdds);
HWY_EXPORT(targetName);

constexpr long kProbeRounds = 20'000'000;
constexpr int kProbeRepetitions = 3;

/// Work per second of the best of a few repetitions, where `work` returns how much it did.
template <typename Work>
double bestRate(const Work& work) {
  double best = 0.0;
  for (int repetition = 0; repetition < kProbeRepetitions; ++repetition) {
    const auto start = std::chrono::steady_clock::now();
    const double done = work();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, done / seconds.count());
  }
  return best;
}

double bestMultiplyAdds(int threads) {
  std::vector<float> sinks(static_cast<std::size_t>(threads) * 64, 0.5F);  // a cache line and more apart
  return bestRate([&] {
    double operations = 0.0;
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : operations)
    for (int part = 0; part < threads; ++part) {
      operations +=
          HWY_DYNAMIC_DISPATCH(multiplyAdds)(kProbeRounds, &sinks[static_cast<std::size_t>(part) * 64]);
    }
    return operations;
  });
}

}  // namespace

MultiplyAddRate measureMultiplyAdds(int threads) {
  MultiplyAddRate rate;
  rate.threads = threads > 0 ? threads : omp_get_max_threads();
  rate.simdTarget = HWY_DYNAMIC_DISPATCH(targetName)();
  rate.flopsPerSecond = bestMultiplyAdds(rate.threads);
  return rate;
}

}  // namespace zipage

#endif  // HWY_ONCE
