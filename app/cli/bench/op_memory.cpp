#include "app/cli/bench/op_memory.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

namespace zipage {

namespace {

constexpr std::size_t kPattern = std::size_t{16} << 20;  // random bytes that are made; the rest repeats them

/// Sign and fraction stay random; the exponent becomes that of a half or of one.
template <typename Bits>
void tame(std::vector<std::byte>& bytes, Bits signAndFraction, Bits exponent, Bits varies) {
  for (std::size_t at = 0; at + sizeof(Bits) <= bytes.size(); at += sizeof(Bits)) {
    Bits bits;
    std::memcpy(&bits, bytes.data() + at, sizeof bits);
    bits = static_cast<Bits>((bits & (signAndFraction | varies)) | exponent);
    std::memcpy(bytes.data() + at, &bits, sizeof bits);
  }
}

/// Every block begins with its scale, as a half.
void tameScales(std::vector<std::byte>& bytes, std::size_t bytesPerBlock) {
  constexpr std::uint16_t kScale = 0x2000;  // 1 / 128
  for (std::size_t at = 0; at + bytesPerBlock <= bytes.size(); at += bytesPerBlock)
    std::memcpy(bytes.data() + at, &kScale, sizeof kScale);
}

std::vector<std::byte> randomPattern(DataType type, std::size_t numBytes) {
  // Whole blocks, so that repeating them gives whole blocks.
  const auto bytesPerBlock = static_cast<std::size_t>(layoutOf(type).bytesPerBlock);
  std::vector<std::byte> bytes(std::min(kPattern / bytesPerBlock * bytesPerBlock, numBytes));
  std::mt19937_64 random(7);
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::uint64_t bits = random();
    std::memcpy(bytes.data() + at, &bits, std::min(sizeof bits, bytes.size() - at));
  }
  if (type == DataType::F32) tame<std::uint32_t>(bytes, 0x807FFFFF, 0x3F000000, 0x00800000);
  if (type == DataType::F16) tame<std::uint16_t>(bytes, 0x83FF, 0x3800, 0x0400);
  if (type == DataType::BF16) tame<std::uint16_t>(bytes, 0x807F, 0x3F00, 0x0080);
  if (type == DataType::Q8_0) tameScales(bytes, bytesPerBlock);
  return bytes;
}

}  // namespace

int copiesBeyondCaches(double bytes, int most) {
  const double wanted = static_cast<double>(kBeyondCaches) / std::max(bytes, 1.0) + 1.0;
  return static_cast<int>(std::clamp(wanted, 1.0, static_cast<double>(most)));
}

std::byte* OpMemory::take(std::size_t bytes) {
  if (m_failure) return nullptr;
  auto buffer = m_device.allocate(bytes);
  if (!buffer) {
    fail(buffer.error());
    return nullptr;
  }
  return m_buffers.emplace_back(std::move(*buffer)).as<std::byte>();
}

void OpMemory::fail(const DeviceError& error) {
  if (!m_failure) m_failure = Error{error.sticky ? ErrorCode::Device : ErrorCode::OutOfMemory, error.message};
}

void* OpMemory::numbers(DataType type, std::size_t count) {
  const std::size_t bytes = bytesOf(type, static_cast<std::int64_t>(count));
  std::byte* const place = take(bytes);
  if (place == nullptr) return nullptr;
  const std::vector<std::byte> pattern = randomPattern(type, bytes);
  const std::size_t length = std::min(pattern.size(), bytes);
  m_device.copyToDevice(*m_stream, place, pattern.data(), length);
  for (std::size_t at = length; at < bytes; at += length)
    m_device.copyOnDevice(*m_stream, place + at, place, std::min(length, bytes - at));
  if (auto done = m_device.synchronize(*m_stream); !done) fail(done.error());
  return place;
}

TensorView OpMemory::matrix(DataType type, std::int64_t rows, std::int64_t columns) {
  return {numbers(type, static_cast<std::size_t>(rows * columns)), type, rows, columns};
}

std::int32_t* OpMemory::integers(const std::vector<std::int32_t>& values) {
  std::byte* const place = take(values.size() * sizeof(std::int32_t));
  if (place == nullptr) return nullptr;
  m_device.copyToDevice(*m_stream, place, values.data(), values.size() * sizeof(std::int32_t));
  if (auto done = m_device.synchronize(*m_stream); !done) fail(done.error());
  return reinterpret_cast<std::int32_t*>(place);
}

float* OpMemory::floats(const std::vector<float>& values) {
  std::byte* const place = take(values.size() * sizeof(float));
  if (place == nullptr) return nullptr;
  m_device.copyToDevice(*m_stream, place, values.data(), values.size() * sizeof(float));
  if (auto done = m_device.synchronize(*m_stream); !done) fail(done.error());
  return reinterpret_cast<float*>(place);
}

void* OpMemory::zeros(std::size_t bytes) {
  std::byte* const place = take(bytes);
  if (place == nullptr) return nullptr;
  m_device.fillZero(*m_stream, place, bytes);
  if (auto done = m_device.synchronize(*m_stream); !done) fail(done.error());
  return place;
}

std::byte* OpMemory::copies(const void* from, std::size_t bytes, int count, std::size_t stride) {
  std::byte* const place = take(static_cast<std::size_t>(count) * stride);
  if (place == nullptr) return nullptr;
  for (int i = 0; i < count; ++i)
    m_device.copyOnDevice(*m_stream, place + static_cast<std::size_t>(i) * stride, from, bytes);
  if (auto done = m_device.synchronize(*m_stream); !done) fail(done.error());
  return place;
}

DeviceWeight OpMemory::weight(ConstTensorView host) {
  if (m_failure) return {};
  auto loaded = m_device.loadWeight(host);
  if (loaded) return std::move(*loaded);
  fail(loaded.error());
  return {};
}

void OpMemory::toHost(void* host, const void* device, std::size_t bytes) {
  if (m_failure) return;
  m_device.copyToHost(*m_stream, host, device, bytes);
  if (auto done = m_device.synchronize(*m_stream); !done) fail(done.error());
}

Result<void> OpMemory::check() {
  if (m_failure) return tl::unexpected(*m_failure);
  return {};
}

OpPool::OpPool(OpMemory& memory, DataType type, int layers, int numPages, int kvHeads, int pageTokens,
               int headDim, int pagesOfSequence) {
  kv = {nullptr, nullptr, nullptr, type, layers, numPages, kvHeads, pageTokens, headDim};
  const auto numEntries = static_cast<std::size_t>(layers) * numPages * 2 * kvHeads * pageTokens * headDim;
  kv.entries = static_cast<std::byte*>(memory.numbers(type, numEntries));
  pages.resize(static_cast<std::size_t>(numPages));
  std::iota(pages.begin(), pages.end(), 0);
  std::ranges::shuffle(pages, std::mt19937_64(3));

  std::vector<std::int32_t> positions(kv.slotIndex(layers, 0, 0));
  for (int layer = 0; layer < layers; ++layer) {
    for (int i = 0; i < numPages; ++i) {
      for (int head = 0; head < kvHeads; ++head) {
        const auto first = positions.begin() + static_cast<std::ptrdiff_t>(kv.slotIndex(
                                                   layer, pages[static_cast<std::size_t>(i)], head));
        std::iota(first, first + pageTokens, i % pagesOfSequence * pageTokens);
      }
    }
  }
  kv.positions = memory.integers(positions);
  kv.scores = static_cast<float*>(memory.zeros(positions.size() * sizeof(float)));
}

}  // namespace zipage
