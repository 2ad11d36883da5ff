// labels: slow
// Weights are read where they lie in the file: loading one takes little memory of its own.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "engine/model/logits_run.h"
#include "engine/model/synthetic_model.h"
#include "engine/text/model_bundle.h"
#include "kernels/device_registry.h"

using namespace zipage;

namespace {

/// Resident memory that no file backs, in MiB.
double anonymousMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) / 1024.0;
  }
  return -1.0;
}

}  // namespace

class TestLoadingMemory : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aModelOf600MillionWeightsAddsLessThan100MiB() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("model.gguf").toStdString();
    QVERIFY(writeSyntheticModel(*parseSyntheticName("synthetic:qwen3-0.6b:q8_0"), path));
    const auto device = openDevice("cpu", DeviceOptions{.numThreads = 2});
    const double before = anonymousMiB();
    QVERIFY(before > 0.0);
    const auto model = loadModel(path, **device);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    QVERIFY((*model)->weightBytes > 600'000'000);
    const double loaded = anonymousMiB() - before;
    const std::vector<std::int32_t> tokens = {1, 2, 3};
    const auto drop = [](std::span<const float>) -> Result<void> { return {}; };
    QVERIFY(runLogits(**device, (*model)->config, (*model)->weights, tokens, drop));
    const double used = anonymousMiB() - before;
    qInfo("loaded: %.1f MiB, after a forward pass: %.1f MiB", loaded, used);
    QVERIFY2(loaded < 100.0, qPrintable(QString::number(loaded)));
    QVERIFY2(used < 100.0, qPrintable(QString::number(used)));
  }
};

QTEST_GUILESS_MAIN(TestLoadingMemory)
#include "tst_loading_memory.moc"
