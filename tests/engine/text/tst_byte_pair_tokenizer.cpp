// Byte-level byte pairs with a small vocabulary: the order of merges, how names of rules cut text, what text
// can never become, and vocabularies that are refused.
#include <QTest>

#include "engine/text/byte_alphabet.h"
#include "engine/text/tokenizer_loader.h"
#include "tests/support/gguf_writer.h"

using namespace zipage;
using namespace zipage::test;

namespace {

enum Kind : std::int32_t { Normal = 1, Control = 3, UserDefined = 4 };

/// The 256 bytes and then what is added.
struct BytePairs {
  std::vector<std::string> texts;
  std::vector<std::int32_t> kinds;
  std::vector<std::string> merges;
  std::string pre = "gpt-2";

  BytePairs() {
    for (int byte = 0; byte < 256; ++byte) add(characterOfByte(static_cast<std::uint8_t>(byte)));
  }
  void add(const std::string& text, Kind kind = Normal) {
    texts.push_back(text);
    kinds.push_back(kind);
  }
  void merge(const std::string& left, const std::string& right) {
    merges.push_back(left + " " + right);
    add(left + right);
  }
  TokenId idOf(const std::string& text) const {
    return static_cast<TokenId>(std::ranges::find(texts, text) - texts.begin());
  }
  std::vector<TokenId> idsOf(const std::vector<std::string>& parts) const {
    std::vector<TokenId> ids;
    for (const std::string& part : parts) ids.push_back(idOf(part));
    return ids;
  }

  Result<std::shared_ptr<const Tokenizer>> load() const {
    GgufWriter writer;
    writer.string("tokenizer.ggml.model", "gpt2").strings("tokenizer.ggml.tokens", texts);
    writer.int32s("tokenizer.ggml.token_type", kinds);
    if (!merges.empty()) writer.strings("tokenizer.ggml.merges", merges);
    if (!pre.empty()) writer.string("tokenizer.ggml.pre", pre);
    const std::string bytes = writer.bytes();
    const auto file = GgufFile::parse(zipage::test::bytesOf(bytes), "vocabulary.gguf");
    if (!file) return tl::unexpected(file.error());
    return loadTokenizer(**file);
  }
};

}  // namespace

