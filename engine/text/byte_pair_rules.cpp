#include "engine/text/byte_pair_rules.h"

#include <unordered_map>

namespace zipage {

namespace {

const std::string kContractions = R"((?i:'s|'t|'re|'ve|'m|'ll|'d))";
const std::string kLineEnds = R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
/// Words and signs as GPT-4's tokenizer cuts them; the numbers differ from family to family.
const std::string kWords = kContractions + R"(|[^\r\n\p{L}\p{N}]?\p{L}+)";
const std::string kSigns = R"(| ?[^\s\p{L}\p{N}]+[\r\n]*)";
const std::string kOneDigit = kWords + R"(|\p{N})" + kSigns + kLineEnds;
const std::string kThreeDigits = kWords + R"(|\p{N}{1,3})" + kSigns + kLineEnds;
const std::string kOneDigitWithMarks =
    kContractions + R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)" + kLineEnds;
const std::string kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Words cut where lower case turns to upper case. `suffix` may follow a word.
std::string casedWords(const std::string& suffix, const std::string& number) {
  const std::string upper = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])";
  const std::string lower = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])";
  const std::string start = R"([^\r\n\p{L}\p{N}]?)";
  return start + upper + "*" + lower + "+" + suffix + "|" + start + upper + "+" + lower + "*" + suffix + "|" +
         number + R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*)" + kLineEnds;
}

BytePairRules gpt2() { return {{kGpt2}}; }
BytePairRules qwen2() { return {{kOneDigit}, false, true}; }
BytePairRules oneDigit() { return {{kOneDigit}}; }
BytePairRules qwen35() { return {{kOneDigitWithMarks}, false, true}; }
BytePairRules llama3() { return {{kThreeDigits}, true, false, true}; }
BytePairRules threeDigits() { return {{kThreeDigits}}; }
BytePairRules digitsThenGpt2() { return {{R"(\p{N})", kGpt2}}; }
BytePairRules gpt4o() { return {{casedWords(kContractions + "?", R"(\p{N}{1,3})")}}; }
BytePairRules tekken() { return {{casedWords("", R"(\p{N})")}, true, false, true}; }
BytePairRules falcon() { return {{R"([\p{P}\$\+<=>\^~\|`]+)", kGpt2, "[0-9][0-9][0-9]"}}; }
BytePairRules bloom() { return {{" ?[^(\\s|.,!?…。，、।۔،)]+"}}; }
BytePairRules viking() { return {{" ?[^(\\s|.,!?…。，、।۔،)]+", R"(\p{N})"}}; }

BytePairRules seedCoder() { return {{kWords + R"(|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+)" + kLineEnds}}; }

BytePairRules bailing() {
  return {
      {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"}};
}

/// The letters with two cases, as the makers of DeepSeek's first vocabulary listed them.
const std::string kCasedLetters =
    R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF})"
    R"(\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1})"
    R"(\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5})"
    R"(\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77})"
    R"(\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D})"
    R"(\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE})"
    R"(\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC})"
    R"(\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124})"
    R"(\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E})"
    R"(\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D})"
    R"(\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF})"
    R"(\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F})"
    R"(\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF})"
    R"(\x{1E900}-\x{1E943})";

BytePairRules deepseekLlm() {
  return {{"[\r\n]", R"(\s?[)" + kCasedLetters + "]+", "\\s?[!-/:-~！-／：-～‘-‟　-。]+", R"(\s+$)",
           "[一-龥ࠀ-一가-퟿]+", R"(\p{N})"}};
}

BytePairRules deepseekCoder() {
  return {{"[\r\n]", R"(\s?\p{L}+)", R"(\s?\p{P}+)", "[一-龥ࠀ-一가-퟿]+", R"(\p{N})"}};
}

BytePairRules deepseek3() {
  return {
      {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
       R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*)" +
           kLineEnds}};
}

using Maker = BytePairRules (*)();

const std::unordered_map<std::string_view, Maker>& makers() {
  static const std::unordered_map<std::string_view, Maker> map = {
      {"gpt-2", gpt2},
      {"phi-2", gpt2},
      {"jina-es", gpt2},
      {"jina-de", gpt2},
      {"jina-v2-es", gpt2},
      {"jina-v2-de", gpt2},
      {"gigachat", gpt2},
      {"a.x-4.0", gpt2},
      {"mellum", gpt2},
      {"modern-bert", gpt2},
      {"roberta-bpe", gpt2},
      {"mpt", gpt2},
      {"olmo", gpt2},
      {"jais", gpt2},
      {"trillion", gpt2},
      {"granite-docling", gpt2},
      {"qwen2", qwen2},
      {"deepseek-r1-qwen", qwen2},
      {"qwen35", qwen35},
      {"stablelm2", oneDigit},
      {"hunyuan", oneDigit},
      {"megrez", oneDigit},
      {"grok-2", oneDigit},
      {"solar-open", oneDigit},
      {"llama3", llama3},
      {"llama-v3", llama3},
      {"llama-bpe", llama3},
      {"falcon3", llama3},
      {"falcon-h1", llama3},
      {"pixtral", llama3},
      {"lfm2", llama3},
      {"dbrx", threeDigits},
      {"smaug-bpe", threeDigits},
      {"chatglm-bpe", threeDigits},
      {"glm4", threeDigits},
      {"starcoder", digitsThenGpt2},
      {"refact", digitsThenGpt2},
      {"command-r", digitsThenGpt2},
      {"smollm", digitsThenGpt2},
      {"codeshell", digitsThenGpt2},
      {"exaone", digitsThenGpt2},
      {"minerva-7b", digitsThenGpt2},
      {"gpt-4o", gpt4o},
      {"llama4", gpt4o},
      {"minimax-m2", gpt4o},
      {"tekken", tekken},
      {"falcon", falcon},
      {"bloom", bloom},
      {"poro-chat", bloom},
      {"gpt3-finnish", bloom},
      {"viking", viking},
      {"seed-coder", seedCoder},
      {"bailingmoe", bailing},
      {"bailingmoe2", bailing},
      {"deepseek-llm", deepseekLlm},
      {"deepseek-coder", deepseekCoder},
      {"deepseek-v3", deepseek3},
      {"hunyuan-dense", deepseek3},
  };
  return map;
}

}  // namespace

Result<BytePairRules> bytePairRulesOf(std::string_view name) {
  const auto found = makers().find(name);
  if (found != makers().end()) return found->second();
  return failure(ErrorCode::Unsupported, "the way \"" + std::string(name.substr(0, 100)) +
                                             "\" of cutting texts (\"tokenizer.ggml.pre\") is not known");
}

}  // namespace zipage
