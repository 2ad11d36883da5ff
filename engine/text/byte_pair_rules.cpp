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
