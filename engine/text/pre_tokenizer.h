// Cuts a text into the stretches that byte-pair merges do not cross, by regular expressions. Const and safe
// to share between threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace zipage {

class PreTokenizer {
 public:
  /// Each pattern (PCRE2 syntax, Unicode properties) cuts the stretches that the one before has left: what
  /// matches is a stretch of its own, and so is what lies between two matches. InvalidFile for a pattern that
  /// is malformed.
  static Result<PreTokenizer> compile(const std::vector<std::string>& patterns);

  /// All of `text`, in order, as views of it. Bytes that are no UTF-8 match nothing. A pattern that gives up
  /// on a text leaves the rest of that stretch whole.
  std::vector<std::string_view> split(std::string_view text) const;

 private:
  class Pattern;
  std::vector<std::shared_ptr<const Pattern>> m_patterns;
};

}  // namespace zipage
