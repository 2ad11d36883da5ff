#include "engine/text/byte_pair_tokenizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "engine/text/byte_alphabet.h"
#include "engine/text/byte_pair_merger.h"
#include "engine/text/pre_tokenizer.h"
#include "engine/text/token_text_matcher.h"

namespace zipage {

namespace {

/// Unicode form NFC; the text itself where it is no UTF-8.
std::string composed(std::string_view text) {
  utf8proc_uint8_t* made = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &made,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  return size < 0 ? std::string(text)
                  : std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
}

bool isAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool looksLikeTag(std::string_view text) {
  return text.size() > 2 && text.front() == '<' && text.back() == '>';
}

class BytePairTokenizer final : public Tokenizer {
 public:
  BytePairTokenizer(Vocabulary vocabulary, const BytePairRules& rules, PreTokenizer preTokenizer)
      : m_vocabulary(std::move(vocabulary)),
        m_rules(rules),
        m_preTokenizer(std::move(preTokenizer)),
        m_textTokens(m_vocabulary.textsOfKinds({TokenKind::UserDefined})),
        m_templateTokens(
            m_vocabulary.textsOfKinds({TokenKind::UserDefined, TokenKind::Control, TokenKind::Mark})),
        m_merger(indexTokens()) {
    for (const auto& [left, right] : m_vocabulary.merges) {
      const TokenId leftToken = tokenOf(left);
      const TokenId rightToken = tokenOf(right);
      const TokenId merged = tokenOf(left + right);
      // Some vocabularies have merges for tokens that were taken out of them.
      if (leftToken >= 0 && rightToken >= 0 && merged >= 0) m_merger.addMerge(leftToken, rightToken, merged);
    }
    m_vocabulary.merges = {};
  }

  int vocabularySize() const override { return m_vocabulary.numTokens(); }
  std::vector<TokenId> encode(std::string_view text) const override { return encodeWith(m_textTokens, text); }
  std::vector<TokenId> encodeWithControlTokens(std::string_view text) const override {
    return encodeWith(m_templateTokens, text);
  }

  std::string pieceBytes(TokenId token, bool showControlTokens) const override {
    if (!isToken(token)) return {};
    return isControl(token) && !showControlTokens ? std::string() : m_bytes[token];
  }

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
    const std::string& text = m_vocabulary.texts[id];
    const bool isWritten = m_vocabulary.kinds[id] == TokenKind::Normal;
    m_tokenOf.emplace(text, id);
    m_bytes.push_back(isWritten ? bytesOfAlphabet(text).value_or(text) : text);
    if (isWritten) m_wordTokens.emplace(m_bytes.back(), id);
  }

  /// Fills the maps from texts to tokens. Returns the tokens of the single bytes.
  std::array<TokenId, 256> indexTokens() {
    for (TokenId id = 0; id < m_vocabulary.numTokens(); ++id) indexToken(id);
    std::array<TokenId, 256> tokens;
    for (int byte = 0; byte < 256; ++byte)
      tokens[byte] = tokenOf(characterOfByte(static_cast<std::uint8_t>(byte)));
    return tokens;
  }

  std::vector<TokenId> encodeWith(const TokenTextMatcher& whole, std::string_view text) const {
    std::vector<TokenId> tokens;
    while (!text.empty()) {
      const auto match = whole.find(text);
      const std::string_view plain = text.substr(0, match ? match->offset : text.size());
      appendPlain(plain, tokens);
      if (match) tokens.push_back(match->token);
      text.remove_prefix(plain.size() + (match ? match->bytes : 0));
    }
    return tokens;
  }

  void appendPlain(std::string_view text, std::vector<TokenId>& tokens) const {
    std::string made;
    if (m_rules.composesCharacters && !isAscii(text)) text = made = composed(text);
    for (const std::string_view word : m_preTokenizer.split(text)) {
      const auto whole = m_rules.takesWholeWords ? m_wordTokens.find(std::string(word)) : m_wordTokens.end();
      if (whole != m_wordTokens.end())
        tokens.push_back(whole->second);
      else
        m_merger.append(word, tokens);
    }
  }

  Vocabulary m_vocabulary;
  BytePairRules m_rules;
  PreTokenizer m_preTokenizer;
  TokenTextMatcher m_textTokens;
  TokenTextMatcher m_templateTokens;
  std::vector<std::string> m_bytes;                         // by id: what the token stands for
  std::unordered_map<std::string_view, TokenId> m_tokenOf;  // views of m_vocabulary.texts
  std::unordered_map<std::string, TokenId> m_wordTokens;    // normal tokens by their bytes
  BytePairMerger m_merger;
};

}  // namespace

Result<std::shared_ptr<const Tokenizer>> createBytePairTokenizer(Vocabulary vocabulary,
                                                                 const BytePairRules& rules) {
  if (vocabulary.merges.empty()) return failure(ErrorCode::InvalidFile, "the vocabulary has no merges");
  for (TokenId id = 0; id < vocabulary.numTokens(); ++id) {
    TokenKind& kind = vocabulary.kinds[id];
    if (kind == TokenKind::UserDefined && looksLikeTag(vocabulary.texts[id])) kind = TokenKind::Mark;
  }
  auto preTokenizer = PreTokenizer::compile(rules.patterns);
  if (!preTokenizer) return tl::unexpected(preTokenizer.error());
  return std::make_shared<BytePairTokenizer>(std::move(vocabulary), rules, std::move(*preTokenizer));
}

}  // namespace zipage
