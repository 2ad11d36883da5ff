// Text of the kind that the embedded model was trained on: it reasons about it, where anything else might
// make it repeat itself and so hide differences.
#pragma once

#include <string>

namespace zipage::test {

/// At least so many bytes; another text for each `salt`.
inline std::string appleSums(int minBytes, int salt) {
  std::string text;
  for (int i = 0; static_cast<int>(text.size()) < minBytes; ++i) {
    text += "Tom has " + std::to_string(10 + (salt * 7 + i * 13) % 60) + " apples. Ann has " +
            std::to_string(2 + (salt + i) % 17) + " more apples than Tom. ";
  }
  return text;
}

}  // namespace zipage::test
