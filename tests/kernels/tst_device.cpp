#include <QtTest>

#include <atomic>
#include <thread>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

class TestCpuDevice : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void bothNamesOpenTheProcessor() {
    for (const char* name : {"cpu", "auto"}) {
      const auto device = openDevice(name);
      QVERIFY(device.has_value());
      QCOMPARE((*device)->info().name, std::string("cpu"));
      QCOMPARE((*device)->info().activationType, DataType::F32);
      QVERIFY((*device)->info().memoryBytes > 0);
    }
  }

  void unknownNameSaysWhatThereIs() {
    const auto device = openDevice("quantum");
    QVERIFY(!device.has_value());
    QVERIFY(device.error().message.find("quantum") != std::string::npos);
    QVERIFY(device.error().message.find("cpu") != std::string::npos);
    QVERIFY(!device.error().sticky);
  }

  void descriptionTellsTheThreads() {
    QVERIFY((*openDevice("cpu", {1}))->info().description.find("1 thread,") != std::string::npos);
    QVERIFY((*openDevice("cpu", {3}))->info().description.find("3 threads,") != std::string::npos);
  }

  void memoryIsAlignedAndTravels() {
    const TestDevice device;
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{4097}}) {
      const auto buffer = device->allocate(bytes);
      QVERIFY(buffer.has_value());
      QCOMPARE(buffer->bytes(), bytes);
      QCOMPARE(reinterpret_cast<std::uintptr_t>(buffer->data()) % 64, std::uintptr_t{0});
      const std::vector<char> sent(bytes, 'x');
      std::vector<char> received(bytes, 'y');
      device->copyToDevice(device.queue(), buffer->data(), sent.data(), bytes);
      device->copyToHost(device.queue(), received.data(), buffer->data(), bytes);
      QVERIFY(device->synchronize(device.queue()).has_value());
      QCOMPARE(received, sent);
      device->fillZero(device.queue(), buffer->data(), bytes);
      device->copyToHost(device.queue(), received.data(), buffer->data(), bytes);
      QCOMPARE(received, std::vector<char>(bytes, '\0'));
    }
  }

  void memoryThatDoesNotExistIsAnError() {
    const TestDevice device;
    QVERIFY(!device->allocate(std::size_t{1} << 62).has_value());
    QVERIFY(!device->allocate(~std::size_t{0}).has_value());
  }

  void weightIsReadInPlace() {
    const TestDevice device;
    const std::vector<float> weight(64, 1.0F);
    const auto loaded = device->loadWeight({weight.data(), DataType::F32, 2, 32});
    QVERIFY(loaded.has_value());
    QCOMPARE(loaded->view.data, static_cast<const void*>(weight.data()));
    QVERIFY(!loaded->storage);
  }

  // The promise is one thread at a time per stream, not per device.
  void twoStreamsWorkAtTheSameTime() {
    const TestDevice device;
    constexpr int kColumns = 1024;
    Random random(1);
    const auto inputs = std::vector{random.normals(40 * kColumns), random.normals(40 * kColumns)};
    const std::vector weights{encode(DataType::Q8_0, random.normals(64 * kColumns)),
                              encode(DataType::Q8_0, random.normals(64 * kColumns))};
    const auto product = [&](Stream& stream, std::size_t which) {
      auto input = inputs[which];
      auto output = poisoned(40 * 64);
      device->matmul(stream, {.input = matrix(input, 40),
                              .weight = {weights[which].data(), DataType::Q8_0, 64, kColumns},
                              .bias = {},
                              .output = matrix(output, 40)});
      return output;
    };
    const std::vector expected{product(device.queue(), 0), product(device.queue(), 1)};
    std::atomic<int> mistakes{0};
    const auto repeat = [&](std::size_t which) {
      const auto stream = device->createStream();
      for (int i = 0; i < 30; ++i) mistakes += product(*stream, which) != expected[which];
    };
    std::thread other(repeat, 1);
    repeat(0);
    other.join();
    QCOMPARE(mistakes.load(), 0);
  }
};

QTEST_GUILESS_MAIN(TestCpuDevice)
#include "tst_device.moc"
