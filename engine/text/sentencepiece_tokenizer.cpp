#include "engine/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/text/sentencepiece_proto.h"
#include "engine/text/token_text_matcher.h"

namespace zipage {

namespace {

constexpr std::string_view kEscapedSpace = "\xE2\x96\x81";  // U+2581
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";   // U+FFFD

std::string withSpaces(std::string_view text) {
  std::string out;
  for (std::size_t at = text.find(kEscapedSpace); at != std::string_view::npos;
       at = text.find(kEscapedSpace)) {
    out.append(text.substr(0, at)).push_back(' ');
    text.remove_prefix(at + kEscapedSpace.size());
  }
  return out.append(text);
}

class SentencePieceTokenizer final : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(Vocabulary vocabulary)
      : m_vocabulary(std::move(vocabulary)),
        m_templateTokens(
            m_vocabulary.textsOfKinds({TokenKind::Control, TokenKind::UserDefined, TokenKind::Mark})) {
    m_byteTokens.fill(-1);
    for (TokenId id = 0; id < m_vocabulary.numTokens(); ++id) indexToken(id);
  }

  Result<void> load() {
    const auto status = m_processor.LoadFromSerializedProto(serializeModelProto(m_vocabulary));
    if (!status.ok())
      return failure(ErrorCode::InvalidFile, "the vocabulary is not valid: " + status.ToString());
    return {};
  }

  int vocabularySize() const override { return m_vocabulary.numTokens(); }

  std::vector<TokenId> encode(std::string_view text) const override {
    return encodePlain(text, m_vocabulary.addsSpacePrefix);
  }
  std::vector<TokenId> encodeWithControlTokens(std::string_view text) const override {
    return encodeSplit(text, m_vocabulary.addsSpacePrefix);
  }
  std::vector<TokenId> encodeContinuation(std::string_view text, bool withControlTokens) const override {
    return withControlTokens ? encodeSplit(text, false) : encodePlain(text, false);
  }

  std::string pieceBytes(TokenId token, bool showControlTokens) const override {
    if (!isToken(token)) return {};
    const std::string& text = m_vocabulary.texts[token];
    switch (m_vocabulary.kinds[token]) {
      case TokenKind::Control:
        return showControlTokens ? text : std::string();
      case TokenKind::Unknown:
        return std::string(kReplacement);
      case TokenKind::Byte:
        return std::string(1, static_cast<char>(byteOfTokenText(text)));
      default:
        return withSpaces(text);
    }
  }

  bool addsSpacePrefix() const override { return m_vocabulary.addsSpacePrefix; }

  bool isControl(TokenId token) const override {
    return isToken(token) && m_vocabulary.kinds[token] == TokenKind::Control;
  }
  TokenId beginOfText() const override { return m_vocabulary.beginOfText; }
  bool addsBeginOfText() const override { return m_vocabulary.addsBeginOfText; }
  const std::vector<TokenId>& endTokens() const override { return m_vocabulary.endTokens; }

  TokenId tokenOf(std::string_view text) const override {
    const auto found = m_tokenOf.find(text);
    return found == m_tokenOf.end() ? -1 : found->second;
  }

 private:
  bool isToken(TokenId token) const { return token >= 0 && token < m_vocabulary.numTokens(); }

  void indexToken(TokenId id) {
    m_tokenOf.emplace(m_vocabulary.texts[id], id);
    if (m_vocabulary.kinds[id] == TokenKind::Unknown) m_unknown = id;
    if (m_vocabulary.kinds[id] == TokenKind::Byte) {
      m_byteTokens[static_cast<std::size_t>(byteOfTokenText(m_vocabulary.texts[id]))] = id;
    }
  }

  std::vector<TokenId> encodePlain(std::string_view text, bool spacePrefix) const {
    if (text.empty()) return {};
    std::vector<TokenId> tokens;
    const auto status =
        m_processor.Encode(spacePrefix ? " " + std::string(text) : std::string(text), &tokens);
    if (status.ok() &&
        std::ranges::none_of(tokens, [&](TokenId token) { return isWrittenByTemplates(token); })) {
      return tokens;
    }
    return encodeBytes(text);
  }

  bool isWrittenByTemplates(TokenId token) const {
    return m_vocabulary.kinds[token] == TokenKind::Control || m_vocabulary.kinds[token] == TokenKind::Mark;
  }

  /// For vocabularies with a control token of one character: the library takes that character for it.
  std::vector<TokenId> encodeBytes(std::string_view text) const {
    std::vector<TokenId> tokens;
    for (const char byte : text) {
      const TokenId token = m_byteTokens[static_cast<unsigned char>(byte)];
      tokens.push_back(token >= 0 ? token : m_unknown);
    }
    return tokens;
  }

  /// The space prefix goes before the first stretch of plain text.
  std::vector<TokenId> encodeSplit(std::string_view text, bool spacePrefix) const {
    std::vector<TokenId> tokens;
    while (!text.empty()) {
      const auto match = m_templateTokens.find(text);
      const std::string_view plain = text.substr(0, match ? match->offset : text.size());
      const auto encoded = encodePlain(plain, spacePrefix);
      tokens.insert(tokens.end(), encoded.begin(), encoded.end());
      if (!plain.empty()) spacePrefix = false;
      if (match) tokens.push_back(match->token);
      text.remove_prefix(plain.size() + (match ? match->bytes : 0));
    }
    return tokens;
  }

  Vocabulary m_vocabulary;
  TokenTextMatcher m_templateTokens;
  std::unordered_map<std::string_view, TokenId> m_tokenOf;  // views of m_vocabulary.texts
  std::array<TokenId, 256> m_byteTokens;                    // -1: there is none
  TokenId m_unknown = -1;
  sentencepiece::SentencePieceProcessor m_processor;
};

Result<void> checkTexts(const Vocabulary& vocabulary) {
  if (vocabulary.scores.empty()) {
    return failure(ErrorCode::InvalidFile, "the vocabulary has no scores (\"tokenizer.ggml.scores\")");
  }
  for (TokenId id = 0; id < vocabulary.numTokens(); ++id) {
    const std::string& text = vocabulary.texts[id];
    const bool isByte = vocabulary.kinds[id] == TokenKind::Byte;
    // The library keeps user-defined texts in a structure of C strings.
    if (text.empty() || text.find('\0') != std::string::npos || (isByte && byteOfTokenText(text) < 0)) {
      return failure(ErrorCode::InvalidFile, "the text of token " + std::to_string(id) + " is not valid");
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> createSentencePieceTokenizer(Vocabulary vocabulary) {
  if (auto checked = checkTexts(vocabulary); !checked) return tl::unexpected(checked.error());
  try {
    auto tokenizer = std::make_shared<SentencePieceTokenizer>(std::move(vocabulary));
    if (auto loaded = tokenizer->load(); !loaded) return tl::unexpected(loaded.error());
    return tokenizer;
  } catch (const std::exception& exception) {
    return failure(ErrorCode::InvalidFile, std::string("the vocabulary is not valid: ") + exception.what());
  }
}

}  // namespace zipage
