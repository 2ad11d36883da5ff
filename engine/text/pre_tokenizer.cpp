#include "engine/text/pre_tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace zipage {

namespace {

constexpr std::uint32_t kMatchLimit = 10'000'000;  // steps of one match: untrusted patterns end
constexpr std::uint32_t kHeapLimitKibibytes = 64 * 1024;

struct Freed {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

std::string messageOf(int error) {
  std::array<char, 200> text{};
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text.data()), text.size());
  return text.data();
}

}  // namespace

class PreTokenizer::Pattern {
 public:
  static Result<std::shared_ptr<const Pattern>> compile(const std::string& source) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    auto pattern = std::make_shared<Pattern>();
    pattern->m_code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(),
                                        PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &error, &offset,
                                        nullptr));
    if (!pattern->m_code) {
      return failure(ErrorCode::InvalidFile, "the pattern that cuts texts is malformed at character " +
                                                 std::to_string(offset) + ": " + messageOf(error));
    }
    pcre2_jit_compile(pattern->m_code.get(), PCRE2_JIT_COMPLETE);  // slower without, and as right
    pattern->m_context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(pattern->m_context.get(), kMatchLimit);
    pcre2_set_heap_limit(pattern->m_context.get(), kHeapLimitKibibytes);
    return pattern;
  }

  void split(std::string_view text, std::vector<std::string_view>& pieces) const {
    const std::unique_ptr<pcre2_match_data, Freed> data(
        pcre2_match_data_create_from_pattern(m_code.get(), nullptr));
    std::size_t kept = 0;  // all before is in `pieces`
    for (std::size_t at = 0; at < text.size();) {
      const int found = pcre2_match(m_code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                    0, data.get(), m_context.get());
      if (found < 0) break;
      const PCRE2_SIZE* range = pcre2_get_ovector_pointer(data.get());
      if (range[1] <= range[0]) {  // an empty match cuts nothing
        at = std::max<std::size_t>(at, range[0]) + 1;
        continue;
      }
      if (range[0] > kept) pieces.push_back(text.substr(kept, range[0] - kept));
      pieces.push_back(text.substr(range[0], range[1] - range[0]));
      kept = at = range[1];
    }
    if (kept < text.size()) pieces.push_back(text.substr(kept));
  }

 private:
  std::unique_ptr<pcre2_code, Freed> m_code;
  std::unique_ptr<pcre2_match_context, Freed> m_context;
};

Result<PreTokenizer> PreTokenizer::compile(const std::vector<std::string>& patterns) {
  PreTokenizer tokenizer;
  for (const std::string& source : patterns) {
    auto pattern = Pattern::compile(source);
    if (!pattern) return tl::unexpected(pattern.error());
    tokenizer.m_patterns.push_back(std::move(*pattern));
  }
  return tokenizer;
}

std::vector<std::string_view> PreTokenizer::split(std::string_view text) const {
  std::vector<std::string_view> pieces;
  if (!text.empty()) pieces.push_back(text);
  for (const auto& pattern : m_patterns) {
    std::vector<std::string_view> finer;
    for (const std::string_view piece : pieces) pattern->split(piece, finer);
    pieces = std::move(finer);
  }
  return pieces;
}

}  // namespace zipage
