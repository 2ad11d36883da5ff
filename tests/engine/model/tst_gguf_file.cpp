// What a good GGUF file gives back, and that every single thing wrong with a bad one is found and named.
#include <QTemporaryDir>
#include <QTest>
#include <functional>

#include "engine/model/gguf_file.h"
#include "tests/support/gguf_writer.h"

using namespace zipage;
using zipage::test::GgufWriter;

namespace {

constexpr std::uint64_t kHuge = std::uint64_t{1} << 60;

GgufWriter goodFile() {
  GgufWriter writer;
  writer.string("general.architecture", "qwen3")
      .uint32("a.count", 7)
      .float32("a.ratio", 0.5F)
      .boolean("a.flag", true);
  writer.int32("a.negative", -3).strings("a.words", {"one", "", "three"}).floats("a.floats", {1.0F, -2.0F});
  writer.int32s("a.numbers", {4, 5, 6});
  writer.tensor("first", {4, 2}, 0, std::string(32, 'x'));
  writer.tensor("second", {3}, 1, std::string(6, 'y'));
  writer.tensor("third", {32, 2}, 8, std::string(68, 'z'));
  return writer;
}

Result<std::shared_ptr<const GgufFile>> parse(const std::string& bytes) {
  return GgufFile::parse(test::bytesOf(bytes), "test.gguf");
}

/// Empty: the bytes are refused with this code and a message that names the file and has `word` in it.
std::string expectRefused(const std::string& bytes, ErrorCode code, const std::string& word) {
  const auto parsed = parse(bytes);
  if (parsed) return "accepted";
  const std::string& message = parsed.error().message;
  if (parsed.error().code != code) return "another code: " + message;
  if (!message.starts_with("test.gguf: ")) return "the file is not named: " + message;
  return message.find(word) == std::string::npos ? "\"" + word + "\" is not named: " + message : "";
}

}  // namespace

#define EXPECT_REFUSED(bytes, code, word)                                      \
  do {                                                                         \
    const std::string complaint = expectRefused(bytes, ErrorCode::code, word); \
    QVERIFY2(complaint.empty(), complaint.c_str());                            \
  } while (false)

