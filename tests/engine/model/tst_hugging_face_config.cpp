// config.json of the families there are: names, defaults and scalings; what cannot be run is refused by name.
#include <QTest>

#include "engine/model/hugging_face_config.h"

using namespace zipage;

namespace {

using Json = nlohmann::json;

Json qwen() {
  return {{"model_type", "qwen3"},     {"num_hidden_layers", 28},   {"hidden_size", 1024},
          {"intermediate_size", 3072}, {"num_attention_heads", 16}, {"num_key_value_heads", 8},
          {"head_dim", 128},           {"vocab_size", 151936},      {"max_position_embeddings", 40960},
          {"rope_theta", 1000000.0},   {"rms_norm_eps", 1e-6},      {"tie_word_embeddings", true},
          {"hidden_act", "silu"},      {"rope_scaling", nullptr}};
}

Json with(const char* key, const Json& value) {
  Json json = qwen();
  json[key] = value;
  return json;
}

Json without(const char* key) {
  Json json = qwen();
  json.erase(key);
  return json;
}

Result<ModelConfig> read(const Json& json) { return readHuggingFaceConfig(json, "config.json"); }

}  // namespace

class TestHuggingFaceConfig : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyNumberArrives() {
    const auto config = read(qwen());
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    QCOMPARE(config->architecture, std::string("qwen3"));
    QCOMPARE(config->numLayers, 28);
    QCOMPARE(config->modelDim, 1024);
    QCOMPARE(config->feedForwardDim, 3072);
    QCOMPARE(config->queryHeads, 16);
    QCOMPARE(config->kvHeads, 8);
    QCOMPARE(config->headDim, 128);
    QCOMPARE(config->ropeDimensions, 128);
    QCOMPARE(config->vocabularySize, 151936);
    QCOMPARE(config->contextLength, 40960);
    QCOMPARE(config->ropeBase, 1e6F);
    QVERIFY(config->tiedOutput && config->queryKeyNorm);
  }

  void whatMayBeLeftOutHasADefault() {
    Json json = without("head_dim");
    json.erase("num_key_value_heads");
    json["rope_theta"] = nullptr;
    const auto config = read(json);
    QVERIFY(config);
    QCOMPARE(config->headDim, 64);
    QCOMPARE(config->kvHeads, 16);
    QCOMPARE(config->ropeBase, 10000.0F);
  }

  void rotationSettingsAreFoundInBothPlaces() {
    const Json yarn = {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 32768}};
    const auto old = read(with("rope_scaling", yarn));
    QVERIFY(old);
    QVERIFY(old->ropeScaling.kind == RopeScalingKind::Yarn);
    QCOMPARE(old->ropeScaling.factor, 4.0);
    Json parameters = yarn;
    parameters["rope_theta"] = 5000.0;
    const auto newer = read(with("rope_parameters", parameters));
    QVERIFY(newer);
    QVERIFY(newer->ropeScaling.kind == RopeScalingKind::Yarn);
    QCOMPARE(newer->ropeBase, 5000.0F);
  }

  void aSlidingWindowLimitsTheContext() {
    QCOMPARE(read(with("sliding_window", 4096))->contextLength, 4096);
    Json unused = with("sliding_window", 4096);
    unused["use_sliding_window"] = false;
    QCOMPARE(read(unused)->contextLength, 40960);
  }

  void whatCannotBeRunIsNamed_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const Json& json, const char* word) {
      QTest::newRow(name) << QString::fromStdString(json.dump()) << QString(word);
    };
    row("no type", without("model_type"), "model_type");
    row("unknown type", with("model_type", "mamba"), "mamba");
    row("no layers", without("num_hidden_layers"), "num_hidden_layers");
    row("2^60 layers", with("num_hidden_layers", std::int64_t{1} << 60), "num_hidden_layers");
    row("-1 layers", with("num_hidden_layers", -1), "num_hidden_layers");
    row("layers as text", with("num_hidden_layers", "28"), "num_hidden_layers");
    row("a vocabulary of 2^63", with("vocab_size", std::uint64_t{1} << 63), "vocab_size");
    row("uneven heads", with("num_key_value_heads", 3), "heads");
    row("an odd head", with("head_dim", 127), "odd");
    row("another activation", with("hidden_act", "gelu"), "gelu");
    row("an absurd epsilon", with("rms_norm_eps", 7.0), "rms_norm_eps");
    row("an unknown scaling", with("rope_scaling", {{"rope_type", "magic"}, {"factor", 2.0}}), "magic");
    row("a scaling by nothing", with("rope_scaling", {{"rope_type", "linear"}, {"factor", 0.0}}), "factor");
    row("nothing to rotate", with("partial_rotary_factor", 0.0), "partial_rotary_factor");
  }

  void whatCannotBeRunIsNamed() {
    QFETCH(QString, json);
    QFETCH(QString, word);
    const auto config = read(Json::parse(json.toStdString()));
    QVERIFY(!config);
    const std::string& message = config.error().message;
    QVERIFY2(message.starts_with("config.json: "), message.c_str());
    QVERIFY2(message.find(word.toStdString()) != std::string::npos, message.c_str());
  }
};

QTEST_GUILESS_MAIN(TestHuggingFaceConfig)
#include "tst_hugging_face_config.moc"
