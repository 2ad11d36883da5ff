// The shape of a model as its file states it, and the files that state nonsense.
#include <QTest>
#include <cmath>

#include "engine/model/gguf_file.h"
#include "engine/model/model_config.h"
#include "tests/support/gguf_writer.h"

using namespace zipage;
using zipage::test::GgufWriter;

namespace {

/// Keys of a file, to be changed one at a time.
struct Keys {
  std::vector<std::pair<std::string, std::int64_t>> integers = {{"block_count", 3},
                                                                {"embedding_length", 64},
                                                                {"feed_forward_length", 96},
                                                                {"attention.head_count", 4},
                                                                {"attention.head_count_kv", 2},
                                                                {"attention.key_length", 24},
                                                                {"attention.value_length", 24},
                                                                {"context_length", 4096}};
  float epsilon = 1e-6F;
  float ropeBase = 1e6F;
  std::string architecture = "qwen3";

  Keys& set(const std::string& key, std::int64_t value) {
    erase(key);
    integers.emplace_back(key, value);
    return *this;
  }
  Keys& erase(const std::string& key) {
    std::erase_if(integers, [&](const auto& pair) { return pair.first == key; });
    return *this;
  }
  GgufWriter writer() const {
    GgufWriter writer;
    writer.string("general.architecture", architecture).string("general.name", "Some model");
    for (const auto& [key, value] : integers) {
      std::string payload;
      GgufWriter::append(payload, value);
      writer.raw("qwen3." + key, static_cast<std::uint32_t>(GgufType::Int64), payload);
    }
    writer.float32("qwen3.attention.layer_norm_rms_epsilon", epsilon)
        .float32("qwen3.rope.freq_base", ropeBase);
    writer.tensor("token_embd.weight", {64, 11}, 0, std::string(64 * 11 * 4, '\0'));
    return writer;
  }
};

Result<ModelConfig> configOf(const GgufWriter& writer) {
  const std::string bytes = writer.bytes();
  const auto file = GgufFile::parse(test::bytesOf(bytes), "model.gguf");
  if (!file) return tl::unexpected(file.error());
  return readModelConfig(**file);
}

/// Empty: refused with this code, and the message names the file and `word`.
std::string complaint(const GgufWriter& writer, ErrorCode code, const std::string& word) {
  const auto config = configOf(writer);
  if (config) return "accepted";
  const std::string& message = config.error().message;
  const bool isNamed = message.starts_with("model.gguf: ") && message.find(word) != std::string::npos;
  return isNamed && config.error().code == code ? "" : message;
}

}  // namespace

