// What the kernel tests share: seeded numbers, element types encoded and decoded without the kernels' own
// code, memory full of NaN, and sequences laid out over shuffled pages.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/support/float64.h"
#include "tests/support/quantised_blocks.h"
#include "tests/support/test_device.h"

namespace zipage::test {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Random {
 public:
  explicit Random(std::uint32_t seed) : m_engine(seed) {}

  float normal() { return m_normal(m_engine); }
  int below(int limit) { return static_cast<int>(m_engine() % static_cast<std::uint32_t>(limit)); }
  std::vector<float> normals(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = normal();
    return values;
  }
  /// 0 … count − 1 in some order.
  std::vector<std::int32_t> permutation(int count) {
    std::vector<std::int32_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), m_engine);
    return order;
  }

 private:
  std::mt19937 m_engine;
  std::normal_distribution<float> m_normal;
};

inline std::uint16_t toHalf(double value) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::abs(value);
  if (magnitude >= 65520.0) return sign | 0x7C00;
  int exponent = magnitude > 0.0 ? std::max(std::ilogb(magnitude), -14) : -14;
  double units = std::nearbyint(std::ldexp(magnitude, 10 - exponent));
  if (units == 2048.0) units = 1024.0, ++exponent;
  const bool subnormal = units < 1024.0;
  return sign | static_cast<std::uint16_t>(units + (subnormal ? 0 : (exponent + 15) * 1024 - 1024));
}

inline double fromHalf(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

inline std::uint16_t toBrain(double value) {
  if (value == 0.0) return 0;
  const int exponent = std::ilogb(value);
  const auto rounded =
      static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(value, 7 - exponent)), exponent - 7));
  std::uint32_t bits;
  std::memcpy(&bits, &rounded, sizeof bits);
  return static_cast<std::uint16_t>(bits >> 16);
}

inline double fromBrain(std::uint16_t half) {
  const std::uint32_t bits = static_cast<std::uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T>
void put(std::vector<std::byte>& bytes, T value) {
  const auto* first = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

/// Elements in their stored form: F32, F16, BF16, or Q8_0 in blocks of 32.
inline std::vector<std::byte> encode(DataType type, const std::vector<float>& values) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (type == DataType::F32) put(bytes, values[i]);
    if (type == DataType::F16) put(bytes, toHalf(values[i]));
    if (type == DataType::BF16) put(bytes, toBrain(values[i]));
    if (type != DataType::Q8_0 || i % 32 != 0) continue;
    float largest = 0.0F;
    for (std::size_t j = i; j < i + 32; ++j) largest = std::max(largest, std::abs(values[j]));
    const std::uint16_t scale = toHalf(largest / 127.0F);
    put(bytes, scale);
    for (std::size_t j = i; j < i + 32; ++j) {
      const double units = largest > 0.0F ? std::nearbyint(values[j] / fromHalf(scale)) : 0.0;
      put(bytes, static_cast<std::int8_t>(std::clamp(units, -127.0, 127.0)));
    }
  }
  return bytes;
}

