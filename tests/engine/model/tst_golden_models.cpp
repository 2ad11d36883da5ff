// The forward pass of each architecture against what transformers computes for the same weights, from a
// Hugging Face folder and from the same tensors as a GGUF file has them.
#include <QTest>
#include <filesystem>

#include "engine/base/ids.h"
#include "engine/base/json_file.h"
#include "engine/model/gguf_file.h"
#include "engine/model/hugging_face_config.h"
#include "engine/model/logits_run.h"
#include "engine/model/model_loader.h"
#include "engine/model/safetensors_folder.h"
#include "engine/model/tensor_names.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/test_device.h"

using namespace zipage;
using namespace zipage::test;
namespace fs = std::filesystem;

namespace {

const fs::path kModels = fs::path(ZIPAGE_SOURCE_DIR) / "tests/golden/models";

using Rows = std::vector<std::vector<float>>;

struct GoldenModel {
  explicit GoldenModel(const fs::path& path)
      : folder(path),
        expected(*readJsonFile(path / "expected.json")),
        configJson(*readJsonFile(path / "config.json")),
        device(openTestDevice(2)) {}

  Rows logits(const std::vector<TokenId>& tokens) const {
    Rows rows;
    const auto columns = static_cast<std::size_t>(config.vocabularySize);
    const auto done = runLogits(*device, config, weights, tokens, [&](std::span<const float> some) {
      for (; !some.empty(); some = some.subspan(columns))
        rows.emplace_back(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(columns));
      return Result<void>();
    });
    return done ? rows : Rows();
  }

  double errorOfLogits() const {
    const Rows computed = logits(expected["tokens"].get<std::vector<TokenId>>());
    if (computed.empty()) return 1e9;
    const Rows golden = expected["logits"].get<Rows>();
    double difference = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < golden.size(); ++i) {
      const auto& row = computed[expected["rows"][i].get<std::size_t>()];
      for (std::size_t token = 0; token < golden[i].size(); ++token) {
        difference += std::pow(static_cast<double>(row[token]) - static_cast<double>(golden[i][token]), 2.0);
        size += std::pow(static_cast<double>(golden[i][token]), 2.0);
      }
    }
    return std::sqrt(difference / size);
  }

  std::vector<TokenId> greedyTokens() const {
    auto tokens = expected["prompt"].get<std::vector<TokenId>>();
    const std::size_t first = tokens.size();
    for (std::size_t i = 0; i < expected["greedy"].size(); ++i) {
      const auto row = logits(tokens).back();
      tokens.push_back(static_cast<TokenId>(std::ranges::max_element(row) - row.begin()));
    }
    return {tokens.begin() + static_cast<std::ptrdiff_t>(first), tokens.end()};
  }

  fs::path folder;
  nlohmann::json expected;
  nlohmann::json configJson;
  std::unique_ptr<Device> device;
  ModelConfig config;
  ModelWeights weights;
};

/// The rows of each head in the order of files whose rotation takes neighbours: i, i + D/2 become 2i, 2i + 1.
std::string interleaved(const std::string& bytes, std::int64_t heads, std::int64_t headDim,
                        std::size_t rowBytes) {
  std::string out;
  for (std::int64_t head = 0; head < heads; ++head) {
    for (std::int64_t row = 0; row < headDim; ++row) {
      const std::int64_t source = head * headDim + row / 2 + (row % 2) * (headDim / 2);
      out += bytes.substr(static_cast<std::size_t>(source) * rowBytes, rowBytes);
    }
  }
  return out;
}

class GgufOfFolder {
 public:
  GgufOfFolder(const GoldenModel& golden, const SafetensorsFolder& tensors)
      : m_golden(golden), m_tensors(tensors) {}