class TestModelConfig : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyNumberOfTheFileArrives() {
    const auto config = configOf(Keys().writer());
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    QCOMPARE(config->architecture, std::string("qwen3"));
    QCOMPARE(config->name, std::string("Some model"));
    QCOMPARE(config->numLayers, 3);
    QCOMPARE(config->modelDim, 64);
    QCOMPARE(config->feedForwardDim, 96);
    QCOMPARE(config->queryHeads, 4);
    QCOMPARE(config->kvHeads, 2);
    QCOMPARE(config->headDim, 24);
    QCOMPARE(config->vocabularySize, 11);
    QCOMPARE(config->contextLength, 4096);
    QCOMPARE(config->normEpsilon, 1e-6F);
    QCOMPARE(config->ropeBase, 1e6F);
    QVERIFY(config->queryKeyNorm && config->tiedOutput);
  }

  void whatMayBeLeftOutHasADefault() {
    Keys keys;
    keys.erase("context_length")
        .erase("attention.head_count_kv")
        .erase("attention.key_length")
        .erase("attention.value_length");
    const auto config = configOf(keys.writer());
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    QCOMPARE(config->contextLength, 0);
    QCOMPARE(config->kvHeads, 4);
    QCOMPARE(config->headDim, 16);
  }

  void anOutputOfItsOwnIsSeen() {
    GgufWriter writer = Keys().writer();
    writer.tensor("output.weight", {64, 11}, 0, std::string(64 * 11 * 4, '\0'));
    QVERIFY(!configOf(writer)->tiedOutput);
  }

  void anUnknownArchitectureIsUnsupportedAndTheKnownOnesAreNamed() {
    Keys keys;
    keys.architecture = "mamba";
    QCOMPARE(complaint(keys.writer(), ErrorCode::Unsupported, "\"mamba\""), std::string());
    QCOMPARE(complaint(keys.writer(), ErrorCode::Unsupported, "qwen3"), std::string());
    QCOMPARE(complaint(GgufWriter(), ErrorCode::InvalidFile, "general.architecture"), std::string());
  }

  void whatMustBeThereIsNamedWhenItIsNot() {
    for (const char* key :
         {"block_count", "embedding_length", "feed_forward_length", "attention.head_count"}) {
      QCOMPARE(complaint(Keys().erase(key).writer(), ErrorCode::InvalidFile, std::string("qwen3.") + key),
               std::string());
    }
  }

  void absurdNumbersAreNamed() {
    for (const char* key : {"block_count", "embedding_length", "feed_forward_length", "attention.head_count",
                            "attention.head_count_kv", "attention.key_length", "context_length"}) {
      for (const std::int64_t value :
           {std::int64_t{0}, std::int64_t{-5}, std::int64_t{1} << 32, std::int64_t{1} << 62}) {
        QCOMPARE(
            complaint(Keys().set(key, value).writer(), ErrorCode::InvalidFile, std::string("qwen3.") + key),
            std::string());
      }
    }
  }

  void numbersThatNoModelHasAreNamed() {
    for (const float epsilon : {0.0F, -1.0F, 5.0F, INFINITY, NAN}) {
      Keys keys;
      keys.epsilon = epsilon;
      QCOMPARE(complaint(keys.writer(), ErrorCode::InvalidFile, "layer_norm_rms_epsilon"), std::string());
    }
    for (const float base : {0.0F, -1.0F, INFINITY, NAN}) {
      Keys keys;
      keys.ropeBase = base;
      QCOMPARE(complaint(keys.writer(), ErrorCode::InvalidFile, "rope.freq_base"), std::string());
    }
  }

  void headsThatCannotBeSharedEvenlyAreRefused() {
    QCOMPARE(complaint(Keys().set("attention.head_count_kv", 3).writer(), ErrorCode::InvalidFile, "KV heads"),
             std::string());
    Keys odd;
    odd.set("attention.key_length", 25).set("attention.value_length", 25);
    QCOMPARE(complaint(odd.writer(), ErrorCode::InvalidFile, "odd"), std::string());
  }

  void shapesThatThisProgramCannotRunAreUnsupported() {
    QCOMPARE(
        complaint(Keys().set("attention.value_length", 12).writer(), ErrorCode::Unsupported, "different"),
        std::string());
    for (const std::uint32_t count : {13U, 26U}) {
      QCOMPARE(complaint(Keys().set("rope.dimension_count", count).writer(), ErrorCode::InvalidFile,
                         "rope.dimension_count"),
               std::string());
    }
    GgufWriter scaled = Keys().writer();
    scaled.string("qwen3.rope.scaling.type", "made-up");
    QCOMPARE(complaint(scaled, ErrorCode::Unsupported, "made-up"), std::string());
    GgufWriter plain = Keys().set("rope.dimension_count", 24).writer();
    plain.string("qwen3.rope.scaling.type", "none");
    QVERIFY(configOf(plain));
  }

  void withoutAnEmbeddingThereIsNoVocabulary() {
    GgufWriter writer = Keys().writer();
    writer.tensors().clear();
    QCOMPARE(complaint(writer, ErrorCode::InvalidFile, "token_embd.weight"), std::string());
  }
};

QTEST_GUILESS_MAIN(TestModelConfig)
#include "tst_model_config.moc"
