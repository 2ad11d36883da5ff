// Tokens become text as they come: whole characters only, control tokens silently, marks visibly.
#include <QTest>

#include "engine/text/stream_decoder.h"
#include "engine/text/tokenizer_loader.h"
#include "tests/support/small_vocabulary.h"

using namespace zipage;
using namespace zipage::test;

class TestStreamDecoder : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    GgufWriter writer;
    const std::string bytes = m_vocabulary.writeTo(writer).bytes();
    m_tokenizer = *loadTokenizer(**GgufFile::parse(zipage::test::bytesOf(bytes), "vocabulary.gguf"));
  }

  void aCharacterOfByteTokensComesWithItsLastByte() {
    StreamDecoder decoder(*m_tokenizer);
    QCOMPARE(decoder.push(byteToken(0xF0)), std::string());
    QCOMPARE(decoder.push(byteToken(0x9F)), std::string());
    QCOMPARE(decoder.push(byteToken(0x98)), std::string());
    QCOMPARE(decoder.push(byteToken(0x80)), std::string("\U0001F600"));
    QCOMPARE(decoder.finish(), std::string());
  }

  void anUnfinishedCharacterBecomesAReplacement() {
    StreamDecoder decoder(*m_tokenizer);
    decoder.push(byteToken(0xE4));
    QCOMPARE(decoder.push(m_vocabulary.idOf("hello")), std::string("\uFFFDhello"));
    decoder.push(byteToken(0xE4));
    QCOMPARE(decoder.finish(), std::string("\uFFFD"));
    QCOMPARE(decoder.finish(), std::string());
  }

  void controlTokensGiveNoText() {
    StreamDecoder decoder(*m_tokenizer);
    QCOMPARE(decoder.push(m_vocabulary.idOf("<|im_start|>")), std::string());
    QCOMPARE(decoder.push(m_vocabulary.idOf("\u2581world")), std::string(" world"));
    QCOMPARE(decoder.push(m_vocabulary.idOf("<|im_end|>")), std::string());
  }

  void reasoningMarksGiveTheirText() {
    StreamDecoder decoder(*m_tokenizer);
    QCOMPARE(decoder.push(m_vocabulary.idOf("<think>")), std::string("<think>"));
  }

  void idsThatAreNoTokensGiveNothing() {
    StreamDecoder decoder(*m_tokenizer);
    QCOMPARE(decoder.push(-1), std::string());
    QCOMPARE(decoder.push(1 << 30), std::string());
  }

 private:
  TokenId byteToken(int byte) const { return 1 + byte; }

  SmallVocabulary m_vocabulary;
  std::shared_ptr<const Tokenizer> m_tokenizer;
};

QTEST_GUILESS_MAIN(TestStreamDecoder)
#include "tst_stream_decoder.moc"
