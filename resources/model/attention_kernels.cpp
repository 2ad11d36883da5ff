// Softmax of causal attention scores and its gradient, in place on bfloat16, for training on a CPU: what
// torch 1.13 does in several passes over the whole square, done in one over its lower half. Built by
// train_attention.py with the compiler at hand.
//
// scores: [numSquares, group, length, length] bfloat16; row r sees columns 0 … r.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

inline float widen(std::uint16_t value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
}

inline std::uint16_t narrow(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// exp(x) for x <= 0: 2^n times a polynomial, about 1e-6 relative; plain arithmetic, so that the loop is
// vectorised.
inline float expNegative(float x) {
  x = x < -87.0F ? -87.0F : x;
  const float scaled = x * 1.44269504F;
  const float whole = std::floor(scaled);
  const float part = scaled - whole;
  const float fraction =
      1.0F + part * (0.6931472F +
                     part * (0.2402265F + part * (0.0555041F + part * (0.0096181F + part * 0.0013334F))));
  const std::int32_t bits = (static_cast<std::int32_t>(whole) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return power * fraction;
}

}  // namespace

extern "C" void causalSoftmax(std::uint16_t* scores, long numRows, long length) {
#pragma omp parallel
  {
    std::vector<float> wide(length);
#pragma omp for schedule(static)
    for (long index = 0; index < numRows; ++index) {
      std::uint16_t* row = scores + index * length;
      const long visible = index % length + 1;
      float largest = -1e30F;
      for (long j = 0; j < visible; ++j) {
        wide[j] = widen(row[j]);
        largest = wide[j] > largest ? wide[j] : largest;
      }
      float sum = 0.0F;
      for (long j = 0; j < visible; ++j) {
        wide[j] = expNegative(wide[j] - largest);
        sum += wide[j];
      }
      const float scale = 1.0F / sum;
      for (long j = 0; j < visible; ++j) row[j] = narrow(wide[j] * scale);
      std::memset(row + visible, 0, (length - visible) * sizeof(std::uint16_t));
    }
  }
}

// gradient becomes probability · (gradient − Σ probability · gradient), row by row.
extern "C" void causalSoftmaxGradient(const std::uint16_t* probabilities, std::uint16_t* gradient,
                                      long numRows, long length) {
#pragma omp parallel for schedule(static)
  for (long index = 0; index < numRows; ++index) {
    const std::uint16_t* p = probabilities + index * length;
    std::uint16_t* g = gradient + index * length;
    const long visible = index % length + 1;
    float dot = 0.0F;
    for (long j = 0; j < visible; ++j) dot += widen(p[j]) * widen(g[j]);
    for (long j = 0; j < visible; ++j) g[j] = narrow(widen(p[j]) * (widen(g[j]) - dot));
    std::memset(g + visible, 0, (length - visible) * sizeof(std::uint16_t));
  }
}