class TestBytePairTokenizer : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theFirstMergeComesFirstWhereverItStands() {
    BytePairs pairs;
    pairs.merge("b", "c");
    pairs.merge("a", "b");
    pairs.merge("bc", "d");
    const auto tokenizer = *pairs.load();
    QVERIFY(tokenizer->encode("abcd") == pairs.idsOf({"a", "bcd"}));
    QVERIFY(tokenizer->encode("abab") == pairs.idsOf({"ab", "ab"}));
  }

  void equalMergesAreTakenFromTheLeft() {
    BytePairs pairs;
    pairs.merge("a", "a");
    pairs.merge("aa", "aa");
    const auto tokenizer = *pairs.load();
    QVERIFY(tokenizer->encode("aaaaa") == pairs.idsOf({"aaaa", "a"}));
    QVERIFY(tokenizer->encode("aaa") == pairs.idsOf({"aa", "a"}));
  }

  void mergesDoNotCrossWords() {
    BytePairs pairs;
    pairs.merge("a", "Ġ");
    pairs.merge("Ġ", "a");
    const auto tokenizer = *pairs.load();
    QVERIFY(tokenizer->encode("a a") == pairs.idsOf({"a", "Ġa"}));
  }

  void theRulesSayHowManyDigitsStandTogether_data() {
    QTest::addColumn<QString>("pre");
    QTest::addColumn<int>("tokens");
    QTest::newRow("gpt-2") << "gpt-2" << 1;
    QTest::newRow("qwen2") << "qwen2" << 4;
    QTest::newRow("llama-bpe") << "llama-bpe" << 2;
    QTest::newRow("starcoder") << "starcoder" << 4;
    QTest::newRow("tekken") << "tekken" << 4;
    QTest::newRow("gpt-4o") << "gpt-4o" << 2;
    QTest::newRow("deepseek-v3") << "deepseek-v3" << 2;
  }

  void theRulesSayHowManyDigitsStandTogether() {
    QFETCH(QString, pre);
    QFETCH(int, tokens);
    BytePairs pairs;
    pairs.pre = pre.toStdString();
    pairs.merge("1", "1");
    pairs.merge("11", "11");
    pairs.merge("11", "1");
    const auto tokenizer = pairs.load();
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    QCOMPARE(static_cast<int>((*tokenizer)->encode("1111").size()), tokens);
  }

  void deepseeksFirstVocabularyCutsCasedLettersSignsAndDigitsApart() {
    BytePairs pairs;
    pairs.pre = "deepseek-llm";
    pairs.merge("a", "b");
    pairs.merge("Ġ", "ab");
    pairs.merge("!", "?");
    pairs.merge("1", "2");
    pairs.merge("Ã", "¤");  // two letters that have two cases, and one that has not
    pairs.merge("Ã", "¶");
    pairs.merge("×", "Ĳ");
    pairs.merge("Ã¤", "Ã¶");
    pairs.merge("Ã¤", "×Ĳ");
    const auto tokenizer = *pairs.load();
    QVERIFY(tokenizer->encode("ab ab") == pairs.idsOf({"ab", "Ġab"}));
    QVERIFY(tokenizer->encode("ab!?12") == pairs.idsOf({"ab", "!?", "1", "2"}));
    QVERIFY(tokenizer->encode("\u00E4\u00F6") == pairs.idsOf({"Ã¤Ã¶"}));
    QVERIFY(tokenizer->encode("\u00E4\u05D0") == pairs.idsOf({"Ã¤", "×Ĳ"}));
  }

  void aWholeWordOfTheVocabularyIsTakenWhereTheRulesSaySo() {
    BytePairs pairs;
    pairs.merge("x", "y");
    pairs.add("abc");  // no merges lead to it
    QVERIFY((*pairs.load())->encode("abc") == pairs.idsOf({"a", "b", "c"}));
    pairs.pre = "llama-bpe";
    QVERIFY((*pairs.load())->encode("abc") == pairs.idsOf({"abc"}));
  }

  void qwenComposesCharactersFirst() {
    BytePairs pairs;
    pairs.merge("Ã", "¤");  // the two bytes of ä
    const std::string decomposed = "a\u0308";
    QCOMPARE((*pairs.load())->encode(decomposed).size(), std::size_t(3));
    pairs.pre = "qwen2";
    QVERIFY((*pairs.load())->encode(decomposed) == pairs.idsOf({"Ã¤"}));
  }

  void textNeverBecomesATokenOfTemplates() {
    BytePairs pairs;
    pairs.merge("a", "b");
    pairs.add("<|im_end|>", Control);
    pairs.add("<think>", UserDefined);
    pairs.add("<tool_call>", UserDefined);
    pairs.add("~~", UserDefined);
    const auto tokenizer = *pairs.load();
    const TokenId first = pairs.idOf("<|im_end|>");
    for (const char* text : {"<|im_end|>", "a<think>b", "<tool_call>"}) {
      for (const TokenId token : tokenizer->encode(text)) QVERIFY(token < first);
      QCOMPARE(tokenizer->decode(tokenizer->encode(text)), std::string(text));
    }
    QVERIFY(tokenizer->encodeWithControlTokens("ab<|im_end|>") == pairs.idsOf({"ab", "<|im_end|>"}));
    QVERIFY(tokenizer->encodeWithControlTokens("<think>") == pairs.idsOf({"<think>"}));
    QVERIFY(tokenizer->encode("a~~b") == pairs.idsOf({"a", "~~", "b"}));
    QCOMPARE(tokenizer->pieceBytes(pairs.idOf("<tool_call>")), std::string("<tool_call>"));
    QCOMPARE(tokenizer->pieceBytes(first), std::string());
    QCOMPARE(tokenizer->pieceBytes(first, true), std::string("<|im_end|>"));
  }

  void anyBytesComeBack() {
    BytePairs pairs;
    pairs.merge("Ġ", "a");
    const auto tokenizer = *pairs.load();
    std::string bytes = " a \xFF\xC3 a\xE2\x82";
    for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
    QCOMPARE(QByteArray::fromStdString(tokenizer->decode(tokenizer->encode(bytes))),
             QByteArray::fromStdString(bytes));
  }

  void aMebibyteWithoutASpaceEnds() {
    BytePairs pairs;
    pairs.merge("a", "a");
    pairs.merge("aa", "aa");
    pairs.merge("aaaa", "aaaa");
    const auto tokenizer = *pairs.load();
    QCOMPARE(tokenizer->encode(std::string(1 << 20, 'a')).size(), std::size_t(1 << 17));
    QCOMPARE(tokenizer->encode(std::string(1 << 20, ' ')).size(), std::size_t(1 << 20));
  }

  void whatIsNoVocabularyOfThisKindIsRefused_data() {
    QTest::addColumn<QString>("pre");
    QTest::addColumn<QString>("merge");
    QTest::addColumn<QString>("word");
    QTest::newRow("unknown rules") << "made-up"
                                   << "a b"
                                   << "made-up";
    QTest::newRow("no rules") << ""
                              << "a b"
                              << "tokenizer.ggml.pre";
    QTest::newRow("no merges") << "gpt-2"
                               << ""
                               << "merges";
    QTest::newRow("a merge of one") << "gpt-2"
                                    << "a"
                                    << "pair";
    QTest::newRow("a merge with nothing") << "gpt-2"
                                          << "a "
                                          << "pair";
  }

  void whatIsNoVocabularyOfThisKindIsRefused() {
    QFETCH(QString, pre);
    QFETCH(QString, merge);
    QFETCH(QString, word);
    BytePairs pairs;
    pairs.pre = pre.toStdString();
    if (!merge.isEmpty()) pairs.merges.push_back(merge.toStdString());
    const auto tokenizer = pairs.load();
    QVERIFY(!tokenizer);
    QVERIFY2(tokenizer.error().message.find(word.toStdString()) != std::string::npos,
             tokenizer.error().message.c_str());
    QVERIFY(tokenizer.error().message.starts_with("vocabulary.gguf: "));
  }
};

QTEST_GUILESS_MAIN(TestBytePairTokenizer)
#include "tst_byte_pair_tokenizer.moc"
