// A SentencePiece vocabulary of a few tokens as GGUF keys: byte tokens, letters, a few words, ChatML and
// reasoning marks.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/gguf_writer.h"

namespace zipage::test {

struct SmallVocabulary {
  enum : std::int32_t { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<std::int32_t> types;
  bool addsSpacePrefix = false;

  SmallVocabulary() {
    add("<unk>", Unknown);
    for (int byte = 0; byte < 256; ++byte) {
      char text[8];
      std::snprintf(text, sizeof text, "<0x%02X>", byte);
      add(text, Byte);
    }
    for (const char* text : {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"})
      add(text, Control);
    add("\n", UserDefined);
    // Merges come before letters, so that their scores are higher.
    for (const char* text : {"he", "ll", "hell", "hello", "\u2581w", "or", "\u2581wor", "ld", "\u2581world"})
      add(text, Normal);
    for (char letter = 'a'; letter <= 'z'; ++letter) add(std::string(1, letter), Normal);
    for (const char* text : {"\u2581", "<", ">", "|", "_", "/"}) add(text, Normal);
  }

  void add(std::string_view text, std::int32_t type) {
    scores.push_back(-static_cast<float>(texts.size()));
    texts.emplace_back(text);
    types.push_back(type);
  }
  std::int32_t idOf(std::string_view text) const {
    return static_cast<std::int32_t>(std::ranges::find(texts, text) - texts.begin());
  }

  GgufWriter& writeTo(GgufWriter& writer) const {
    writer.string("tokenizer.ggml.model", "llama").strings("tokenizer.ggml.tokens", texts);
    writer.floats("tokenizer.ggml.scores", scores).int32s("tokenizer.ggml.token_type", types);
    writer.boolean("tokenizer.ggml.add_space_prefix", addsSpacePrefix);
    return writer.uint32("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(idOf("<|im_end|>")));
  }
};

}  // namespace zipage::test
