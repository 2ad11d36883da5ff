// The texts of a sequence's tokens, one after the other, in as little memory as that takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zipage {

class TokenTexts {
 public:
  /// The bytes of the next token; not always whole UTF-8 characters.
  void add(std::string_view bytes) {
    m_text += bytes;
    m_ends.push_back(static_cast<std::uint32_t>(m_text.size()));
  }

  int numTokens() const { return static_cast<int>(m_ends.size()); }
  std::size_t bytes() const { return m_text.size() + m_ends.size() * sizeof(std::uint32_t); }
  const std::string& text() const { return m_text; }
  /// Where its bytes begin and end in text(). REQUIRES: 0 ≤ token < numTokens().
  std::size_t beginOf(int token) const {
    return token == 0 ? 0 : m_ends[static_cast<std::size_t>(token) - 1];
  }
  std::size_t endOf(int token) const { return m_ends[static_cast<std::size_t>(token)]; }
  std::string_view textOf(int token) const {
    return std::string_view(m_text).substr(beginOf(token), endOf(token) - beginOf(token));
  }
  /// The token that this byte of text() belongs to; numTokens() at its end.
  int tokenAt(std::size_t byte) const;

 private:
  std::string m_text;
  std::vector<std::uint32_t> m_ends;  // ascending
};

}  // namespace zipage
