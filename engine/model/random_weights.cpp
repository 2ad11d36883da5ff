#include "engine/model/random_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "engine/base/check.h"

namespace zipage {

namespace {

// Generating every element costs more than writing it. Blocks come out of a store of random ones instead,
// each row from a place of its own.
constexpr std::size_t kStoredElements = std::size_t{1} << 18;

class RandomBits {
 public:
  explicit RandomBits(std::uint64_t seed) : m_state(seed * 0x9E3779B97F4A7C15ULL + 0x1234567ULL) {}

  std::uint64_t next() {
    m_state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t bits = m_state;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    return bits ^ (bits >> 31);
  }
  /// Uniform in [-1, 1).
  float uniform() { return static_cast<float>(static_cast<std::int64_t>(next()) >> 40) * 0x1.0p-23F; }

 private:
  std::uint64_t m_state;
};

/// A positive number below 1 as the bits of a half, rounded down.
std::uint16_t halfBits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const int exponent = static_cast<int>(bits >> 23) - 127 + 15;
  if (exponent > 0) return static_cast<std::uint16_t>((exponent << 10) | ((bits >> 13) & 0x3FFU));
  return static_cast<std::uint16_t>(std::min(1023.0F, value * 0x1.0p24F));
}

void putHalf(std::byte* to, float value) {
  const std::uint16_t bits = halfBits(value);
  std::memcpy(to, &bits, sizeof bits);
}

void fillBits(std::byte* to, std::size_t count, RandomBits& random) {
  for (std::size_t i = 0; i < count; i += sizeof(std::uint64_t)) {
    const std::uint64_t bits = random.next();
    std::memcpy(to + i, &bits, std::min(sizeof bits, count - i));
  }
}

/// Uniform bytes have a deviation of 73.9.
void makeQ8Block(std::byte* block, float deviation, RandomBits& random) {
  putHalf(block, deviation / 73.9F);
  fillBits(block + 2, 32, random);
}

/// All sub-blocks have the scale 32 and the minimum 30: value = 32 d q − 30 dmin, with q uniform from 0
/// to 15.
void makeQ4Block(std::byte* block, float deviation, RandomBits& random) {
  const float d = deviation / (32.0F * 4.61F);
  putHalf(block, d);
  putHalf(block + 2, d * 32.0F * 7.5F / 30.0F);
  std::fill_n(block + 4, 4, std::byte{0xA0});   // low bits of four scales, high bits of the others
  std::fill_n(block + 8, 4, std::byte{0x5E});   // the same of the minima
  std::fill_n(block + 12, 4, std::byte{0xE0});  // low bits of the other scales and minima
  fillBits(block + 16, 128, random);
}

/// All scales are 32: value = 32 d (q − 32), with q uniform from 0 to 63.
void makeQ6Block(std::byte* block, float deviation, RandomBits& random) {
  fillBits(block, 192, random);
  std::fill_n(block + 192, 16, std::byte{32});
  putHalf(block + 208, deviation / (32.0F * 18.5F));
}

void makeBlock(std::byte* block, DataType type, float deviation, RandomBits& random) {
  const float value = std::sqrt(3.0F) * deviation * random.uniform();
  switch (type) {
    case DataType::F32:
      std::memcpy(block, &value, sizeof value);
      return;
    case DataType::BF16: {
      const auto bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
      std::memcpy(block, &bits, sizeof bits);
      return;
    }
    case DataType::Q8_0:
      return makeQ8Block(block, deviation, random);
    case DataType::Q4_K:
      return makeQ4Block(block, deviation, random);
    case DataType::Q6_K:
      return makeQ6Block(block, deviation, random);
    default:
      ZIPAGE_CHECK(false, "random weights are not made in this type");
  }
}

/// One row longer than the store is wide, so that a row can begin at any block.
std::vector<std::byte> makeStore(DataType type, std::int64_t columns, std::size_t storedBlocks,
                                 RandomBits& random) {
  const DataTypeLayout layout = layoutOf(type);
  const auto rowBlocks = static_cast<std::size_t>(columns / layout.elementsPerBlock);
  const float deviation = 1.0F / std::sqrt(static_cast<float>(columns));
  std::vector<std::byte> store((storedBlocks + rowBlocks) * layout.bytesPerBlock);
  for (std::size_t at = 0; at < store.size(); at += layout.bytesPerBlock)
    makeBlock(store.data() + at, type, deviation, random);
  return store;
}

}  // namespace

void fillRandomWeights(std::span<std::byte> bytes, DataType type, std::int64_t rows, std::int64_t columns,
                       std::uint64_t seed, int numThreads) {
  const DataTypeLayout layout = layoutOf(type);
  const std::size_t rowBytes = bytesOf(type, columns);
  const std::size_t storedBlocks = kStoredElements / static_cast<std::size_t>(layout.elementsPerBlock);
  RandomBits random(seed);
  const std::vector<std::byte> store = makeStore(type, columns, storedBlocks, random);
  const auto fillRows = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      RandomBits place(seed ^ (static_cast<std::uint64_t>(row) << 20));
      const std::size_t start = place.next() % storedBlocks;
      std::memcpy(bytes.data() + static_cast<std::size_t>(row) * rowBytes,
                  store.data() + start * layout.bytesPerBlock, rowBytes);
    }
  };
  std::vector<std::jthread> threads;
  const std::int64_t share = (rows + numThreads - 1) / numThreads;
  for (std::int64_t first = share; first < rows; first += share)
    threads.emplace_back(fillRows, first, std::min(rows, first + share));
  fillRows(0, std::min(rows, share));
}

}  // namespace zipage
