// A public vocabulary with its published test vectors, and round trips through it. Skipped where the files
// are absent.
#include <QTest>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "engine/text/tokenizer_loader.h"

using namespace zipage;

namespace {

const std::filesystem::path kFolder = std::filesystem::path(ZIPAGE_SOURCE_DIR) / "../shared/data/tokenizers";

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> textsOf(const std::string& content) {
  const std::string separator = "\n__ggml_vocab_test__\n";
  std::vector<std::string> texts;
  std::size_t start = 0;
  for (std::size_t end; (end = content.find(separator, start)) != std::string::npos;
       start = end + separator.size()) {
    texts.push_back(content.substr(start, end - start));
  }
  if (start < content.size()) texts.push_back(content.substr(start));
  return texts;
}

std::vector<std::vector<TokenId>> idsOf(const std::string& content) {
  std::vector<std::vector<TokenId>> all;
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    all.emplace_back(std::istream_iterator<TokenId>(numbers), std::istream_iterator<TokenId>());
  }
  return all;
}

void appendCharacter(std::string& text, char32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
  } else if (code < 0x10000) {
    text += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
             static_cast<char>(0x80 | (code & 63))};
  } else {
    text += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)),
             static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
  }
}

/// Characters of all lengths. Without U+2581, which the vocabulary writes for a space, and without
/// surrogates.
std::string randomText(std::mt19937& random) {
  const std::pair<char32_t, char32_t> ranges[] = {{0x00, 0x7F},    {0x20, 0x7E},     {0x80, 0x7FF},
                                                  {0x800, 0xD7FF}, {0xE000, 0xFFFF}, {0x10000, 0x10FFFF},
                                                  {0x20, 0x20}};
  std::string text;
  for (auto count = random() % 40; count > 0; --count) {
    const auto& [first, last] = ranges[random() % std::size(ranges)];
    const char32_t code = first + random() % (last - first + 1);
    if (code != 0x2581) appendCharacter(text, code);
  }
  return text;
}

}  // namespace

class TestPublicVectors : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    if (!std::filesystem::exists(kFolder / "ggml-vocab-llama-spm.gguf")) {
      QSKIP("no public vocabularies beside this source tree");
    }
    const auto file = GgufFile::open(kFolder / "ggml-vocab-llama-spm.gguf");
    QVERIFY2(file, file ? "" : file.error().message.c_str());
    const auto tokenizer = loadTokenizer(**file);
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    m_tokenizer = *tokenizer;
  }

  void everyPublishedVectorIsMet() {
    const auto texts = textsOf(contentOf(kFolder / "ggml-vocab-llama-spm.gguf.inp"));
    const auto expected = idsOf(contentOf(kFolder / "ggml-vocab-llama-spm.gguf.out"));
    QVERIFY(texts.size() >= 40);
    QCOMPARE(texts.size(), expected.size());
    for (std::size_t index = 0; index < texts.size(); ++index) {
      QVERIFY2(m_tokenizer->encode(texts[index]) == expected[index],
               qPrintable(QString("vector %1: %2").arg(index).arg(QString::fromStdString(texts[index]))));
    }
  }

  void randomTextComesBackWithItsSpacePrefix() {
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
      const std::string text = randomText(random);
      const std::string expected = text.empty() ? "" : " " + text;
      QVERIFY2(m_tokenizer->decode(m_tokenizer->encode(text)) == expected,
               qPrintable(QString("seed %1, round %2").arg(seed).arg(round)));
      QVERIFY2(m_tokenizer->decode(m_tokenizer->encodeContinuation(text, false)) == text,
               qPrintable(QString("seed %1, round %2, continued").arg(seed).arg(round)));
    }
  }

  void theIdsWithAMeaningAreThoseOfTheFile() {
    QCOMPARE(m_tokenizer->vocabularySize(), 32000);
    QCOMPARE(m_tokenizer->beginOfText(), 1);
    QVERIFY(m_tokenizer->addsBeginOfText());
    QVERIFY(m_tokenizer->endTokens() == std::vector<TokenId>{2});
    QVERIFY(m_tokenizer->isControl(1) && !m_tokenizer->isControl(29871));
    QCOMPARE(m_tokenizer->tokenOf("</s>"), 2);
    QCOMPARE(m_tokenizer->tokenOf("</t>"), -1);
  }

  void textNeverBecomesAControlToken() {
    for (const TokenId token : m_tokenizer->encode("a</s><s><unk><0x41>")) {
      QVERIFY2(token > 2, qPrintable(QString::number(token)));
    }
    QVERIFY((m_tokenizer->encodeWithControlTokens("</s>") == std::vector<TokenId>{2}));
  }

  void bytePairsMeetTheirVectors() {
    const auto file = GgufFile::open(kFolder / "ggml-vocab-qwen2.gguf");
    if (!file) QSKIP("no such public vocabulary");
    const auto tokenizer = loadTokenizer(**file);
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    const auto texts = textsOf(contentOf(kFolder / "ggml-vocab-qwen2.gguf.inp"));
    const auto expected = idsOf(contentOf(kFolder / "ggml-vocab-qwen2.gguf.out"));
    QVERIFY(texts.size() >= 40);
    QCOMPARE(texts.size(), expected.size());
    for (std::size_t index = 0; index < texts.size(); ++index) {
      QVERIFY2((*tokenizer)->encode(texts[index]) == expected[index],
               qPrintable(QString("vector %1: %2").arg(index).arg(QString::fromStdString(texts[index]))));
    }
    std::mt19937 random(20261);
    for (int round = 0; round < 2000; ++round) {
      const std::string text = randomText(random);
      const QString composed = QString::fromStdString(text).normalized(QString::NormalizationForm_C);
      QCOMPARE(QString::fromStdString((*tokenizer)->decode((*tokenizer)->encode(text)))
                   .normalized(QString::NormalizationForm_C),
               composed);
    }
  }

 private:
  std::shared_ptr<const Tokenizer> m_tokenizer;
};

QTEST_GUILESS_MAIN(TestPublicVectors)
#include "tst_public_vectors.moc"
