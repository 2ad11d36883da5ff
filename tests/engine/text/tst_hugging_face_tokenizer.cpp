// Tokenizers of Hugging Face folders: byte-level pairs, pairs of the SentencePiece kind, tokenizer.model, and
// files that are refused by name.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include <nlohmann/json.hpp>

#include "engine/text/byte_alphabet.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/tokenizer_loader.h"

using namespace zipage;
using Json = nlohmann::json;

namespace {

/// A folder that goes away with the test.
class Folder {
 public:
  void write(const char* name, const std::string& bytes) const {
    std::ofstream(path() / name, std::ios::binary) << bytes;
  }
  void write(const char* name, const Json& json) const { write(name, json.dump()); }
  std::filesystem::path path() const { return m_folder.path().toStdString(); }
  Result<std::shared_ptr<const Tokenizer>> load() const { return loadTokenizer(path()); }

 private:
  QTemporaryDir m_folder;
};

Json byteLevel() {
  Json vocabulary = Json::object();
  for (int byte = 0; byte < 256; ++byte) vocabulary[characterOfByte(static_cast<std::uint8_t>(byte))] = byte;
  vocabulary["ab"] = 256;
  vocabulary["Ġab"] = 257;
  const Json split = {{"type", "Split"},
                      {"pattern", {{"Regex", R"( ?\p{L}+|\p{N}|\s+)"}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  const Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  return {
      {"model",
       {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::array({"a b", Json::array({"Ġ", "ab"})})}}},
      {"normalizer", {{"type", "NFC"}}},
      {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", Json::array({split, bytes})}}},
      {"added_tokens", Json::array({{{"id", 258}, {"content", "<|end|>"}, {"special", true}},
                                    {{"id", 259}, {"content", "<think>"}, {"special", false}}})}};
}

Json pieces() {
  Json vocabulary = {{"<unk>", 0}, {"<s>", 1}, {"</s>", 2}};
  for (int byte = 0; byte < 256; ++byte) {
    char text[8];
    std::snprintf(text, sizeof text, "<0x%02X>", byte);
    vocabulary[text] = 3 + byte;
  }
  int next = 259;
  for (const char* text : {"\u2581", "a", "b", "ab", "\u2581ab"}) vocabulary[text] = next++;
  return {{"model",
           {{"type", "BPE"},
            {"vocab", vocabulary},
            {"merges", Json::array({"a b", "\u2581 ab"})},
            {"byte_fallback", true},
            {"unk_token", "<unk>"}}},
          {"normalizer",
           {{"type", "Sequence"},
            {"normalizers",
             Json::array({{{"type", "Prepend"}, {"prepend", "\u2581"}},
                          {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}}})}}},
          {"post_processor",
           {{"type", "TemplateProcessing"},
            {"single", Json::array({{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}}})}}},
          {"added_tokens", Json::array({{{"id", 1}, {"content", "<s>"}, {"special", true}},
                                        {{"id", 2}, {"content", "</s>"}, {"special", true}}})}};
}

}  // namespace

class TestHuggingFaceTokenizer : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void byteLevelPairsAreMergedAndCutByTheirOwnPattern() {
    Folder folder;
    folder.write("tokenizer.json", byteLevel());
    folder.write("tokenizer_config.json",
                 Json{{"eos_token", {{"content", "<|end|>"}}}, {"bos_token", nullptr}});
    const auto tokenizer = folder.load();
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    QVERIFY((*tokenizer)->encode("ab ab") == (std::vector<TokenId>{256, 257}));
    QVERIFY((*tokenizer)->encodeWithControlTokens("ab<|end|>") == (std::vector<TokenId>{256, 258}));
    QVERIFY((*tokenizer)->encode("<|end|><think>").size() > 10);
    QVERIFY((*tokenizer)->endTokens() == std::vector<TokenId>{258});
    QVERIFY(!(*tokenizer)->addsBeginOfText());
    QCOMPARE((*tokenizer)->decode((*tokenizer)->encode("a\u00E4 \u65E5")), std::string("a\u00E4 \u65E5"));
  }

  void tokensTakeTheWhiteSpaceBesideThemAlong() {
    Json json = byteLevel();
    json["added_tokens"] = Json::array({{{"id", 258}, {"content", "<|after|>"}, {"rstrip", true}},
                                        {{"id", 259}, {"content", "<|before|>"}, {"lstrip", true}},
                                        {{"id", 260}, {"content", "<|plain|>"}}});
    Folder folder;
    folder.write("tokenizer.json", json);
    const auto tokenizer = folder.load();
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    const auto ids = [&](const char* text) { return (*tokenizer)->encodeWithControlTokens(text); };
    QVERIFY(ids("<|after|> \n\tab") == (std::vector<TokenId>{258, 256}));
    QVERIFY(ids("ab \n <|before|> ab") == (std::vector<TokenId>{256, 259, 257}));
    QVERIFY(ids("<|after|>  <|before|>") == (std::vector<TokenId>{258, 259}));
    QVERIFY(ids("  <|before|><|after|>  ") == (std::vector<TokenId>{259, 258}));
    QVERIFY(ids("ab<|plain|> ab") == (std::vector<TokenId>{256, 260, 257}));
  }

