#include "engine/text/tokenizer_json.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace zipage {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostTokenIds = 1 << 24;
constexpr const char* kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

tl::unexpected<Error> malformed(const std::string& what) { return failure(ErrorCode::InvalidFile, what); }
tl::unexpected<Error> unknown(const std::string& part, const std::string& name) {
  return failure(ErrorCode::Unsupported, "the " + part + " \"" + name.substr(0, 100) + "\" is not known");
}

std::string typeOf(const Json& part) {
  return part.is_object() && part.contains("type") && part["type"].is_string()
             ? part["type"].get<std::string>()
             : "";
}

bool flagOf(const Json& part, const char* key, bool otherwise) {
  return part.contains(key) && part[key].is_boolean() ? part[key].get<bool>() : otherwise;
}

std::string textOf(const Json& part, const char* key) {
  return part.contains(key) && part[key].is_string() ? part[key].get<std::string>() : "";
}

/// A component, or those of a sequence of them; nothing for null.
std::vector<Json> flattened(const Json& part, const char* members) {
  if (!part.is_object()) return {};
  if (typeOf(part) != "Sequence") return {part};
  std::vector<Json> all;
  if (part.contains(members) && part[members].is_array()) {
    for (const Json& member : part[members]) {
      for (Json& inner : flattened(member, members)) all.push_back(std::move(inner));
    }
  }
  return all;
}

/// `text` such that a pattern matches it and nothing else.
std::string quoted(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("\\^$.[]|()?*+{}-").find(c) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern;
}

class JsonReader {
 public:
  explicit JsonReader(const Json& json) : m_json(json) {}

  Result<TokenizerJson> read() {
    const Json model = m_json.value("model", Json::object());
    if (!model.is_object() || !model.contains("vocab") || !model["vocab"].is_object())
      return typeOf(model).empty() || typeOf(model) == "BPE" ? malformed("has no vocabulary of byte pairs")
                                                             : unknown("model", typeOf(model));
    if (!typeOf(model).empty() && typeOf(model) != "BPE") return unknown("model", typeOf(model));
    if (auto done = readTokens(model["vocab"]); !done) return tl::unexpected(done.error());
    if (auto done = readMerges(model); !done) return tl::unexpected(done.error());
    const bool isByteLevel = hasByteLevel();
    if (auto done = isByteLevel ? readRules(model) : readPieces(model); !done)
      return tl::unexpected(done.error());
    if (auto done = readAddedTokens(); !done) return tl::unexpected(done.error());
    return std::move(m_made);
  }

