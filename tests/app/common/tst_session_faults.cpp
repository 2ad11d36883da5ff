// Opening the embedded model on a device that refuses memory, at every moment of it: an error that says what
// there was no room for, and nothing left behind.
#include <QTest>

#include "app/common/model_paths.h"
#include "app/common/model_session.h"
#include "tests/support/faulty_device.h"

using namespace zipage;
using namespace zipage::test;

namespace {

SessionOptions optionsFor(const Faults& faults, const std::shared_ptr<FaultCounts>& counts) {
  SessionOptions options;
  options.model = *demoModelPath();
  options.pool.poolTokens = 512;
  options.opensDevice = [faults, counts](std::string_view,
                                         const DeviceOptions&) -> DeviceResult<std::unique_ptr<Device>> {
    return std::make_unique<FaultyDevice>(faults, counts);
  };
  return options;
}

}  // namespace

class TestSessionFaults : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyRefusalWhileOpeningIsToldAndLeavesNothing() {
    for (int moment = 0;; ++moment) {
      const auto counts = std::make_shared<FaultCounts>();
      const auto session = ModelSession::open(optionsFor({.refusedAllocation = moment}, counts));
      if (!counts->hasFailed) {
        QVERIFY(session.has_value());
        QVERIFY2(moment > 100, "weights, activations, pool and workspaces are many");
        return;
      }
      QVERIFY2(!session.has_value(), qPrintable(QStringLiteral("at %1").arg(moment)));
      const std::string& message = session.error().message;
      QVERIFY2(message.find(kRefused) != std::string::npos, message.c_str());
      QVERIFY2(message.size() > std::string_view(kRefused).size() + 5, "what for is said as well");
      QCOMPARE(session.error().code, ErrorCode::OutOfMemory);
      QCOMPARE(FaultyDevice::numHeld(), 0);
    }
  }

  void aDeviceLostWhileOpeningIsTold() {
    const auto counts = std::make_shared<FaultCounts>();
    const auto session = ModelSession::open(optionsFor({.lostSynchronize = 0}, counts));
    QVERIFY(!session.has_value());
    QCOMPARE(session.error().code, ErrorCode::Device);
    QVERIFY2(session.error().message.find(kDeviceLost) != std::string::npos, session.error().message.c_str());
    QCOMPARE(FaultyDevice::numHeld(), 0);
  }

  void aDeviceThatCannotBeOpenedIsTold() {
    SessionOptions options = optionsFor({}, std::make_shared<FaultCounts>());
    options.opensDevice = [](std::string_view name,
                             const DeviceOptions&) -> DeviceResult<std::unique_ptr<Device>> {
      return tl::unexpected(DeviceError{"no device called " + std::string(name), false});
    };
    options.device = "nothing";
    const auto session = ModelSession::open(options);
    QVERIFY(!session.has_value());
    QCOMPARE(session.error().code, ErrorCode::Device);
    QCOMPARE(session.error().message, std::string("no device called nothing"));
  }
};

QTEST_GUILESS_MAIN(TestSessionFaults)
#include "tst_session_faults.moc"
