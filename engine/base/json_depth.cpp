#include "engine/base/json_depth.h"

namespace zipage {

bool isDeeperThan(std::string_view json, int depth) {
  int open = 0;
  bool inString = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (inString) {
      if (c == '\\') ++i;
      if (c == '"') inString = false;
      continue;
    }
    if (c == '"') inString = true;
    if (c == '[' || c == '{') ++open;
    if (c == ']' || c == '}') --open;
    if (open > depth) return true;
  }
  return false;
}

}  // namespace zipage