 private:
  Result<void> put(const std::string& text, const Json& id, TokenKind kind) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 || id.get<std::int64_t>() >= kMostTokenIds)
      return malformed("the token \"" + text.substr(0, 100) + "\" has an id that is not valid");
    const auto index = id.get<std::size_t>();
    Vocabulary& vocabulary = m_made.vocabulary;
    while (vocabulary.texts.size() <= index) {
      vocabulary.texts.push_back("<|unused_" + std::to_string(vocabulary.texts.size()) + "|>");
      vocabulary.kinds.push_back(TokenKind::Unused);
    }
    vocabulary.texts[index] = text;
    vocabulary.kinds[index] = kind;
    return {};
  }

  Result<void> readTokens(const Json& vocabulary) {
    if (vocabulary.empty()) return malformed("has no tokens");
    // Ids far beyond the number of tokens would only cost memory.
    for (const auto& [text, id] : vocabulary.items()) {
      if (id.is_number_integer() &&
          id.get<std::int64_t>() > 16 * static_cast<std::int64_t>(vocabulary.size()) + 65536)
        return malformed("the token \"" + text.substr(0, 100) + "\" has an id far beyond the others");
      if (auto done = put(text, id, TokenKind::Normal); !done) return done;
    }
    return {};
  }

  Result<void> readMerges(const Json& model) {
    if (!model.contains("merges") || !model["merges"].is_array()) return malformed("has no merges");
    for (const Json& merge : model["merges"]) {
      if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        m_made.vocabulary.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
        continue;
      }
      const std::string text = merge.is_string() ? merge.get<std::string>() : "";
      const std::size_t space = text.find(' ', 1);
      if (space == std::string::npos || space + 1 == text.size())
        return malformed("has a merge that is no pair");
      m_made.vocabulary.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
    }
    return {};
  }

  bool hasByteLevel() const {
    const auto isByteLevel = [](const Json& part) { return typeOf(part) == "ByteLevel"; };
    return std::ranges::any_of(flattened(m_json.value("pre_tokenizer", Json()), "pretokenizers"),
                               isByteLevel) ||
           std::ranges::any_of(flattened(m_json.value("decoder", Json()), "decoders"), isByteLevel);
  }

  Result<void> readRules(const Json& model) {
    BytePairRules rules;
    rules.takesWholeWords = flagOf(model, "ignore_merges", false);
    for (const Json& part : flattened(m_json.value("normalizer", Json()), "normalizers")) {
      if (typeOf(part) != "NFC") return unknown("normalizer", typeOf(part));
      rules.composesCharacters = true;
    }
    for (const Json& part : flattened(m_json.value("pre_tokenizer", Json()), "pretokenizers")) {
      if (auto done = addPattern(part, rules); !done) return done;
    }
    m_made.rules = std::move(rules);
    return {};
  }

  static Result<void> addPattern(const Json& part, BytePairRules& rules) {
    const std::string type = typeOf(part);
    if (type == "ByteLevel") {
      if (flagOf(part, "add_prefix_space", false))
        return unknown("pre-tokenizer", "ByteLevel with add_prefix_space");
      if (flagOf(part, "use_regex", true)) rules.patterns.emplace_back(kGpt2Pattern);
    } else if (type == "Digits") {
      rules.patterns.emplace_back(flagOf(part, "individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)");
    } else if (type == "Split") {
      // What is removed is what does not match, and these patterns leave nothing of that.
      const std::string behavior = textOf(part, "behavior");
      if (behavior != "Isolated" && !(behavior == "Removed" && flagOf(part, "invert", false)))
        return unknown("pre-tokenizer", "Split with " + behavior);
      const Json pattern = part.value("pattern", Json::object());
      const std::string text = textOf(pattern, "String");
      rules.patterns.push_back(text.empty() ? textOf(pattern, "Regex") : quoted(text));
      if (rules.patterns.back().empty()) return malformed("has a Split without a pattern");
    } else {
      return unknown("pre-tokenizer", type);
    }
    return {};
  }

  /// Merges become scores: the earlier a pair is merged, the better the score of what it makes.
  Result<void> readPieces(const Json& model) {
    Vocabulary& vocabulary = m_made.vocabulary;
    if (!flagOf(model, "byte_fallback", false)) return unknown("kind of vocabulary", "BPE without bytes");
    std::unordered_map<std::string, float> scores;
    for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
      const auto& [left, right] = vocabulary.merges[rank];
      scores.emplace(left + right, -static_cast<float>(rank));
    }
    const std::string unknownText = textOf(model, "unk_token");
    const float lowest = -static_cast<float>(vocabulary.merges.size()) - 1.0F;
    for (std::size_t id = 0; id < vocabulary.texts.size(); ++id) {
      const std::string& text = vocabulary.texts[id];
      const auto score = scores.find(text);
      vocabulary.scores.push_back(score == scores.end() ? lowest : score->second);
      if (text == unknownText) vocabulary.kinds[id] = TokenKind::Unknown;
      if (byteOfTokenText(text) >= 0) vocabulary.kinds[id] = TokenKind::Byte;
    }
    vocabulary.merges = {};
    vocabulary.addsSpacePrefix = hasSpacePrefix();
    return {};
  }

  bool hasSpacePrefix() const {
    for (const Json& part : flattened(m_json.value("normalizer", Json()), "normalizers")) {
      if (typeOf(part) == "Prepend") return true;
    }
    for (const Json& part : flattened(m_json.value("pre_tokenizer", Json()), "pretokenizers")) {
      if (typeOf(part) == "Metaspace")
        return part.contains("prepend_scheme") ? textOf(part, "prepend_scheme") != "never"
                                               : flagOf(part, "add_prefix_space", true);
    }
    return false;
  }

  Result<void> readAddedTokens() {
    Vocabulary& vocabulary = m_made.vocabulary;
    const Json added = m_json.value("added_tokens", Json::array());
    if (!added.is_array()) return malformed("\"added_tokens\" is no list");
    for (const Json& token : added) {
      const std::string text = textOf(token, "content");
      if (text.empty() || !token.contains("id")) return malformed("has an added token without text or id");
      const bool isSpecial = flagOf(token, "special", false);
      const Json& id = token["id"];
      const bool wasUnknown = id.is_number_unsigned() && id.get<std::size_t>() < vocabulary.kinds.size() &&
                              vocabulary.kinds[id.get<std::size_t>()] == TokenKind::Unknown;
      if (auto done = put(text, id,
                          wasUnknown  ? TokenKind::Unknown
                          : isSpecial ? TokenKind::Control
                                      : TokenKind::UserDefined);
          !done)
        return done;
      const auto number = id.get<TokenId>();
      if (flagOf(token, "lstrip", false)) vocabulary.trimBefore.push_back(number);
      if (flagOf(token, "rstrip", false)) vocabulary.trimAfter.push_back(number);
    }
    if (!m_made.rules) vocabulary.scores.resize(vocabulary.texts.size(), 0.0F);
    return {};
  }

  const Json& m_json;
  TokenizerJson m_made;
};

}  // namespace

Result<TokenizerJson> readTokenizerJson(const Json& json) {
  if (!json.is_object()) return malformed("is not a JSON object");
  return JsonReader(json).read();
}

}  // namespace zipage
