// The model that comes with the program: it loads whole, and its logits are those of the definition in double
// precision and those that were recorded when it was made (tests/golden/embedded_logits.json: {"cases":
// [{"tokens": [ids], "logits": [of the token after the last one]}]}).
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/model/gguf_file.h"
#include "engine/model/model_loader.h"
#include "engine/text/model_bundle.h"
#include "engine/text/prompt_encoder.h"
#include "tests/support/paged_steps.h"
#include "tests/support/reference_transformer.h"
#include "tests/support/small_vocabulary.h"

using namespace zipage;
using namespace zipage::test;

namespace {

using Logits = std::vector<std::vector<float>>;

const std::filesystem::path kModel =
    std::filesystem::path(ZIPAGE_SOURCE_DIR) / "resources/model/zipage-demo.gguf";
const std::filesystem::path kGolden =
    std::filesystem::path(ZIPAGE_SOURCE_DIR) / "tests/golden/embedded_logits.json";

std::vector<std::string> tensorNames(const ModelConfig& config) {
  std::vector<std::string> names = {"token_embd.weight", "output_norm.weight"};
  if (!config.tiedOutput) names.emplace_back("output.weight");
  for (int layer = 0; layer < config.numLayers; ++layer) {
    for (const char* part : {"attn_norm", "attn_q", "attn_k", "attn_v", "attn_q_norm", "attn_k_norm",
                             "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"}) {
      names.push_back("blk." + std::to_string(layer) + "." + part + ".weight");
    }
  }
  return names;
}

/// The same weights with every matrix stored as Q8_0.
GgufWriter quantised(const GgufFile& file, const ModelConfig& config) {
  GgufWriter writer;
  for (const std::string& name : tensorNames(config)) {
    const ConstTensorView& view = file.findTensor(name)->view;
    std::vector<float> values(static_cast<std::size_t>(view.rows * view.columns));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(elementOf(view, i));
    const auto columns = static_cast<std::uint64_t>(view.columns);
    const auto rows = static_cast<std::uint64_t>(view.rows);
    if (rows == 1) {
      writer.tensor(name, {columns}, 0, weightBytes(DataType::F32, values));
    } else {
      writer.tensor(name, {columns, rows}, 8, weightBytes(DataType::Q8_0, values));
    }
  }
  return writer;
}

Logits run(Device& device, const ModelConfig& config, const ModelWeights& weights,
           const std::vector<int>& tokens) {
  PagedSteps steps(device, config, weights);
  TestSequence sequence = steps.sequence(5, 11, 24);
  return steps.run({{&sequence, tokens}});
}

std::vector<float> floatsOf(const std::string& base64) {
  const QByteArray bytes = QByteArray::fromBase64(QByteArray::fromStdString(base64));
  std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
  std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
  return values;
}

}  // namespace

class TestEmbeddedModel : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    auto model = loadModel(kModel, *m_device);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::move(*model);
    m_tokens = encodePrompt(*m_model->tokenizer, {{"<|im_start|>user\n", true},
                                                  {"Compute 27 + 36. Then say <|im_end|> twice.", false},
                                                  {"<|im_end|>\n<|im_start|>assistant\n<think>\n", true}});
    m_file = *GgufFile::open(kModel);
  }

  void itsTokenizerKeepsPeoplesTextApart() {
    const Tokenizer& tokenizer = *m_model->tokenizer;
    const TokenId end = tokenizer.tokenOf("<|im_end|>");
    QVERIFY(std::ranges::find(tokenizer.endTokens(), end) != tokenizer.endTokens().end());
    QCOMPARE(std::ranges::count(m_tokens, end), 1);
    QCOMPARE(std::ranges::count(m_tokens, tokenizer.tokenOf("<think>")), 1);
    QVERIFY(!m_model->chatTemplate.empty());
    const std::string text = "27 + 36, a\n\nb  c\t\u00E4\U0001F600\n";
    QCOMPARE(tokenizer.decode(tokenizer.encode(text)), text);
  }

  void itsLogitsAreThoseOfTheDefinition() {
    const auto expected = ReferenceTransformer(*m_file, m_model->config).forward(m_tokens);
    const double error = relativeError(run(*m_device, m_model->config, m_model->weights, m_tokens), expected);
    QVERIFY2(error <= 1e-5, qPrintable(QString("relative error %1").arg(error)));
  }

  void itsLogitsAreThoseOfTheOtherProgram() { compareWithGolden(m_model->weights, 0.0, 1e-5); }

  void storedInEightBitsItsLogitsStayNear() {
    const std::string bytes = quantised(*m_file, m_model->config).bytes();
    const auto file = *GgufFile::parse(zipage::test::bytesOf(bytes), "q8_0");
    const auto loaded = loadWeights(*file, m_model->config, *m_device);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    compareWithGolden(loaded->weights, 1e-4, 2e-2);
  }

 private:
  /// Every sequence that the other program computed: the relative error lies in [least, most].
  void compareWithGolden(const ModelWeights& weights, double least, double most) {
    std::ifstream stream(kGolden);
    const auto golden = nlohmann::json::parse(stream, nullptr, false);
    QVERIFY2(golden.is_object() && golden.contains("sequences"), kGolden.c_str());
    QVERIFY(!golden.at("sequences").empty());
    for (const auto& sequence : golden.at("sequences")) {
      const Logits all = run(*m_device, m_model->config, weights, sequence.at("ids").get<std::vector<int>>());
      Logits actual;
      for (const int position : sequence.at("positions"))
        actual.push_back(all.at(static_cast<std::size_t>(position)));
      Logits expected;
      for (const std::string base64 : sequence.at("logits")) expected.push_back(floatsOf(base64));
      QCOMPARE(expected.size(), actual.size());
      QCOMPARE(expected.front().size(), actual.front().size());
      const double error = relativeError(actual, expected);
      const auto name = sequence.at("name").get<std::string>();
      qInfo("%s: relative error %.3g", name.c_str(), error);
      QVERIFY(error >= least && error <= most);
    }
  }

  std::unique_ptr<Device> m_device = *openDevice("cpu", {.numThreads = 2});
  std::unique_ptr<ModelBundle> m_model;
  std::shared_ptr<const GgufFile> m_file;
  std::vector<int> m_tokens;
};

QTEST_GUILESS_MAIN(TestEmbeddedModel)
#include "tst_embedded_model.moc"
