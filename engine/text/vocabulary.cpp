#include "engine/text/vocabulary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/text/reasoning_parser.h"

namespace zipage {

namespace {

constexpr std::array<std::string_view, 10> kEndTexts = {
    "<|im_end|>",    "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>",
    "<end_of_turn>", "<|return|>",    "<|call|>",   "<EOT>",      "<\uFF5Cend\u2581of\u2581sentence\uFF5C>"};
constexpr std::string_view kEndOfMessage = "<|end|>";  // ends a reply (Phi-3), but where replies have several
constexpr std::string_view kEndOfMessages = "<|return|>";  // messages it ends one of those (gpt-oss)
constexpr std::array<const char*, 2> kEndKeys = {"tokenizer.ggml.eos_token_id",
                                                 "tokenizer.ggml.eot_token_id"};
constexpr std::int64_t kNoTokenUnsigned = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxTokens = 1U << 24;

bool isReasoningMark(std::string_view text) {
  return std::ranges::any_of(knownReasoningMarks(), [&](const ReasoningMarks& marks) {
    return text == marks.open || text == marks.close;
  });
}

bool looksLikeControl(std::string_view text) {
  return text.size() > 4 && text.starts_with("<|") && text.ends_with("|>");
}

Result<void> readTexts(const GgufFile& file, Vocabulary& vocabulary) {
  const auto texts = file.strings("tokenizer.ggml.tokens");
  if (!texts) return tl::unexpected(texts.error());
  if (!*texts || (*texts)->empty()) return file.invalid("has no tokens (\"tokenizer.ggml.tokens\")");
  if ((*texts)->size() > kMaxTokens)
    return file.invalid("claims " + std::to_string((*texts)->size()) + " tokens");
  vocabulary.texts.assign((*texts)->begin(), (*texts)->end());
  return {};
}

Result<void> checkCount(const GgufFile& file, const char* key, std::size_t count,
                        const Vocabulary& vocabulary) {
  if (count == vocabulary.texts.size()) return {};
  return file.invalid("\"" + std::string(key) + "\" has " + std::to_string(count) + " elements for " +
                      std::to_string(vocabulary.texts.size()) + " tokens");
}

Result<void> readKinds(const GgufFile& file, Vocabulary& vocabulary) {
  const char* const key = "tokenizer.ggml.token_type";
  const auto types = file.int32s(key);
  if (!types) return tl::unexpected(types.error());
  if (!*types) return file.invalid("\"" + std::string(key) + "\" is missing");
  if (auto count = checkCount(file, key, (*types)->size(), vocabulary); !count) return count;
  for (const std::int32_t type : **types) {
    if (type < 1 || type > 6)
      return file.invalid("\"" + std::string(key) + "\" has the unknown type " + std::to_string(type));
    vocabulary.kinds.push_back(static_cast<TokenKind>(type));
  }
  return {};
}

Result<void> readScores(const GgufFile& file, Vocabulary& vocabulary) {
  const char* const key = "tokenizer.ggml.scores";
  auto scores = file.floats(key);
  if (!scores) return tl::unexpected(scores.error());
  if (!*scores) return {};
  if (auto count = checkCount(file, key, (*scores)->size(), vocabulary); !count) return count;
  if (!std::ranges::all_of(**scores, [](float score) { return std::isfinite(score); })) {
    return file.invalid("\"" + std::string(key) + "\" has a score that is no number");
  }
  vocabulary.scores = std::move(**scores);
  return {};
}

/// -1 where the key is absent or says "none", which some writers store as the largest number.
Result<TokenId> readTokenId(const GgufFile& file, const char* key, const Vocabulary& vocabulary) {
  const auto id = file.integer(key);
  if (!id) return tl::unexpected(id.error());
  if (!*id || **id == -1 || **id == kNoTokenUnsigned) return TokenId{-1};
  if (**id < 0 || **id >= vocabulary.numTokens()) {
    return file.invalid("\"" + std::string(key) + "\" is " + std::to_string(**id) + ", but there are only " +
                        std::to_string(vocabulary.numTokens()) + " tokens");
  }
  return static_cast<TokenId>(**id);
}

Result<bool> readFlag(const GgufFile& file, const char* key, bool otherwise) {
  const auto flag = file.boolean(key);
  if (!flag) return tl::unexpected(flag.error());
  return flag->value_or(otherwise);
}

Result<void> readMerges(const GgufFile& file, Vocabulary& vocabulary) {
  const char* const key = "tokenizer.ggml.merges";
  const auto merges = file.strings(key);
  if (!merges) return tl::unexpected(merges.error());
  if (!*merges) return {};
  vocabulary.merges.reserve((*merges)->size());
  for (const std::string_view merge : **merges) {
    const std::size_t space = merge.find(' ', 1);
    if (space == std::string_view::npos || space + 1 == merge.size())
      return file.invalid("\"" + std::string(key) + "\" has an element that is no pair");
    vocabulary.merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  return {};
}

Result<void> readBegin(const GgufFile& file, bool addsBeginOfText, Vocabulary& vocabulary) {
  const auto begin = readTokenId(file, "tokenizer.ggml.bos_token_id", vocabulary);
  if (!begin) return tl::unexpected(begin.error());
  const auto adds = readFlag(file, "tokenizer.ggml.add_bos_token", addsBeginOfText);
  if (!adds) return tl::unexpected(adds.error());
  const auto prefix = readFlag(file, "tokenizer.ggml.add_space_prefix", true);
  if (!prefix) return tl::unexpected(prefix.error());
  vocabulary.beginOfText = *begin;
  vocabulary.addsBeginOfText = *adds && *begin >= 0;
  vocabulary.addsSpacePrefix = *prefix;
  return {};
}

Result<void> readEnds(const GgufFile& file, Vocabulary& vocabulary) {
  for (const char* key : kEndKeys) {
    const auto id = readTokenId(file, key, vocabulary);
    if (!id) return tl::unexpected(id.error());
    if (*id >= 0) vocabulary.endTokens.push_back(*id);
  }
  return {};
}

bool isText(TokenKind kind) { return kind == TokenKind::Normal || kind == TokenKind::UserDefined; }

void settleEnds(Vocabulary& vocabulary) {
  const bool hasMessages = std::ranges::find(vocabulary.texts, kEndOfMessages) != vocabulary.texts.end();
  for (TokenId id = 0; id < vocabulary.numTokens(); ++id) {
    const std::string& text = vocabulary.texts[id];
    if (std::ranges::find(kEndTexts, text) != kEndTexts.end() || (text == kEndOfMessage && !hasMessages))
      vocabulary.endTokens.push_back(id);
  }
  std::ranges::sort(vocabulary.endTokens);
  vocabulary.endTokens.erase(std::unique(vocabulary.endTokens.begin(), vocabulary.endTokens.end()),
                             vocabulary.endTokens.end());
}

void settleKinds(Vocabulary& vocabulary) {
  bool hasUnknown = false;
  for (TokenId id = 0; id < vocabulary.numTokens(); ++id) {
    TokenKind& kind = vocabulary.kinds[id];
    const std::string& text = vocabulary.texts[id];
    if (kind == TokenKind::Unknown && std::exchange(hasUnknown, true)) kind = TokenKind::Control;
    if (kind == TokenKind::UserDefined && looksLikeControl(text)) kind = TokenKind::Control;
    if ((kind == TokenKind::UserDefined || kind == TokenKind::Control) && isReasoningMark(text))
      kind = TokenKind::Mark;
  }
  std::vector<TokenId> bounds = vocabulary.endTokens;
  if (vocabulary.beginOfText >= 0) bounds.push_back(vocabulary.beginOfText);
  for (const TokenId id : bounds) {
    if (isText(vocabulary.kinds[id])) vocabulary.kinds[id] = TokenKind::Control;
  }
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::vector<TokenText> Vocabulary::textsOfKinds(std::initializer_list<TokenKind> wanted) const {
  const auto has = [](const std::vector<TokenId>& ids, TokenId id) {
    return std::ranges::find(ids, id) != ids.end();
  };
  std::vector<TokenText> found;
  for (TokenId id = 0; id < numTokens(); ++id) {
    if (std::ranges::find(wanted, kinds[id]) != wanted.end())
      found.push_back({texts[id], id, has(trimBefore, id), has(trimAfter, id)});
  }
  return found;
}

Result<Vocabulary> readVocabulary(const GgufFile& file, bool addsBeginOfText) {
  Vocabulary vocabulary;
  for (const auto& read : {readTexts, readKinds, readScores, readMerges, readEnds}) {
    if (auto done = read(file, vocabulary); !done) return tl::unexpected(done.error());
  }
  if (auto done = readBegin(file, addsBeginOfText, vocabulary); !done) return tl::unexpected(done.error());
  settleVocabulary(vocabulary);
  return vocabulary;
}

void settleVocabulary(Vocabulary& vocabulary) {
  settleEnds(vocabulary);
  settleKinds(vocabulary);
}

int byteOfTokenText(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text.back() != '>') return -1;
  const int high = hexDigit(text[3]);
  const int low = hexDigit(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace zipage
