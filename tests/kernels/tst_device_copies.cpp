// Copies between host and device, of any length and alignment, through both kinds of host memory, and marks
// behind them.
#include <QtTest>

#include <cstring>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

class TestDeviceCopies : public QObject {
  Q_OBJECT

 private:
  static constexpr std::size_t kMost = 100000;

  static std::byte pattern(std::size_t i) { return static_cast<std::byte>((i * 31 + i / 256) & 0xFF); }

 private Q_SLOTS:
  void everyByteArrivesAndNoOther_data() {
    QTest::addColumn<bool>("pageLocked");
    QTest::addColumn<int>("shift");
    for (const bool pageLocked : {false, true}) {
      for (const int shift : {0, 1, 4, 8})
        QTest::addRow("page-locked %d, shifted by %d", pageLocked, shift) << pageLocked << shift;
    }
  }
  void everyByteArrivesAndNoOther() {
    QFETCH(bool, pageLocked);
    QFETCH(int, shift);
    const TestDevice device;
    const auto there = device->allocate(kMost + 32);
    const auto locked = device->allocateHost(2 * kMost + 64);
    QVERIFY(there.has_value() && locked.has_value());
    std::vector<std::byte> plain(2 * kMost + 64);
    std::byte* const sent = (pageLocked ? locked->as<std::byte>() : plain.data()) + shift;
    std::byte* const received = sent + kMost + 32;
    std::byte* const target = there->as<std::byte>() + shift;
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{4}, std::size_t{12}, std::size_t{16}, std::size_t{64},
          std::size_t{1000}, std::size_t{4096}, std::size_t{32768}, std::size_t{32772}, std::size_t{99999}}) {
      for (std::size_t i = 0; i < bytes; ++i) sent[i] = pattern(i + bytes);
      std::memset(received, 0xEE, bytes + 16);
      device->fillZero(device.queue(), there->data(), kMost + 32);
      device->copyToDevice(device.queue(), target, sent, bytes);
      device->copyToHost(device.queue(), received, target, bytes + 4);
      QVERIFY(device->synchronize(device.queue()).has_value());
      QCOMPARE(std::memcmp(received, sent, bytes), 0);
      for (std::size_t i = bytes; i < bytes + 4; ++i) QCOMPARE(received[i], std::byte{0});
      for (std::size_t i = bytes + 4; i < bytes + 16; ++i) QCOMPARE(received[i], std::byte{0xEE});
    }
  }

  void aMarkIsReachedWhenAllBeforeItIsDone() {
    const TestDevice device;
    const auto there = device->allocate(kMost);
    const auto host = device->allocateHost(2 * kMost);
    QVERIFY(there.has_value() && host.has_value());
    const auto first = device->createMark(), second = device->createMark();
    auto* const values = host->as<std::byte>();
    for (int round = 0; round < 20; ++round) {
      const auto fill = static_cast<unsigned char>(round + 1);
      std::memset(values, fill, 256);
      std::memset(values + kMost, 0, 512);
      device->copyToDevice(device.queue(), there->data(), values, 256);
      device->copyToHost(device.queue(), values + kMost, there->data(), 256);
      device->place(device.queue(), *first);
      device->copyToHost(device.queue(), values + kMost + 256, there->data(), 256);
      device->place(device.queue(), *second);
      QVERIFY(device->waitFor(device.queue(), *first).has_value());
      QCOMPARE(values[kMost + 255], static_cast<std::byte>(fill));
      QVERIFY(device->waitFor(device.queue(), *second).has_value());
      QCOMPARE(values[kMost + 511], static_cast<std::byte>(fill));
    }
  }
};

QTEST_GUILESS_MAIN(TestDeviceCopies)
#include "tst_device_copies.moc"
