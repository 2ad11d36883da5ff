// Folders of safetensors files: read in place, one file or several; what is damaged is refused by name.
#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

#include "engine/model/safetensors_folder.h"

using namespace zipage;

namespace {

using Json = nlohmann::json;

std::string withLength(std::uint64_t length, const std::string& rest) {
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + rest;
}

std::string rawFile(std::string header, std::size_t dataBytes) {
  while (header.size() % 8 != 0) header += ' ';
  return withLength(header.size(), header + std::string(dataBytes, '\x3F'));
}

Json tensor(const char* type, const Json& shape, const Json& offsets) {
  return {{"dtype", type}, {"shape", shape}, {"data_offsets", offsets}};
}

std::string fileOf(const Json& header, std::size_t dataBytes) { return rawFile(header.dump(), dataBytes); }

/// 2^60 and more, as Json keeps it.
const std::uint64_t kHuge = std::uint64_t{1} << 60;

}  // namespace

class TestSafetensorsFolder : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tensorsLieWhereTheHeaderSays() {
    write("model.safetensors", fileOf(Json{{"__metadata__", {{"format", "pt"}}},
                                           {"a", tensor("F32", {2, 3}, {0, 24})},
                                           {"b", tensor("BF16", {4}, {24, 32})},
                                           {"cube", tensor("F16", {2, 2, 1}, {32, 40})},
                                           {"ids", tensor("I64", {1}, {40, 48})},
                                           {"nothing", tensor("F32", {0, 5}, {48, 48})}},
                                      48));
    const auto folder = open();
    QVERIFY2(folder, folder ? "" : folder.error().message.c_str());
    const auto a = (*folder)->tensor("a");
    QVERIFY(a && a->view);
    QCOMPARE(a->rows, 2);
    QCOMPARE(a->columns, 3);
    QCOMPARE(static_cast<const float*>(a->view.data)[5], std::bit_cast<float>(0x3F3F3F3FU));
    QCOMPARE((*folder)->tensor("cube")->rows, 4);
    // A type that no model here needs is no error until one asks for it.
    QVERIFY(!(*folder)->tensor("ids")->view);
    QVERIFY(!(*folder)->tensor("nothing")->view);
    QVERIFY(!(*folder)->tensor("c"));
  }

  void severalFilesAreFoundThroughTheirIndex() {
    write("model.safetensors.index.json",
          Json{{"weight_map", {{"a", "one.safetensors"}, {"b", "two.safetensors"}}}}.dump());
    write("one.safetensors", fileOf(Json{{"a", tensor("F32", {1}, {0, 4})}}, 4));
    const auto half = open();
    QVERIFY(!half);
    QVERIFY(half.error().message.find("two.safetensors") != std::string::npos);
    write("two.safetensors", fileOf(Json{{"b", tensor("F32", {1}, {0, 4})}}, 4));
    const auto folder = open();
    QVERIFY(folder && (*folder)->tensor("a") && (*folder)->tensor("b"));
  }

  void indexesThatLeaveTheFolderAreRefused() {
    for (const Json& file :
         {Json("../secret"), Json("/etc/passwd"), Json("a/b.safetensors"), Json(""), Json(1)}) {
      write("model.safetensors.index.json", Json{{"weight_map", {{"a", file}}}}.dump());
      const auto folder = open();
      QVERIFY(!folder);
      QVERIFY(folder.error().message.find("lies in no file") != std::string::npos);
    }
    write("model.safetensors.index.json", "{\"weight_map\": 7}");
    QVERIFY(open().error().message.find("weight_map") != std::string::npos);
    write("model.safetensors.index.json", "{\"weight_map\": {");
    QCOMPARE(open().error().code, ErrorCode::InvalidFile);
  }

  void damageIsNamed_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const std::string& bytes, const char* word) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(word);
    };
    const std::string whole = fileOf(Json{{"a", tensor("F32", {2, 2}, {0, 16})}}, 16);
    row("empty", "", "");
    row("no length", "abc", "too short");
    row("cut in the header", whole.substr(0, 20), "header");
    row("cut in the data", whole.substr(0, whole.size() - 1), "outside the file");
    row("a header of 2^60 bytes", withLength(kHuge, "{}"), "header");
    row("a header of 2^64 - 1 bytes", withLength(~std::uint64_t{0}, "{}"), "header");
    row("no JSON", rawFile("{\"a\": ", 0), "JSON");
    row("a list", rawFile("[]", 0), "JSON");
    row("not UTF-8", rawFile("{\"\xFF\": 1}", 0), "");
    row("no object", fileOf(Json{{"a", 7}}, 0), "has no type");
    row("no shape", fileOf(Json{{"a", {{"dtype", "F32"}, {"data_offsets", {0, 4}}}}}, 4), "has no shape");
    row("no place", fileOf(Json{{"a", {{"dtype", "F32"}, {"shape", {1}}}}}, 4), "has no place");
    row("one offset", fileOf(Json{{"a", tensor("F32", {1}, Json::array({0}))}}, 4), "has no place");
    row("a negative size", fileOf(Json{{"a", tensor("F32", {-1}, {0, 4})}}, 4), "shape");
    row("a broken size", fileOf(Json{{"a", tensor("F32", {1.5}, {0, 4})}}, 4), "shape");
    row("2^60 rows", fileOf(Json{{"a", tensor("F32", {kHuge, 1}, {0, 4})}}, 4), "shape");
    row("a product beyond 2^64", fileOf(Json{{"a", tensor("F32", {1 << 30, 1 << 30, 1 << 30}, {0, 4})}}, 4),
        "more elements");
    row("nine dimensions", fileOf(Json{{"a", tensor("F32", {1, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 4})}}, 4),
        "shape");
    row("bytes that do not fit the shape", fileOf(Json{{"a", tensor("F32", {3}, {0, 16})}}, 16),
        "has 16 bytes");
    row("behind the end", fileOf(Json{{"a", tensor("F32", {1}, {kHuge, kHuge + 4})}}, 4), "outside the file");
    row("backwards", fileOf(Json{{"a", tensor("F32", {1}, {4, 0})}}, 4), "outside the file");
    row("overlapping",
        fileOf(Json{{"a", tensor("F32", {2}, {0, 8})}, {"b", tensor("F32", {2}, {4, 12})}}, 12), "overlap");
    row("not aligned", fileOf(Json{{"a", tensor("F16", {1}, {0, 2})}, {"b", tensor("F32", {1}, {2, 6})}}, 6),
        "does not lie");
  }

  void damageIsNamed() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, word);
    write("model.safetensors", bytes.toStdString());
    const auto folder = open();
    QVERIFY(!folder);
    QCOMPARE(folder.error().code, ErrorCode::InvalidFile);
    const std::string& message = folder.error().message;
    QVERIFY2(message.find("model.safetensors") != std::string::npos, message.c_str());
    QVERIFY2(message.find(word.toStdString()) != std::string::npos, message.c_str());
  }

  void anEmptyFolderSaysWhatIsMissing() {
    const auto folder = open();
    QVERIFY(!folder);
    QCOMPARE(folder.error().code, ErrorCode::NotFound);
    QVERIFY(folder.error().message.find("model.safetensors") != std::string::npos);
  }

  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

 private:
  void write(const char* name, const std::string& bytes) const {
    std::ofstream(m_folder->filePath(name).toStdString(), std::ios::binary) << bytes;
  }
  Result<std::shared_ptr<const SafetensorsFolder>> open() const {
    return SafetensorsFolder::open(m_folder->path().toStdString());
  }

  std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestSafetensorsFolder)
#include "tst_safetensors_folder.moc"
