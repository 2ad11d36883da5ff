// How keys and values are kept: by name, as the device likes it, or refused with what there is.
#include <QTest>
#include <algorithm>

#include "app/common/kv_type.h"

using namespace zipage;

class TestKvType : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyNameIsAType() {
    const std::vector<std::string> names = kvTypeNames();
    QCOMPARE(names.front(), std::string("auto"));
    QVERIFY(kvTypeFromName("auto").has_value() && !kvTypeFromName("auto")->has_value());
    std::vector<DataType> types;
    for (auto name = names.begin() + 1; name != names.end(); ++name) {
      const auto type = kvTypeFromName(*name);
      QVERIFY2(type.has_value() && type->has_value(), name->c_str());
      QCOMPARE(std::ranges::count(types, **type), std::ptrdiff_t{0});
      types.push_back(**type);
    }
    QVERIFY(types.size() >= 3);
    // What devices have can be chosen.
    for (const DataType type : DeviceInfo{}.kvTypes)
      QCOMPARE(std::ranges::count(types, type), std::ptrdiff_t{1});
  }

  void anUnknownNameListsWhatThereIs() {
    const auto type = kvTypeFromName("f8");
    QVERIFY(!type.has_value());
    QVERIFY(type.error().message.find("\"f8\"") != std::string::npos);
    for (const std::string& name : kvTypeNames())
      QVERIFY2(type.error().message.find(name) != std::string::npos, name.c_str());
  }

  void theDeviceChoosesWhereNobodyElseDoes() {
    DeviceInfo device;
    device.kvType = DataType::BF16;
    QCOMPARE(kvTypeOn(device, std::nullopt).value(), DataType::BF16);
    QCOMPARE(kvTypeOn(device, DataType::F16).value(), DataType::F16);
  }

  void aTypeThatADeviceLacksIsRefusedWithThoseItHas() {
    DeviceInfo device;
    device.name = "small";
    device.kvTypes = {DataType::F32, DataType::F16};
    const auto refused = kvTypeOn(device, DataType::BF16);
    QVERIFY(!refused.has_value());
    QCOMPARE(refused.error().code, ErrorCode::Unsupported);
    QCOMPARE(refused.error().message,
             std::string("the device small cannot keep keys and values as bf16; it can as f32, f16"));
  }
};

QTEST_GUILESS_MAIN(TestKvType)
#include "tst_kv_type.moc"
