// The embedded model says the same on every device, to the last of 500 tokens, with all its memory and with a
// budget.
#include <QTest>

#include "engine/runtime/transformer_runner.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_device.h"

using namespace zipage;
using namespace zipage::test;

namespace {

std::vector<TokenId> transcript(Device& device, MemoryPolicy policy) {
  const auto model = loadModel(ZIPAGE_SOURCE_DIR "/resources/model/zipage-demo.gguf", device);
  if (!model) qFatal("%s", model.error().message.c_str());
  const auto parts = createTransformerRunner(device, **model, PoolOptions{.poolTokens = 2048});
  if (!parts) qFatal("%s", parts.error().message.c_str());
  const FakeClock clock;
  Engine engine(parts->limits, *parts->runner, clock);
  Request request;
  request.prompt = (*model)->tokenizer->encodeWithControlTokens(
      "<|im_start|>user\nTom has 17 apples. Ann has 25 more apples than Tom. Ben has 8 apples fewer than "
      "Ann. How "
      "many apples do they have together?<|im_end|>\n<|im_start|>assistant\n<think>\n");
  request.maxNewTokens = 500;
  request.ignoreEnd = true;
  request.sampling.temperature = 0.0F;
  request.policy = policy;
  request.compression.budgetTokens = 160;
  request.compression.periodTokens = 32;
  if (const auto id = engine.submit(request); !id) qFatal("%s", id.error().message.c_str());
  std::vector<TokenId> tokens;
  while (engine.hasWork()) {
    for (const EngineEvent& event : engine.step()) {
      const auto* generated = std::get_if<TokenGenerated>(&event);
      if (generated != nullptr) tokens.push_back(generated->token);
    }
  }
  return tokens;
}

}  // namespace

class TestDeviceTranscripts : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyDeviceSaysTheSame_data() {
    QTest::addColumn<int>("policy");
    QTest::newRow("full") << static_cast<int>(MemoryPolicy::Full);
    QTest::newRow("budget") << static_cast<int>(MemoryPolicy::Budget);
  }

  void everyDeviceSaysTheSame() {
    QFETCH(int, policy);
    const auto reference = openDevice("cpu", DeviceOptions{.numThreads = 1});
    const auto device = openTestDevice(2);
    const auto expected = transcript(**reference, static_cast<MemoryPolicy>(policy));
    QCOMPARE(expected.size(), std::size_t{500});
    QCOMPARE(transcript(*device, static_cast<MemoryPolicy>(policy)), expected);
  }
};

QTEST_GUILESS_MAIN(TestDeviceTranscripts)
#include "tst_device_transcripts.moc"
