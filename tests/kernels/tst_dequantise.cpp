#include "kernels/cpu/dequantise.h"

#include <QtTest>

#include <bit>

#include "tests/kernels/kernel_test_support.h"
#include "tests/support/quantised_blocks.h"

using namespace zipage;
using namespace zipage::test;

namespace {

std::size_t elementsOf(DataType type, const std::vector<std::byte>& bytes) {
  const DataTypeLayout layout = layoutOf(type);
  return bytes.size() / static_cast<std::size_t>(layout.bytesPerBlock) *
         static_cast<std::size_t>(layout.elementsPerBlock);
}

/// Empty when the kernel's floats are the exact values, each rounded once; what differs otherwise.
QString difference(DataType type, const std::vector<std::byte>& bytes) {
  const DataTypeLayout layout = layoutOf(type);
  auto output = poisoned(elementsOf(type, bytes));
  dequantise(type, bytes.data(), output.data(), output.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    const auto perBlock = static_cast<std::size_t>(layout.elementsPerBlock);
    const std::byte* block = bytes.data() + i / perBlock * static_cast<std::size_t>(layout.bytesPerBlock);
    const auto expected = static_cast<float>(blockElement(type, block, i % perBlock));
    if (std::bit_cast<std::uint32_t>(expected) == std::bit_cast<std::uint32_t>(output[i])) continue;
    return QString("%1, element %2: %3 for %4").arg(layout.name).arg(i).arg(output[i]).arg(expected);
  }
  return {};
}

void setHalf(std::vector<std::byte>& block, std::size_t at, unsigned bits) {
  block[at] = static_cast<std::byte>(bits & 255U);
  block[at + 1] = static_cast<std::byte>(bits >> 8);
}

}  // namespace

class TestDequantise : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void randomBlocksDecodeToTheBit() {
    for (const DataType type : kBlockTypes) {
      const auto perBlock = static_cast<std::size_t>(layoutOf(type).elementsPerBlock);
      QCOMPARE(difference(type, randomBlocks(type, 300 * perBlock, 11)), QString());
    }
  }

  // One field at a time is all ones or all zeros, so that no bit can be taken for its neighbour's.
  void everyBitReachesItsElementsOnly() {
    for (const DataType type : kBlockTypes) {
      const auto bytes = static_cast<std::size_t>(layoutOf(type).bytesPerBlock);
      for (std::size_t at = 0; at < bytes * 8; ++at) {
        for (const bool inverted : {false, true}) {
          std::vector<std::byte> block(bytes, inverted ? std::byte{255} : std::byte{0});
          block[at / 8] ^= std::byte{1} << (at % 8);
          for (const std::size_t half : halvesOf(type)) setHalf(block, half, half == 0 ? 0x2E67 : 0xA1C3);
          QCOMPARE(difference(type, block), QString());
        }
      }
    }
  }

  void extremeScalesDecodeToTheBit() {
    for (const DataType type : kBlockTypes) {
      for (const unsigned bits : {0x0000U, 0x8000U, 0x0001U, 0x83FFU, 0x0400U, 0x3C00U, 0x7BFFU, 0xFBFFU}) {
        for (const unsigned other : {0x0000U, 0x0001U, 0x7BFFU, 0xFBFFU}) {
          auto block =
              randomBlocks(type, static_cast<std::size_t>(layoutOf(type).elementsPerBlock), bits + other);
          const auto halves = halvesOf(type);
          if (!halves.empty()) setHalf(block, halves[0], bits);
          if (halves.size() == 2) setHalf(block, halves[1], other);
          QCOMPARE(difference(type, block), QString());
        }
      }
    }
  }

  void everyExponentOfTinyFloatsDecodesToTheBit() {
    for (unsigned exponent = 0; exponent < 256; ++exponent) {
      auto block = randomBlocks(DataType::MXFP4, 32, exponent);
      block[0] = static_cast<std::byte>(exponent);
      QCOMPARE(difference(DataType::MXFP4, block), QString());
    }
  }

  // Known to be right by hand: a scale of 1 and numbers that say what they are.
  void numbersByHand() {
    std::vector<std::byte> block(18);
    setHalf(block, 0, 0x3C00);
    block[2] = std::byte{0xF0};   // elements 0 and 16
    block[17] = std::byte{0x1A};  // elements 15 and 31
    std::vector<float> values(32);
    dequantise(DataType::Q4_0, block.data(), values.data(), 32);
    QCOMPARE(values[0], -8.0F);
    QCOMPARE(values[16], 7.0F);
    QCOMPARE(values[15], 2.0F);
    QCOMPARE(values[31], -7.0F);
    dequantise(DataType::IQ4_NL, block.data(), values.data(), 32);
    QCOMPARE(values[0], -127.0F);
    QCOMPARE(values[16], 113.0F);
    QCOMPARE(values[15], 25.0F);
    QCOMPARE(values[31], -104.0F);
  }

  void embeddingsAreLookedUpInEveryType() {
    const TestDevice device;
    for (const DataType type : kBlockTypes) {
      const auto table = randomBlocks(type, 5 * 512, 3);
      std::vector<float> all(5 * 512);
      dequantise(type, table.data(), all.data(), all.size());
      const std::int32_t tokens[] = {4, 0, 4};
      auto output = poisoned(3 * 512);
      device->embed(device.queue(),
                    {.table = {table.data(), type, 5, 512}, .tokenIds = tokens, .output = matrix(output, 3)});
      for (std::size_t t = 0; t < 3; ++t) {
        QVERIFY(sameBits(output.data() + t * 512, all.data() + tokens[t] * 512, 512));
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestDequantise)
#include "tst_dequantise.moc"
