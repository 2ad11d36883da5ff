// Synthetic models: published shapes, random weights from a seed, in memory or as a file.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>

#include "engine/model/logits_run.h"
#include "engine/model/opened_weights.h"
#include "engine/model/random_weights.h"
#include "engine/model/synthetic_model.h"
#include "engine/text/model_bundle.h"
#include "kernels/device_registry.h"

using namespace zipage;

namespace {

std::vector<float> logitsOf(const std::string& name) {
  const auto device = openDevice("cpu", DeviceOptions{.numThreads = 1});
  const auto model = openWeights(name, **device);
  if (!model) qFatal("%s", model.error().message.c_str());
  const std::vector<std::int32_t> tokens = {1, 5, 9};
  std::vector<float> all;
  const auto keep = [&](std::span<const float> rows) -> Result<void> {
    all.insert(all.end(), rows.begin(), rows.end());
    return {};
  };
  if (!runLogits(**device, model->config, model->weights, tokens, keep)) qFatal("no logits");
  return all;
}

std::size_t weightBytesOf(const char* name) {
  const auto file = makeSyntheticModel(*parseSyntheticName(name), ModelContents::Shape);
  std::size_t bytes = 0;
  for (const auto& [key, tensor] : (*file)->tensors()) bytes += tensor.view.bytes();
  return bytes;
}

}  // namespace

