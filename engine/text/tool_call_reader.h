// Finds the calls of tools in a streamed answer, in the forms that models write them: each between
// <tool_call> and </tool_call> (Qwen, Hermes), or as the whole answer, one JSON object or an array of them
// (Llama 3, Mistral).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zipage {

struct ToolCall {
  std::string name;
  std::string arguments;  // JSON
};

struct ToolCallPiece {
  std::string text;  // that belongs to no call
  std::vector<ToolCall> calls;
};

class ToolCallReader {
 public:
  /// `toolNames`: what may be called; none: every text is only text.
  explicit ToolCallReader(std::vector<std::string> toolNames = {});

  /// What this text adds. What may become a call is held back until that is decided; a call that cannot be
  /// read is text.
  ToolCallPiece push(std::string_view text);
  /// Releases what was held back. A call that has its end missing counts when it can be read.
  ToolCallPiece finish();

 private:
  void take(ToolCallPiece& piece);
  bool takeText(ToolCallPiece& piece);
  bool takeCall(ToolCallPiece& piece);
  bool readBareCalls(ToolCallPiece& piece) const;

  std::vector<std::string> m_names;
  std::string m_pending;
  bool m_isInCall = false;  // m_pending begins after an open mark
  bool m_hasCalled = false;
  bool m_hasBegun = false;   // something other than white space has come
  bool m_mayBeBare = false;  // the answer began as JSON does
};

}  // namespace zipage
