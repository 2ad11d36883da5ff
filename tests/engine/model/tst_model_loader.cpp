// Tensors are found by name and checked before a device sees them; what is wrong is named.
#include <QTest>

#include "engine/model/gguf_file.h"
#include "engine/model/model_loader.h"
#include "kernels/device_registry.h"
#include "tests/support/tiny_qwen.h"

using namespace zipage;
using namespace zipage::test;

namespace {

Result<LoadedWeights> load(const std::string& bytes, std::shared_ptr<const GgufFile>& file) {
  static const std::unique_ptr<Device> device = *openDevice("cpu", {.numThreads = 1});
  const auto parsed = GgufFile::parse(zipage::test::bytesOf(bytes), "model.gguf");
  if (!parsed) return tl::unexpected(parsed.error());
  file = *parsed;
  const auto config = readModelConfig(*file);
  if (!config) return tl::unexpected(config.error());
  return loadWeights(*file, *config, *device);
}

WrittenTensor& tensorOf(GgufWriter& writer, const std::string& name) {
  return *std::ranges::find(writer.tensors(), name, &WrittenTensor::name);
}

/// Empty: refused with this code, and the message names the file and `word`.
std::string complaint(const GgufWriter& writer, ErrorCode code, const std::string& word) {
  const std::string bytes = writer.bytes();
  std::shared_ptr<const GgufFile> file;
  const auto loaded = load(bytes, file);
  if (loaded) return "accepted";
  const std::string& message = loaded.error().message;
  const bool isNamed = message.starts_with("model.gguf: ") && message.find(word) != std::string::npos;
  return isNamed && loaded.error().code == code ? "" : message;
}

}  // namespace

class TestModelLoader : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTensorGetsItsRoleAndIsCounted() {
    GgufWriter writer = tinyQwenFile(TinyQwen{});
    std::size_t numBytes = 0;
    for (const WrittenTensor& tensor : writer.tensors()) numBytes += tensor.bytes.size();
    const std::string bytes = writer.bytes();
    std::shared_ptr<const GgufFile> file;
    const auto loaded = load(bytes, file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QCOMPARE(loaded->bytes, numBytes);
    QCOMPARE(loaded->weights.layers.size(), std::size_t{2});
    QCOMPARE(loaded->weights.layers[1].down.view.rows, 64);
    QCOMPARE(loaded->weights.layers[1].down.view.columns, 100);
    QCOMPARE(loaded->weights.output.view.rows, 37);
    QCOMPARE(loaded->weights.layers[0].key.view.data, file->findTensor("blk.0.attn_k.weight")->view.data);
  }

  void aTiedModelHasNoOutput() {
    TinyQwen shape;
    shape.tied = true;
    const std::string bytes = tinyQwenFile(shape).bytes();
    std::shared_ptr<const GgufFile> file;
    QVERIFY(!load(bytes, file)->weights.output.view);
  }

  void tensorsNobodyAsksForAreLeftAlone() {
    GgufWriter writer = tinyQwenFile(TinyQwen{});
    writer.tensor("rope_factors", {5}, 16, std::string(64, 'x'));
    const std::string bytes = writer.bytes();
    std::shared_ptr<const GgufFile> file;
    QVERIFY(load(bytes, file));
  }

  void aMissingTensorIsNamed() {
    const GgufWriter whole = tinyQwenFile(TinyQwen{});
    for (std::size_t index = 0; index < 12; ++index) {
      GgufWriter writer = whole;
      const std::string name = writer.tensors()[index].name;
      writer.tensors().erase(writer.tensors().begin() + static_cast<std::ptrdiff_t>(index));
      QCOMPARE(complaint(writer, ErrorCode::InvalidFile, "\"" + name + "\" is missing"), std::string());
    }
  }

  void aWrongShapeIsNamed() {
    GgufWriter writer = tinyQwenFile(TinyQwen{});
    tensorOf(writer, "blk.1.ffn_up.weight").dimensions = {100, 64};
    QCOMPARE(complaint(writer, ErrorCode::InvalidFile, "\"blk.1.ffn_up.weight\" is 64 x 100"), std::string());
    writer = tinyQwenFile(TinyQwen{});
    tensorOf(writer, "blk.0.attn_norm.weight").dimensions = {32, 2};
    QCOMPARE(complaint(writer, ErrorCode::InvalidFile, "blk.0.attn_norm.weight"), std::string());
    writer = tinyQwenFile(TinyQwen{});
    tensorOf(writer, "blk.0.ffn_up.weight").dimensions = {64, 50, 2};
    QCOMPARE(complaint(writer, ErrorCode::InvalidFile, "blk.0.ffn_up.weight"), std::string());
  }

  void aTypeThatIsNotKnownIsNamedWithItsTensor() {
    GgufWriter writer = tinyQwenFile(TinyQwen{});
    tensorOf(writer, "blk.0.attn_v.weight").typeId = 16;
    QCOMPARE(complaint(writer, ErrorCode::Unsupported, "\"blk.0.attn_v.weight\" is stored as IQ2_XXS"),
             std::string());
    tensorOf(writer, "blk.0.attn_v.weight").typeId = 777;
    QCOMPARE(complaint(writer, ErrorCode::Unsupported, "type 777"), std::string());
  }

  void normsMustBePlainNumbers() {
    GgufWriter writer = tinyQwenFile(TinyQwen{});
    tensorOf(writer, "output_norm.weight").typeId = 8;
    QCOMPARE(complaint(writer, ErrorCode::Unsupported, "\"output_norm.weight\" is stored as Q8_0"),
             std::string());
  }

  void aModelOfTheLargestSizeInAFewBytesIsRefusedAtOnce() {
    GgufWriter writer;
    writer.string("general.architecture", "qwen3").uint32("qwen3.block_count", 1024);
    writer.uint32("qwen3.embedding_length", 1 << 17).uint32("qwen3.feed_forward_length", 1 << 20);
    writer.uint32("qwen3.attention.head_count", 4096).uint32("qwen3.attention.key_length", 1024);
    writer.uint32("qwen3.attention.value_length", 1024)
        .float32("qwen3.attention.layer_norm_rms_epsilon", 1e-6F);
    writer.tensor("token_embd.weight", {32}, 8, std::string(34, 'x'));
    QCOMPARE(complaint(writer, ErrorCode::InvalidFile, "token_embd.weight"), std::string());
  }
};

QTEST_GUILESS_MAIN(TestModelLoader)
#include "tst_model_loader.moc"