template <typename T>
T valueAt(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// Element `index` of a row of stored elements, exactly.
inline double decodeAt(DataType type, const void* row, std::size_t index) {
  const auto* bytes = static_cast<const std::byte*>(row);
  switch (type) {
    case DataType::F32:
      return valueAt<float>(bytes + index * 4);
    case DataType::F16:
      return fromHalf(valueAt<std::uint16_t>(bytes + index * 2));
    case DataType::BF16:
      return fromBrain(valueAt<std::uint16_t>(bytes + index * 2));
    default: {
      const DataTypeLayout layout = layoutOf(type);
      const auto perBlock = static_cast<std::size_t>(layout.elementsPerBlock);
      return blockElement(type, bytes + index / perBlock * static_cast<std::size_t>(layout.bytesPerBlock),
                          index % perBlock);
    }
  }
}

inline std::vector<double> decode(DataType type, const void* row, std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = decodeAt(type, row, i);
  return values;
}

inline std::vector<float> poisoned(std::size_t count) { return std::vector<float>(count, kNaN); }

/// ‖actual − expected‖ / ‖expected‖; NaN anywhere makes it infinite.
template <typename Actual>
double relativeError(const Actual& actual, const std::vector<double>& expected) {
  double difference = 0.0;
  double norm = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  const double error = norm > 0.0 ? std::sqrt(difference / norm) : std::sqrt(difference);
  return std::isfinite(error) ? error : kInfinity;
}

template <typename T>
bool sameBits(const T* a, const T* b, std::size_t count) {
  return std::memcmp(a, b, count * sizeof(T)) == 0;
}

inline TensorView matrix(std::vector<float>& values, std::int64_t rows) {
  return {values.data(), DataType::F32, rows, static_cast<std::int64_t>(values.size()) / rows};
}

/// The device of the tests with one stream.
struct TestDevice {
  explicit TestDevice(int numThreads = 1, bool isExact = true)
      : device(openTestDevice(numThreads, isExact)), stream(device->createStream()) {}
  /// As programs use it.
  static TestDevice fast() { return TestDevice(2, false); }
  Device* operator->() const { return device.get(); }
  Stream& queue() const { return *stream; }
  /// `host` as the device wants it; kept as long as the device.
  ConstTensorView load(const ConstTensorView& host) const {
    loaded.push_back(std::move(*device->loadWeight(host)));
    return loaded.back().view;
  }

  std::unique_ptr<Device> device;
  std::unique_ptr<Stream> stream;
  mutable std::vector<DeviceWeight> loaded;
};

/// A page pool full of NaN, with owners for its memory.
struct TestPool {
  TestPool(DataType type, int numLayers, int numPages, int kvHeads, int pageTokens, int headDim) {
    kv = {nullptr, nullptr, nullptr, type, numLayers, numPages, kvHeads, pageTokens, headDim};
    entries.assign(kv.layerBytes() * static_cast<std::size_t>(numLayers), std::byte{0xFF});
    positions.assign(kv.slotIndex(numLayers, 0, 0), -1);
    scores.assign(positions.size(), kNaN);
    kv.entries = entries.data();
    kv.positions = positions.data();
    kv.scores = scores.data();
  }
  TestPool(const TestPool&) = delete;

  /// Writes entry `index` of a sequence at (layer, head), at logical position `position`.
  void write(int layer, int head, const std::vector<std::int32_t>& table, int index,
             const std::vector<float>& key, const std::vector<float>& value, int position,
             float score = 0.0F) {
    const auto [page, slot] = place(table, index);
    const auto keyBytes = encode(kv.type, key);
    const auto valueBytes = encode(kv.type, value);
    std::copy(keyBytes.begin(), keyBytes.end(), kv.keyTile(layer, page, head) + slot * keyBytes.size());
    std::copy(valueBytes.begin(), valueBytes.end(),
              kv.valueTile(layer, page, head) + slot * valueBytes.size());
    positions[kv.slotIndex(layer, page, head) + slot] = position;
    scores[kv.slotIndex(layer, page, head) + slot] = score;
  }
  void fill(Random& random, const std::vector<std::int32_t>& table, int numEntries) {
    for (int layer = 0; layer < kv.numLayers; ++layer) {
      for (int head = 0; head < kv.kvHeads; ++head) {
        for (int j = 0; j < numEntries; ++j) {
          const auto width = static_cast<std::size_t>(kv.headDim);
          write(layer, head, table, j, random.normals(width), random.normals(width), j,
                std::abs(random.normal()));
        }
      }
    }
  }
  std::vector<double> key(int layer, int head, const std::vector<std::int32_t>& table, int index) const {
    const auto [page, slot] = place(table, index);
    return decode(kv.type, kv.keyTile(layer, page, head) + bytesOf(kv.type, slot * kv.headDim),
                  static_cast<std::size_t>(kv.headDim));
  }
  std::vector<double> value(int layer, int head, const std::vector<std::int32_t>& table, int index) const {
    const auto [page, slot] = place(table, index);
    return decode(kv.type, kv.valueTile(layer, page, head) + bytesOf(kv.type, slot * kv.headDim),
                  static_cast<std::size_t>(kv.headDim));
  }
  int position(int layer, int head, const std::vector<std::int32_t>& table, int index) const {
    const auto [page, slot] = place(table, index);
    return positions[kv.slotIndex(layer, page, head) + slot];
  }
  float score(int layer, int head, const std::vector<std::int32_t>& table, int index) const {
    const auto [page, slot] = place(table, index);
    return scores[kv.slotIndex(layer, page, head) + slot];
  }

  PagedKv kv;
  std::vector<std::byte> entries;
  std::vector<std::int32_t> positions;
  std::vector<float> scores;

 private:
  std::pair<int, std::size_t> place(const std::vector<std::int32_t>& table, int index) const {
    return {table[static_cast<std::size_t>(index / kv.pageTokens)],
            static_cast<std::size_t>(index % kv.pageTokens)};
  }
};

inline int pagesFor(int numEntries, int pageTokens) { return (numEntries + pageTokens - 1) / pageTokens; }

/// Page tables of sequences with the given lengths, out of one shuffled pool.
inline std::vector<std::vector<std::int32_t>> shuffledTables(Random& random, const std::vector<int>& lengths,
                                                             int pageTokens) {
  int numPages = 0;
  for (const int length : lengths) numPages += pagesFor(length, pageTokens);
  const auto order = random.permutation(numPages);
  std::vector<std::vector<std::int32_t>> tables;
  auto next = order.begin();
  for (const int length : lengths) {
    tables.emplace_back(next, next + pagesFor(length, pageTokens));
    next += pagesFor(length, pageTokens);
  }
  return tables;
}

}  // namespace zipage::test
