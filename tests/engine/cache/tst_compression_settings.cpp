#include <QTest>
#include <cmath>
#include <functional>

#include "engine/cache/compression_settings.h"

using namespace zipage;

namespace {

using Change = std::function<void(CompressionSettings&)>;

CompressionSettings fitting() {
  CompressionSettings settings;
  settings.budgetTokens = 256;
  settings.periodTokens = 64;
  return settings;
}

}  // namespace
Q_DECLARE_METATYPE(Change)

class TestCompressionSettings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPresetCanWork() {
    for (const char* name : {"zipage-plus", "zipage", "attention", "window", "random"}) {
      const auto preset = compressionPreset(name);
      QVERIFY2(preset, name);
      QVERIFY2(validate(*preset, 32, 16), name);
      QVERIFY2(validate(*preset, 256, 16), name);
    }
  }

  void thePublishedPresetHasThePublishedValues() {
    const CompressionSettings zipage = *compressionPreset("zipage");
    QCOMPARE(zipage.budgetTokens, 2048);
    QCOMPARE(zipage.periodTokens, 256);
    QCOMPARE(zipage.decay, 0.8F);
    QCOMPARE(zipage.redundancyWeight, 0.2F);
    QCOMPARE(zipage.redundancyTemperature, 0.4F);
    QCOMPARE(zipage.poolKernel, 5);
    QCOMPARE(zipage.recentTokens, 0);
    QCOMPARE(zipage.repeatWeight, 0.0F);
    QCOMPARE(zipage.segmentTokens, 256);
    QVERIFY(!zipage.evenSegments);
    QVERIFY(!zipage.positionFreeKeys);
    QCOMPARE(zipage.capacityTokens(), 2304);
  }

  void theOtherPresetsDifferInWhatTheySay() {
    const CompressionSettings plus = *compressionPreset("zipage-plus");
    QCOMPARE(plus.decay, 0.0F);
    QCOMPARE(plus.poolKernel, 1);
    QCOMPARE(plus.redundancyTemperature, 0.2F);
    QCOMPARE(plus.recentTokens, 64);
    QCOMPARE(plus.repeatWeight, 0.3F);
    QCOMPARE(plus.segmentTokens, 512);
    QVERIFY(plus.evenSegments);
    QVERIFY(plus.positionFreeKeys);
    QCOMPARE(compressionPreset("attention")->redundancyWeight, 1.0F);
    QCOMPARE(compressionPreset("window")->rule, SelectionRule::Recent);
    QCOMPARE(compressionPreset("window")->sinkTokens, 4);
    QCOMPARE(compressionPreset("random")->rule, SelectionRule::Random);
  }

  void anUnknownPresetIsNamed() {
    const auto preset = compressionPreset("magic");
    QVERIFY(!preset);
    QVERIFY(preset.error().message.find("magic") != std::string::npos);
    QVERIFY(preset.error().message.find("zipage-plus") != std::string::npos);
  }

  void whatCannotWorkIsRefusedWithItsNumber_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("word");
    const auto row = [](const char* name, const char* word, Change change) {
      QTest::newRow(name) << change << QByteArray(word);
    };
    row("budget is no multiple", "100", [](auto& s) { s.budgetTokens = 100; });
    row("budget is zero", "budget", [](auto& s) { s.budgetTokens = 0; });
    row("budget is negative", "-32", [](auto& s) { s.budgetTokens = -32; });
    row("budget beyond all bounds", "budget", [](auto& s) { s.budgetTokens = 2147483616; });
    row("period is no multiple", "33", [](auto& s) { s.periodTokens = 33; });
    row("period is zero", "period", [](auto& s) { s.periodTokens = 0; });
    row("window and page fill the budget", "48", [](auto& s) { s.budgetTokens = 32; });
    row("sinks fill the budget", "240", [](auto& s) { s.sinkTokens = 240; });
    row("sinks are negative", "-1", [](auto& s) { s.sinkTokens = -1; });
    row("sinks beyond all bounds", "sink", [](auto& s) { s.sinkTokens = 2147483647; });
    row("recent tokens are negative", "-5", [](auto& s) { s.recentTokens = -5; });
    row("decay above one", "decay", [](auto& s) { s.decay = 1.5F; });
    row("decay is no number", "decay", [](auto& s) { s.decay = std::nanf(""); });
    row("weight below zero", "weight", [](auto& s) { s.redundancyWeight = -0.1F; });
    row("temperature is zero", "temperature", [](auto& s) { s.redundancyTemperature = 0.0F; });
    row("threshold above one", "threshold", [](auto& s) { s.similarityThreshold = 2.0F; });
    row("repeat weight below zero", "repeat", [](auto& s) { s.repeatWeight = -0.1F; });
    row("segment below zero", "segment", [](auto& s) { s.segmentTokens = -1; });
    row("pooling is even", "4", [](auto& s) { s.poolKernel = 4; });
    row("pooling is zero", "pooling", [](auto& s) { s.poolKernel = 0; });
  }

  void whatCannotWorkIsRefusedWithItsNumber() {
    QFETCH(Change, change);
    QFETCH(QByteArray, word);
    CompressionSettings settings = fitting();
    QVERIFY(validate(settings, 32, 16));
    change(settings);
    const auto refused = validate(settings, 32, 16);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(refused.error().message.find(word.constData()) != std::string::npos,
             refused.error().message.c_str());
  }

  void theNewestTakeAQuarterOfTheBudgetAtMost() {
    CompressionSettings settings;
    settings.budgetTokens = 1024;
    QCOMPARE(settings.recentKept(16), 64);
    settings.budgetTokens = 128;
    QCOMPARE(settings.recentKept(16), 32);
    settings.budgetTokens = 32;
    QCOMPARE(settings.recentKept(16), 16);
  }

  void aBudgetThatJustFitsIsAccepted() {
    CompressionSettings settings = fitting();
    settings.budgetTokens = 64;
    settings.periodTokens = 32;
    settings.sinkTokens = 16;
    QVERIFY(validate(settings, 32, 16));
    settings.sinkTokens = 17;
    QVERIFY(!validate(settings, 32, 16));
  }
};

QTEST_GUILESS_MAIN(TestCompressionSettings)
#include "tst_compression_settings.moc"