  void piecesGetTheirScoresFromTheMerges() {
    Folder folder;
    folder.write("tokenizer.json", pieces());
    folder.write("tokenizer_config.json", Json{{"bos_token", "<s>"}, {"eos_token", "</s>"}});
    folder.write("generation_config.json", Json{{"eos_token_id", Json::array({2, 258})}});
    const auto tokenizer = folder.load();
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    QVERIFY((*tokenizer)->encode("ab") == std::vector<TokenId>{263});
    QVERIFY((*tokenizer)->encodeContinuation("b\u00E4", false) ==
            (std::vector<TokenId>{261, 3 + 0xC3, 3 + 0xA4}));
    QCOMPARE((*tokenizer)->beginOfText(), 1);
    QVERIFY((*tokenizer)->addsBeginOfText());
    QVERIFY((*tokenizer)->endTokens() == (std::vector<TokenId>{2, 258}));
  }

  void aModelProtoIsReadWhereThereIsNoJson() {
    Vocabulary vocabulary;
    const auto add = [&](const char* text, TokenKind kind, float score) {
      vocabulary.texts.emplace_back(text);
      vocabulary.kinds.push_back(kind);
      vocabulary.scores.push_back(score);
    };
    add("<unk>", TokenKind::Unknown, 0.0F);
    add("</s>", TokenKind::Control, 0.0F);
    for (const char* text : {"ab", "a", "b", "\u2581"})
      add(text, TokenKind::Normal, -static_cast<float>(vocabulary.texts.size()));
    Folder folder;
    folder.write("tokenizer.model", serializeModelProto(vocabulary));
    folder.write("config.json", Json{{"eos_token_id", 1}});
    const auto tokenizer = folder.load();
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    QVERIFY((*tokenizer)->encode("aba") == (std::vector<TokenId>{2, 3}));
    QVERIFY((*tokenizer)->endTokens() == std::vector<TokenId>{1});
  }

  void whatIsNoTokenizerIsRefusedByName_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("word");
    const auto row = [](const char* name, const Json& json, const char* word) {
      QTest::newRow(name) << QByteArray::fromStdString(json.dump()) << QByteArray(word);
    };
    const auto changed = [](const char* pointer, const Json& value) {
      Json json = byteLevel();
      json[Json::json_pointer(pointer)] = value;
      return json;
    };
    QTest::newRow("no JSON") << QByteArray("{\"model\":") << QByteArray("JSON");
    QTest::newRow("invalid UTF-8") << QByteArray("{\"a\":\"\xFF\"}") << QByteArray("JSON");
    row("no model", Json::object(), "vocabulary");
    row("another model", changed("/model/type", "WordPiece"), "WordPiece");
    row("no merges", changed("/model/merges", nullptr), "merges");
    row("half a merge", changed("/model/merges", Json::array({"a"})), "pair");
    row("a negative id", changed("/model/vocab/a", -1), "id");
    row("an id far away", changed("/model/vocab/a", 16000000), "id");
    row("an id that is text", changed("/model/vocab/a", "x"), "id");
    row("an unknown normalizer", changed("/normalizer/type", "BertNormalizer"), "BertNormalizer");
    row("an unknown pre-tokenizer", changed("/pre_tokenizer/pretokenizers/0/type", "Whitespace"),
        "Whitespace");
    row("a malformed pattern", changed("/pre_tokenizer/pretokenizers/0/pattern/Regex", "(a"), "pattern");
    row("an added token without text", changed("/added_tokens/0/content", 5), "added token");
    row("types that are none", Json{{"model", 5}, {"added_tokens", 7}}, "vocabulary");
  }

  void whatIsNoTokenizerIsRefusedByName() {
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, word);
    Folder folder;
    folder.write("tokenizer.json", bytes.toStdString());
    const auto tokenizer = folder.load();
    QVERIFY(!tokenizer);
    const QByteArray message = QByteArray::fromStdString(tokenizer.error().message);
    QVERIFY2(message.contains(word) && message.contains("tokenizer.json"), message.constData());
  }

  void damagedModelProtosAreRefused() {
    Vocabulary vocabulary;
    for (int i = 0; i < 8; ++i) {
      vocabulary.texts.push_back("t" + std::to_string(i));
      vocabulary.kinds.push_back(i == 0 ? TokenKind::Unknown : TokenKind::Normal);
      vocabulary.scores.push_back(0.0F);
    }
    const std::string whole = serializeModelProto(vocabulary);
    QVERIFY(parseModelProto(whole));
    QVERIFY(!parseModelProto(""));
    QVERIFY(!parseModelProto("not a proto"));
    QVERIFY(!parseModelProto(whole.substr(0, whole.size() - 1)));
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
      static_cast<void>(parseModelProto(damaged));  // ends, whatever it says
    }
  }

  /// Values that lie in each other without end would end the stack when they are copied.
  void endlessNestingIsRefused() {
    const std::string open = "{\"a\":[";
    std::string text = "{\"model\":";
    for (int i = 0; i < 100000; ++i) text += open;
    text += "1";
    for (int i = 0; i < 100000; ++i) text += "]}";
    const Folder folder;
    folder.write("tokenizer.json", text + "}");
    const auto tokenizer = folder.load();
    QVERIFY(!tokenizer);
    QVERIFY(tokenizer.error().message.find("nested") != std::string::npos);
  }

  void anEmptyFolderSaysWhatIsMissing() {
    const auto tokenizer = Folder().load();
    QVERIFY(!tokenizer);
    QVERIFY(tokenizer.error().message.find("tokenizer.json") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestHuggingFaceTokenizer)
#include "tst_hugging_face_tokenizer.moc"
