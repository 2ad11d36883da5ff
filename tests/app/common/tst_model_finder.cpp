// Models on disk, found by what they are.
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "app/common/model_facts.h"
#include "app/common/model_finder.h"
#include "tests/support/gguf_writer.h"

using namespace zipage;
namespace fs = std::filesystem;

namespace {

const fs::path kDemo = fs::path(ZIPAGE_SOURCE_DIR) / "resources/model/zipage-demo.gguf";
const fs::path kFolder = fs::path(ZIPAGE_SOURCE_DIR) / "tests/golden/models/qwen3";

bool always() { return true; }

}  // namespace

class TestModelFinder : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_root = m_folder->path().toStdString();
  }

  void modelsAreFoundAtAnyDepthByWhatTheyAre() {
    put(kDemo, "a/b/demo.gguf");
    put(kFolder, "c/some-folder");
    write("c/notes.txt", "no model");
    write("c/readme.json", "{}");
    const auto models = findModels({m_root}, always);
    QCOMPARE(models.size(), std::size_t{2});
    QCOMPARE(models[0].name, "demo");
    QVERIFY(models[0].problem.empty());
    QVERIFY(models[0].weightBytes > 1000000);
    QCOMPARE(models[1].name, "some-folder");
    QCOMPARE(models[1].architecture, "qwen3");
  }

  void aBrokenModelIsListedWithItsReason() {
    write("broken.gguf", "GGUF, or so it says");
    const auto models = findModels({m_root}, always);
    QCOMPARE(models.size(), std::size_t{1});
    QVERIFY(models[0].problem.find("broken.gguf") != std::string::npos);
  }

  void theFilesOfOneModelAreOneModel() {
    put(kDemo, "x-00001-of-00002.gguf");
    write("x-00002-of-00002.gguf", "the rest");
    write("mmproj-x.gguf", "eyes");
    put(kDemo, "again.gguf");  // another link to the same file
    QCOMPARE(findModels({m_root, m_root}, always).size(), std::size_t{1});
  }

  void linksThatLeadBackEnd() {
    put(kDemo, "a/demo.gguf");
    fs::create_directory_symlink(m_root, m_root / "a" / "circle");
    QCOMPARE(findModels({m_root}, always).size(), std::size_t{1});
  }

  void vocabulariesAreNoModels() {
    test::GgufWriter writer;
    writer.string("general.architecture", "llama");
    write("vocabulary.gguf", writer.bytes());
    QVERIFY(findModels({m_root}, always).empty());
  }

  void aSearchThatNobodyWantsEnds() {
    put(kDemo, "demo.gguf");
    QVERIFY(findModels({m_root}, [] { return false; }).empty());
  }

  void foldersThatAreNotThereHoldNothing() { QVERIFY(findModels({m_root / "nowhere"}, always).empty()); }

  void theHuggingFaceCacheIsWhereItsVariablesSay() {
    qputenv("HF_HUB_CACHE", "");
    qunsetenv("HF_HUB_CACHE");
    qputenv("HF_HOME", "/models/hf");
    QCOMPARE(huggingFaceCache(), fs::path("/models/hf/hub"));
    qputenv("HF_HUB_CACHE", "/elsewhere");
    QCOMPARE(huggingFaceCache(), fs::path("/elsewhere"));
    qunsetenv("HF_HUB_CACHE");
    qunsetenv("HF_HOME");
    qputenv("XDG_CACHE_HOME", "/cache");
    QCOMPARE(huggingFaceCache(), fs::path("/cache/huggingface/hub"));
    qunsetenv("XDG_CACHE_HOME");
    qputenv("HOME", "/home/ann");
    QCOMPARE(huggingFaceCache(), fs::path("/home/ann/.cache/huggingface/hub"));
  }

  void whatLiesInTheCacheIsCalledAsItsPublisherCallsIt() {
    const fs::path snapshot = "/hub/models--Qwen--Qwen3-0.6B/snapshots/0123";
    QCOMPARE(nameFromPath(snapshot), "Qwen/Qwen3-0.6B");
    QCOMPARE(nameFromPath(snapshot / "q8.gguf"), "Qwen/Qwen3-0.6B · q8");
    QCOMPARE(nameFromPath("/models/tiny/"), "tiny");
  }

  void factsAreThoseOfTheFile() {
    const auto facts = readModelFacts(kDemo);
    QVERIFY(facts);
    QVERIFY(facts->weightBytes > fs::file_size(kDemo) * 9 / 10);
    QVERIFY(facts->weightBytes <= fs::file_size(kDemo));
    PoolOptions pool;
    const auto small = memoryNeeds(*facts, pool);
    pool.poolTokens *= 2;
    const auto large = memoryNeeds(*facts, pool);
    QVERIFY(small && large);
    QCOMPARE(small->weightBytes, large->weightBytes);
    QVERIFY(large->kvBytes > small->kvBytes);
  }

 private:
  void put(const fs::path& target, const char* name) {
    fs::create_directories((m_root / name).parent_path());
    fs::create_symlink(target, m_root / name);
  }
  void write(const char* name, const std::string& text) {
    fs::create_directories((m_root / name).parent_path());
    std::ofstream(m_root / name, std::ios::binary) << text;
  }

  std::unique_ptr<QTemporaryDir> m_folder;
  fs::path m_root;
};

QTEST_GUILESS_MAIN(TestModelFinder)
#include "tst_model_finder.moc"