  std::string bytes() {
    writeKeys();
    write(ModelPart::Embedding);
    write(ModelPart::OutputNorm);
    if (!m_golden.config.tiedOutput) write(ModelPart::Output);
    for (int layer = 0; layer < m_golden.config.numLayers; ++layer) {
      for (int part = 0; part <= static_cast<int>(LayerPart::GateUp); ++part)
        write(static_cast<LayerPart>(part), layer);
      write(LayerPart::Router, layer);
      for (const LayerPart part : {LayerPart::ExpertGates, LayerPart::ExpertUps, LayerPart::ExpertDowns})
        writeExperts(part, layer);
    }
    writeDivisors();
    return m_writer.bytes();
  }

 private:
  bool isInterleaved() const {
    return m_golden.config.architecture == "llama" || m_golden.config.architecture == "smollm3";
  }

  void writeKeys() {
    const ModelConfig& c = m_golden.config;
    const std::string prefix = c.architecture + ".";
    const auto put = [&](const char* key, int value) {
      m_writer.uint32(prefix + key, static_cast<std::uint32_t>(value));
    };
    m_writer.string("general.architecture", c.architecture);
    put("block_count", c.numLayers);
    put("embedding_length", c.modelDim);
    put("feed_forward_length", c.feedForwardDim);
    put("attention.head_count", c.queryHeads);
    put("attention.head_count_kv", c.kvHeads);
    put("attention.key_length", c.headDim);
    put("attention.value_length", c.headDim);
    put("context_length", c.contextLength);
    put("rope.dimension_count", c.ropeDimensions);
    if (c.numExperts > 0) {
      put("expert_count", c.numExperts);
      put("expert_used_count", c.expertsUsed);
      put("expert_feed_forward_length", c.expertDim);
      m_writer.boolean(prefix + "expert_weights_norm", c.normalisesExperts);
    }
    m_writer.float32(prefix + "attention.layer_norm_rms_epsilon", c.normEpsilon);
    m_writer.float32(prefix + "rope.freq_base", c.ropeBase);
    if (c.ropeScaling.kind == RopeScalingKind::Linear || c.ropeScaling.kind == RopeScalingKind::Yarn) {
      const bool isYarn = c.ropeScaling.kind == RopeScalingKind::Yarn;
      m_writer.string(prefix + "rope.scaling.type", isYarn ? "yarn" : "linear");
      m_writer.float32(prefix + "rope.scaling.factor", static_cast<float>(c.ropeScaling.factor));
      put("rope.scaling.original_context_length", static_cast<int>(c.ropeScaling.originalContext));
    }
  }

  /// Converters write Llama 3's scaling as what it divides each frequency by.
  void writeDivisors() {
    const ModelConfig& c = m_golden.config;
    if (c.ropeScaling.kind != RopeScalingKind::Llama3) return;
    const auto plain = inverseFrequencies(c.ropeBase, c.ropeDimensions, {});
    const auto scaled = inverseFrequencies(c.ropeBase, c.ropeDimensions, c.ropeScaling);
    std::string bytes;
    for (std::size_t i = 0; i < plain.size(); ++i) GgufWriter::append(bytes, plain[i] / scaled[i]);
    m_writer.tensor("rope_freqs.weight", {plain.size()}, 0, bytes);
  }

  template <typename... Place>
  void write(Place... place) {
    for (const char* kind : {".weight", ".bias"}) {
      const auto tensor = m_tensors.tensor(tensorName(TensorNaming::HuggingFace, place...) + kind);
      if (!tensor) continue;
      std::string bytes(static_cast<const char*>(tensor->view.data), tensor->view.bytes());
      if (isInterleaved()) bytes = permuted(std::move(bytes), *tensor, place...);
      std::vector<std::uint64_t> dimensions = {static_cast<std::uint64_t>(tensor->columns)};
      if (tensor->numDimensions > 1) dimensions.push_back(static_cast<std::uint64_t>(tensor->rows));
      m_writer.tensor(tensorName(TensorNaming::Gguf, place...) + kind, dimensions, 30, bytes);
    }
  }