class TestGgufFile : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void valuesComeBackAsTheyWereWritten() {
    const std::string bytes = goodFile().bytes();
    const auto file = parse(bytes);
    QVERIFY2(file, file ? "" : file.error().message.c_str());
    QCOMPARE((*file)->version(), 3U);
    QCOMPARE(**(*file)->integer("a.count"), 7);
    QCOMPARE(**(*file)->integer("a.negative"), -3);
    QCOMPARE(**(*file)->number("a.ratio"), 0.5);
    QCOMPARE(**(*file)->number("a.count"), 7.0);
    QCOMPARE(**(*file)->boolean("a.flag"), true);
    QVERIFY(**(*file)->string("general.architecture") == "qwen3");
    QVERIFY((**(*file)->strings("a.words") == std::vector<std::string_view>{"one", "", "three"}));
    QVERIFY((**(*file)->floats("a.floats") == std::vector<float>{1.0F, -2.0F}));
    QVERIFY((**(*file)->int32s("a.numbers") == std::vector<std::int32_t>{4, 5, 6}));
    QVERIFY(!(*file)->integer("a.absent")->has_value());
    QVERIFY((*file)->contains("a.flag") && !(*file)->contains("a.absent"));
  }

  void tensorsLieWhereTheyWereWritten() {
    const std::string bytes = goodFile().bytes();
    const auto file = parse(bytes);
    QVERIFY(file);
    const GgufTensor* first = (*file)->findTensor("first");
    QVERIFY(first != nullptr);
    QCOMPARE(first->rows, 2);
    QCOMPARE(first->columns, 4);
    QCOMPARE(*static_cast<const char*>(first->view.data), 'x');
    QCOMPARE(*static_cast<const char*>((*file)->findTensor("second")->view.data), 'y');
    QCOMPARE((*file)->findTensor("third")->view.type, DataType::Q8_0);
    QVERIFY((*file)->findTensor("fourth") == nullptr);
    QCOMPARE((*file)->numTensors(), std::size_t{3});
  }

  void aFileOnDiskStaysMappedAsLongAsItIsHeld() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("good.gguf").toStdString();
    goodFile().write(path);
    auto file = GgufFile::open(path);
    QVERIFY(file);
    std::filesystem::remove(path);
    QCOMPARE(*static_cast<const char*>((*file)->findTensor("first")->view.data), 'x');
    QCOMPARE((*file)->name(), path);
  }

  void aFileThatIsNotThereIsNamed() {
    const auto file = GgufFile::open("/nowhere/model.gguf");
    QVERIFY(!file);
    QCOMPARE(file.error().code, ErrorCode::NotFound);
    QVERIFY(file.error().message.find("/nowhere/model.gguf") != std::string::npos);
  }

  void foldersAndEmptyFilesAreRefused() {
    const QTemporaryDir folder;
    QVERIFY(!GgufFile::open(folder.path().toStdString()));
    QFile empty(folder.filePath("empty.gguf"));
    QVERIFY(empty.open(QIODevice::WriteOnly));
    const auto file = GgufFile::open(empty.fileName().toStdString());
    QVERIFY(!file);
    QVERIFY(file.error().message.find("empty.gguf: is empty") != std::string::npos);
  }

  void versionTwoIsReadAndOthersAreNot() {
    GgufWriter writer = goodFile();
    writer.version = 2;
    QVERIFY(parse(writer.bytes()));
    for (const std::uint32_t version : {0U, 1U, 4U, 0xFFFFFFFFU}) {
      writer.version = version;
      EXPECT_REFUSED(writer.bytes(), Unsupported, "version " + std::to_string(version));
    }
    writer.version = 3U << 24;
    EXPECT_REFUSED(writer.bytes(), Unsupported, "big-endian");
  }

  void foreignFilesAreRefused() {
    GgufWriter writer = goodFile();
    writer.magic = "GGML";
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "not a GGUF");
    EXPECT_REFUSED("%PDF-1.7 and so on and on and on", InvalidFile, "not a GGUF");
    EXPECT_REFUSED("GG", InvalidFile, "not a GGUF");
  }

  void hugeCountsAreRefusedBeforeAnythingIsAllocated() {
    GgufWriter writer = goodFile();
    writer.claimedValues = kHuge;
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "metadata values");
    writer = goodFile();
    writer.claimedTensors = kHuge;
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "tensors");
    for (const GgufType type : {GgufType::Uint8, GgufType::Float64, GgufType::String}) {
      writer = goodFile();
      writer.raw("b.array", 9, GgufWriter::arrayHead(type, kHuge));
      EXPECT_REFUSED(writer.bytes(), InvalidFile, "b.array");
    }
  }

  void aTextLongerThanTheFileIsRefused() {
    for (const std::uint64_t length : {std::uint64_t{10000}, kHuge, ~std::uint64_t{0}}) {
      std::string payload;
      GgufWriter::append(payload, length);
      GgufWriter writer;
      writer.raw("b.text", 8, payload + "short");
      EXPECT_REFUSED(writer.bytes(), InvalidFile, "b.text");
    }
  }

  void unknownTypesOfValuesAreRefused() {
    EXPECT_REFUSED(GgufWriter().raw("b.value", 13, "12345678").bytes(), InvalidFile, "unknown type 13");
    EXPECT_REFUSED(
        GgufWriter().raw("b.value", 9, GgufWriter::arrayHead(static_cast<GgufType>(99), 1)).bytes(),
        InvalidFile, "unknown type 99");
    EXPECT_REFUSED(GgufWriter().raw("b.value", 9, GgufWriter::arrayHead(GgufType::Array, 1) + "....").bytes(),
                   Unsupported, "holds arrays");
  }

  void aValueOfAnotherKindIsAnErrorThatNamesTheKey() {
    const std::string bytes = goodFile().uint64("a.large", ~std::uint64_t{0}).bytes();
    const auto file = parse(bytes);
    QVERIFY(file);
    const auto names = [](const auto& result, const char* key) {
      return !result && result.error().code == ErrorCode::InvalidFile &&
             result.error().message.find(key) != std::string::npos;
    };
    QVERIFY(names((*file)->integer("a.ratio"), "a.ratio"));
    QVERIFY(names((*file)->integer("a.large"), "a.large"));
    QVERIFY(names((*file)->number("a.flag"), "a.flag"));
    QVERIFY(names((*file)->boolean("a.count"), "a.count"));
    QVERIFY(names((*file)->string("a.words"), "a.words"));
    QVERIFY(names((*file)->strings("a.floats"), "a.floats"));
    QVERIFY(names((*file)->floats("a.numbers"), "a.numbers"));
    QVERIFY(names((*file)->int32s("a.count"), "a.count"));
  }

  void duplicatesAreRefused() {
    EXPECT_REFUSED(goodFile().uint32("a.count", 8).bytes(), InvalidFile, "\"a.count\" twice");
    GgufWriter writer = goodFile();
    writer.tensor("first", {1}, 0, "1234");
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "\"first\" twice");
  }

  void alignmentMustBeAPowerOfTwoOfAtLeastEight() {
    for (const std::uint32_t alignment : {0U, 1U, 4U, 24U, 1U << 31}) {
      EXPECT_REFUSED(goodFile().uint32("general.alignment", alignment).bytes(), InvalidFile,
                     "general.alignment");
    }
    GgufWriter writer = goodFile();
    writer.alignment = 64;
    QVERIFY(parse(writer.uint32("general.alignment", 64).bytes()));
  }

  void offsetsOutsideTheFileAreRefused() {
    for (const std::uint64_t offset : {std::uint64_t{4096}, kHuge, ~std::uint64_t{31}}) {
      GgufWriter writer = goodFile();
      writer.tensors()[1].claimedOffset = offset;
      EXPECT_REFUSED(writer.bytes(), InvalidFile, "\"second\"");
    }
    GgufWriter writer = goodFile();
    writer.tensors()[1].claimedOffset = 33;
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "not aligned");
  }

  void tensorsThatOverlapAreRefused() {
    GgufWriter writer = goodFile();
    writer.tensors()[1].claimedOffset = 0;
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "overlap");
  }

  void absurdShapesAreRefused() {
    const std::vector<std::vector<std::uint64_t>> shapes = {{},
                                                            {0},
                                                            {4, 0},
                                                            {kHuge, kHuge},
                                                            {kHuge},
                                                            {1, 1, 1, 1, 1},
                                                            {4, std::uint64_t{1} << 62},
                                                            {~std::uint64_t{0}}};
    for (const auto& shape : shapes) {
      GgufWriter writer = goodFile();
      writer.tensors()[0].dimensions = shape;
      EXPECT_REFUSED(writer.bytes(), InvalidFile, "\"first\"");
    }
  }

  void aTensorLargerThanTheFileIsRefused() {
    GgufWriter writer = goodFile();
    writer.tensors()[2].dimensions = {32, 3};
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "\"third\"");
  }

  void rowsThatAreNoWholeBlocksAreRefused() {
    GgufWriter writer = goodFile();
    writer.tensors()[2].dimensions = {16, 4};
    EXPECT_REFUSED(writer.bytes(), InvalidFile, "Q8_0");
  }

  void aTensorOfAnUnknownTypeIsListedWithoutAView() {
    GgufWriter writer = goodFile();
    writer.tensors()[1].typeId = 16;
    const std::string bytes = writer.bytes();
    const auto file = parse(bytes);
    QVERIFY(file);
    QVERIFY(!(*file)->findTensor("second")->view);
    QCOMPARE(nameOfGgmlType((*file)->findTensor("second")->typeId), std::string("IQ2_XXS"));
    QCOMPARE(nameOfGgmlType(4000000000U), std::string("type 4000000000"));
  }

  void aFileCutOffAnywhereIsAnError() {
    const std::string bytes = goodFile().bytes();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      // A copy of just this length, so that a sanitizer sees any read behind it.
      const std::vector<char> start(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const auto file = GgufFile::parse(std::as_bytes(std::span(start)), "cut.gguf");
      QVERIFY2(!file, qPrintable(QString("cut off after %1 bytes").arg(length)));
      QVERIFY(file.error().message.starts_with("cut.gguf: "));
    }
    QVERIFY(parse(bytes));
  }

  void anyByteChangedGivesAnErrorOrAFile() {
    const std::string bytes = goodFile().bytes();
    for (std::size_t place = 0; place < bytes.size(); ++place) {
      for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
        std::string changed = bytes;
        changed[place] = static_cast<char>(value);
        const auto file = parse(changed);
        if (!file) continue;
        for (const char* key : {"a.words", "a.floats", "a.numbers"}) {
          static_cast<void>((*file)->strings(key));
          static_cast<void>((*file)->floats(key));
          static_cast<void>((*file)->int32s(key));
        }
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestGgufFile)
#include "tst_gguf_file.moc"
