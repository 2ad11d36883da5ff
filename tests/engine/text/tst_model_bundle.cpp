// A whole model file: what it brings, and what of it is refused.
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "engine/text/model_bundle.h"
#include "kernels/device_registry.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/tiny_qwen.h"

using namespace zipage;
using namespace zipage::test;

namespace {

GgufWriter wholeFile(std::uint32_t vocabulary) {
  TinyQwen shape;
  shape.vocabulary = vocabulary;
  GgufWriter writer = tinyQwenFile(shape);
  SmallVocabulary().writeTo(writer);
  return writer;
}

}  // namespace

class TestModelBundle : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aModelBringsAllItsParts() {
    GgufWriter writer = wholeFile(400);
    writer.string("tokenizer.chat_template", "{{ messages }}").float32("general.sampling.temp", 0.6F);
    writer.int32("general.sampling.top_k", 20).float32("general.sampling.top_p", 7.0F);
    const auto model = load(writer);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    QCOMPARE((*model)->config.name, std::string("Tiny"));
    QCOMPARE((*model)->config.vocabularySize, 400);
    QCOMPARE((*model)->weights.layers.size(), std::size_t{2});
    QVERIFY((*model)->weightBytes > 400 * 64 * 4);
    QCOMPARE((*model)->chatTemplate, std::string("{{ messages }}"));
    QCOMPARE((*model)->reasoningMarks.open, std::string("<think>"));
    QCOMPARE((*model)->path.string(), m_path);
    QVERIFY((*model)->tokenizer->tokenOf("hello") > 0);
    QCOMPARE((*model)->samplingDefaults.temperature, std::optional<float>(0.6F));
    QCOMPARE((*model)->samplingDefaults.topK, std::optional<int>(20));
    QVERIFY(!(*model)->samplingDefaults.topP && !(*model)->samplingDefaults.minP);
  }

  void aModelIsKnownByItsContentsAlone() {
    const std::uint64_t identity = identityOf(wholeFile(400));
    QVERIFY(identity != 0);
    QCOMPARE(identityOf(wholeFile(400)), identity);
    GgufWriter sameButForTheTemplate = wholeFile(400);
    sameButForTheTemplate.string("tokenizer.chat_template", "{{ messages }}");
    QCOMPARE(identityOf(sameButForTheTemplate), identity);  // it changes no token's keys and values
    QTemporaryDir other;
    const std::string path = other.filePath("another name.gguf").toStdString();
    wholeFile(400).write(path);
    QCOMPARE((*loadModel(path, *m_device))->identity, identity);
  }

  void otherWeightsWordsOrShapesAreAnotherModel() {
    TinyQwen shape;
    shape.vocabulary = 400;
    const auto fileOf = [](const TinyQwen& shape, const SmallVocabulary& vocabulary) {
      GgufWriter writer = tinyQwenFile(shape);
      vocabulary.writeTo(writer);
      return writer;
    };
    std::set<std::uint64_t> identities = {identityOf(fileOf(shape, {}))};
    TinyQwen otherWeights = shape;
    otherWeights.seed = 2;
    identities.insert(identityOf(fileOf(otherWeights, {})));
    TinyQwen otherType = shape;
    otherType.type = DataType::BF16;
    identities.insert(identityOf(fileOf(otherType, {})));
    SmallVocabulary otherWords;
    otherWords.texts[static_cast<std::size_t>(otherWords.idOf("<think>"))] = "<other>";
    identities.insert(identityOf(fileOf(shape, otherWords)));
    GgufWriter otherRotation = fileOf(shape, {});
    otherRotation.string("qwen3.rope.scaling.type", "linear").float32("qwen3.rope.scaling.factor", 2.0F);
    identities.insert(identityOf(otherRotation));
    QCOMPARE(identities.size(), std::size_t{5});
  }

  void marksComeFromTheTemplateWhenTheVocabularyHasNone() {
    TinyQwen shape;
    shape.vocabulary = 400;
    GgufWriter writer = tinyQwenFile(shape);
    SmallVocabulary vocabulary;
    vocabulary.texts[static_cast<std::size_t>(vocabulary.idOf("<think>"))] = "<other>";
    vocabulary.writeTo(writer).string("tokenizer.chat_template", "{{ '[THINK]' }}{{ '[/THINK]' }}");
    const auto model = load(writer);
    QVERIFY(model);
    QCOMPARE((*model)->reasoningMarks.close, std::string("[/THINK]"));
  }

  void moreTokensThanWeightsAreRefused() {
    const auto model = load(wholeFile(37));
    QVERIFY(!model);
    QCOMPARE(model.error().code, ErrorCode::InvalidFile);
    QVERIFY(model.error().message.find("weights for 37") != std::string::npos);
  }

  void aTemplateThatIsNoTextIsRefused() {
    const auto model = load(wholeFile(400).uint32("tokenizer.chat_template", 1));
    QVERIFY(!model);
    QVERIFY(model.error().message.find("tokenizer.chat_template") != std::string::npos);
  }

  void everyErrorNamesTheFile() {
    GgufWriter writer = wholeFile(400);
    writer.tensors().pop_back();
    writer.tensors().pop_back();
    const auto model = load(writer);
    QVERIFY(!model);
    QVERIFY(model.error().message.starts_with(m_path + ": "));
    QVERIFY(!loadModel("/nowhere/model.gguf", *m_device));
    QVERIFY(!loadModel("/", *m_device));
  }

 private:
  std::uint64_t identityOf(const GgufWriter& writer) {
    const auto model = load(writer);
    if (!model) qFatal("%s", model.error().message.c_str());
    return (*model)->identity;
  }
  Result<std::unique_ptr<ModelBundle>> load(const GgufWriter& writer) {
    m_path = m_folder.filePath("model.gguf").toStdString();
    writer.write(m_path);
    return loadModel(m_path, *m_device);
  }

  QTemporaryDir m_folder;
  std::string m_path;
  std::unique_ptr<Device> m_device = *openDevice("cpu", {.numThreads = 1});
};

QTEST_GUILESS_MAIN(TestModelBundle)
#include "tst_model_bundle.moc"