class TestSyntheticModels : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatIsNotKnownIsRefusedWithWhatIs_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("word");
    QTest::newRow("shape") << QByteArray("synthetic:gpt-9") << QByteArray("qwen3-8b");
    QTest::newRow("type") << QByteArray("synthetic:tiny:q3") << QByteArray("q4_k_m");
    QTest::newRow("seed") << QByteArray("synthetic:tiny:bf16:x1") << QByteArray("seed");
    QTest::newRow("more") << QByteArray("synthetic:tiny:bf16:1:2") << QByteArray("option");
    QTest::newRow("nothing") << QByteArray("synthetic:") << QByteArray("shape");
  }
  void whatIsNotKnownIsRefusedWithWhatIs() {
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, word);
    const auto spec = parseSyntheticName(name.toStdString());
    QVERIFY(!spec);
    QCOMPARE(spec.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(spec.error().message.find(word.toStdString()) != std::string::npos,
             spec.error().message.c_str());
  }

  /// The published sizes, from their tensors: no weights are made for this.
  void shapesHaveTheSizesOfThePublishedModels_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<double>("parameters");  // 10^9, embeddings included, as their makers state them
    QTest::newRow("0.6b") << QByteArray("synthetic:qwen3-0.6b") << 0.596;
    QTest::newRow("1.7b") << QByteArray("synthetic:qwen3-1.7b") << 1.72;
    QTest::newRow("4b") << QByteArray("synthetic:qwen3-4b") << 4.02;
    QTest::newRow("8b") << QByteArray("synthetic:qwen3-8b") << 8.19;
    QTest::newRow("14b") << QByteArray("synthetic:qwen3-14b") << 14.77;
    QTest::newRow("30b-a3b") << QByteArray("synthetic:qwen3-30b-a3b") << 30.53;
    QTest::newRow("qwen2-1.5b") << QByteArray("synthetic:qwen2-1.5b") << 1.54;
    QTest::newRow("qwen2-7b") << QByteArray("synthetic:qwen2-7b") << 7.62;
    QTest::newRow("llama3-8b") << QByteArray("synthetic:llama3-8b") << 8.03;
  }
  void shapesHaveTheSizesOfThePublishedModels() {
    QFETCH(QByteArray, name);
    QFETCH(double, parameters);
    const double counted = static_cast<double>(weightBytesOf(name.constData())) / 2e9;  // BF16
    QVERIFY2(std::abs(counted - parameters) < 0.005 * parameters, qPrintable(QString::number(counted)));
  }

  void theMixtureOfQ4KMTakesSixBitsWhereItMatters() {
    const auto spec = *parseSyntheticName("synthetic:qwen3-8b:q4_k_m");
    QCOMPARE(syntheticTypeOf(spec, "output", -1), DataType::Q6_K);
    QCOMPARE(syntheticTypeOf(spec, "token_embd", -1), DataType::Q4_K);
    QCOMPARE(syntheticTypeOf(spec, "attn_q", 0), DataType::Q4_K);
    QCOMPARE(syntheticTypeOf(spec, "ffn_down", 0), DataType::Q6_K);
    QCOMPARE(syntheticTypeOf(spec, "ffn_down", 5), DataType::Q4_K);
    QCOMPARE(syntheticTypeOf(spec, "attn_v", 6), DataType::Q6_K);
    QCOMPARE(syntheticTypeOf(spec, "attn_v", 35), DataType::Q6_K);
    const auto tied = *parseSyntheticName("synthetic:qwen3-4b:q4_k_m");
    QCOMPARE(syntheticTypeOf(tied, "token_embd", -1), DataType::Q6_K);
  }

  void weightsHaveMeanZeroAndTheWantedDeviation_data() {
    QTest::addColumn<int>("type");
    for (const DataType type :
         {DataType::F32, DataType::BF16, DataType::Q8_0, DataType::Q4_K, DataType::Q6_K})
      QTest::newRow(layoutOf(type).name) << int(type);
  }
  void weightsHaveMeanZeroAndTheWantedDeviation() {
    QFETCH(int, type);
    constexpr int kRows = 64;
    constexpr int kColumns = 1024;
    const auto stored = static_cast<DataType>(type);
    std::vector<std::byte> bytes(kRows * bytesOf(stored, kColumns));
    fillRandomWeights(bytes, stored, kRows, kColumns, 3, 2);
    std::vector<std::byte> again(bytes.size());
    fillRandomWeights(again, stored, kRows, kColumns, 3, 1);
    QVERIFY(bytes == again);

    const auto device = openDevice("cpu", DeviceOptions{.numThreads = 1});
    std::vector<float> values(kRows * kColumns);
    std::vector<std::int32_t> rows(kRows);
    for (int i = 0; i < kRows; ++i) rows[i] = i;
    const auto stream = (*device)->createStream();
    (*device)->embed(*stream, {.table = {bytes.data(), stored, kRows, kColumns},
                               .tokenIds = rows.data(),
                               .output = {values.data(), DataType::F32, kRows, kColumns}});
    QVERIFY((*device)->synchronize(*stream));
    double sum = 0.0;
    double squares = 0.0;
    for (const float value : values) {
      sum += value;
      squares += double{value} * value;
    }
    const double deviation = std::sqrt(squares / values.size());
    QVERIFY2(std::abs(deviation * 32.0 - 1.0) < 0.05, qPrintable(QString::number(deviation * 32.0)));
    QVERIFY2(std::abs(sum / values.size()) < 0.05 * deviation,
             qPrintable(QString::number(sum / values.size() / deviation)));
  }

  void everyTypeAnswersFromMemoryAndFromAFileAlike_data() {
    QTest::addColumn<QByteArray>("name");
    for (const char* name : {"synthetic:tiny:bf16:7", "synthetic:tiny:q8_0:7", "synthetic:tiny:q4_k_m:7"})
      QTest::newRow(name) << QByteArray(name);
  }
  void everyTypeAnswersFromMemoryAndFromAFileAlike() {
    QFETCH(QByteArray, name);
    const std::vector<float> made = logitsOf(name.toStdString());
    for (const float logit : made) QVERIFY(std::isfinite(logit));
    QVERIFY(*std::ranges::max_element(made) > *std::ranges::min_element(made));

    QTemporaryDir folder;
    const std::string path = folder.filePath("model.gguf").toStdString();
    QVERIFY(writeSyntheticModel(*parseSyntheticName(name.toStdString()), path));
    QVERIFY(logitsOf(path) == made);
    QVERIFY(!writeSyntheticModel(*parseSyntheticName(name.toStdString()), path));  // it is there already
    QVERIFY(logitsOf(name.toStdString().replace(name.size() - 1, 1, "8")) != made);
  }

  void aTextGoesThereAndBackThroughTheStandInVocabulary() {
    const auto device = openDevice("cpu", DeviceOptions{.numThreads = 1});
    const auto model = loadModel("synthetic:tiny", **device);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    const Tokenizer& tokenizer = *(*model)->tokenizer;
    QCOMPARE(tokenizer.vocabularySize(), 1024);
    const std::string text = "The thing, Grüße, 日本 🙂\n";
    QCOMPARE(tokenizer.decode(tokenizer.encode(text)), text);
    QVERIFY(!tokenizer.endTokens().empty());
    QVERIFY(!(*model)->chatTemplate.empty());
  }
};

QTEST_GUILESS_MAIN(TestSyntheticModels)
#include "tst_synthetic_models.moc"