  /// One tensor for all experts of a layer.
  void writeExperts(LayerPart part, int layer) {
    std::string bytes;
    std::vector<std::uint64_t> dimensions;
    for (int expert = 0; expert < m_golden.config.numExperts; ++expert) {
      const auto tensor = m_tensors.tensor(expertName(part, layer, expert) + ".weight");
      if (!tensor) return;
      bytes.append(static_cast<const char*>(tensor->view.data), tensor->view.bytes());
      dimensions = {static_cast<std::uint64_t>(tensor->columns), static_cast<std::uint64_t>(tensor->rows),
                    static_cast<std::uint64_t>(m_golden.config.numExperts)};
    }
    if (!bytes.empty())
      m_writer.tensor(tensorName(TensorNaming::Gguf, part, layer) + ".weight", dimensions, 30, bytes);
  }

  std::string permuted(std::string bytes, const SourceTensor& tensor, LayerPart part, int) const {
    if (part != LayerPart::Query && part != LayerPart::Key) return bytes;
    const std::int64_t headDim = m_golden.config.headDim;
    const bool isBias = tensor.numDimensions == 1;
    const std::int64_t rows = isBias ? tensor.columns : tensor.rows;
    return interleaved(bytes, rows / headDim, headDim, bytes.size() / static_cast<std::size_t>(rows));
  }
  std::string permuted(std::string bytes, const SourceTensor&, ModelPart) const { return bytes; }

  const GoldenModel& m_golden;
  const SafetensorsFolder& m_tensors;
  GgufWriter m_writer;
};

}  // namespace

class TestGoldenModels : public QObject {
  Q_OBJECT

 private:
  static void addModels() {
    QTest::addColumn<QString>("folder");
    for (const auto& entry : fs::directory_iterator(kModels))
      QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().string());
  }

  static void expectGolden(const GoldenModel& golden) {
    const double error = golden.errorOfLogits();
    QVERIFY2(error <= 1e-4, qPrintable(QString::number(error)));
    QVERIFY(golden.greedyTokens() == golden.expected["greedy"].get<std::vector<TokenId>>());
  }

 private Q_SLOTS:
  void initTestCase() {
    const auto numModels = std::distance(fs::directory_iterator(kModels), fs::directory_iterator());
    QVERIFY2(numModels >= 10, qPrintable(QString::number(numModels)));
  }

  void aFolderComputesWhatTransformersDoes_data() { addModels(); }
  void aFolderComputesWhatTransformersDoes() {
    QFETCH(QString, folder);
    GoldenModel golden(folder.toStdString());
    const auto config = readHuggingFaceConfig(golden.configJson, "config.json");
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    const auto tensors = SafetensorsFolder::open(golden.folder);
    QVERIFY2(tensors, tensors ? "" : tensors.error().message.c_str());
    golden.config = *config;
    auto loaded = loadWeights(**tensors, golden.config, *golden.device);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    golden.weights = std::move(loaded->weights);
    expectGolden(golden);
  }

  void theSameWeightsInAGgufFileDoAsWell_data() { addModels(); }
  void theSameWeightsInAGgufFileDoAsWell() {
    QFETCH(QString, folder);
    GoldenModel golden(folder.toStdString());
    golden.config = *readHuggingFaceConfig(golden.configJson, "config.json");
    const auto tensors = *SafetensorsFolder::open(golden.folder);
    const std::string bytes = GgufOfFolder(golden, *tensors).bytes();
    const auto file = GgufFile::parse(zipage::test::bytesOf(bytes), "golden.gguf");
    QVERIFY2(file, file ? "" : file.error().message.c_str());
    const auto config = readModelConfig(**file);
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    golden.config = *config;
    auto loaded = loadWeights(**file, golden.config, *golden.device);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    golden.weights = std::move(loaded->weights);
    expectGolden(golden);
  }
};

QTEST_GUILESS_MAIN(TestGoldenModels)
#include "tst_golden_models.moc"
