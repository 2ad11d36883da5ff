// A whole model file: what it brings, and what of it is refused.
#include <QTemporaryDir>
#include <QTest>

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
