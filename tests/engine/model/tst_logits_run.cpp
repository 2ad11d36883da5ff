// Logits of a whole text: those of the definition, also where the text takes several steps and pages.
#include <QTest>

#include "engine/model/logits_run.h"
#include "engine/model/model_loader.h"
#include "tests/support/reference_transformer.h"
#include "tests/support/test_device.h"
#include "tests/support/tiny_qwen.h"

using namespace zipage;
using namespace zipage::test;

class TestLogitsRun : public QObject {
  Q_OBJECT

 private:
  std::string m_bytes = tinyQwenFile({}).bytes();
  std::shared_ptr<const GgufFile> m_file = *GgufFile::parse(zipage::test::bytesOf(m_bytes), "tiny");
  ModelConfig m_config = *readModelConfig(*m_file);
  std::unique_ptr<Device> m_device = openTestDevice(2);
  ModelWeights m_weights = std::move(loadWeights(*m_file, m_config, *m_device)->weights);

 private Q_SLOTS:
  void areThoseOfTheDefinitionOverSeveralSteps() {
    std::vector<int> tokens;
    for (int i = 0; i < 131; ++i) tokens.push_back(i * 7 % m_config.vocabularySize);
    std::vector<std::vector<float>> logits;
    const auto columns = static_cast<std::size_t>(m_config.vocabularySize);
    QVERIFY(runLogits(*m_device, m_config, m_weights, tokens, [&](std::span<const float> rows) {
      for (std::size_t at = 0; at < rows.size(); at += columns)
        logits.emplace_back(rows.begin() + at, rows.begin() + at + columns);
      return Result<void>();
    }));
    QCOMPARE(logits.size(), tokens.size());
    const auto expected = ReferenceTransformer(*m_file, m_config).forward(tokens);
    QVERIFY(relativeError(logits, expected) <= 1e-5);
  }

  void aFailureOfTheReceiverEndsTheRun() {
    int calls = 0;
    const std::vector<std::int32_t> tokens(200, 1);
    const auto done = runLogits(*m_device, m_config, m_weights, tokens, [&](std::span<const float>) {
      ++calls;
      return Result<void>(failure(ErrorCode::Io, "full"));
    });
    QVERIFY(!done);
    QCOMPARE(done.error().message, std::string("full"));
    QCOMPARE(calls, 1);
  }
};

QTEST_GUILESS_MAIN(TestLogitsRun)
#include "tst_logits_run.moc"
