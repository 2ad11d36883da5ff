#include "engine/text/tool_call_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/json_depth.h"

namespace zipage {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kOpen = "<tool_call>";
constexpr std::string_view kClose = "</tool_call>";
constexpr const char* kJsonSpace = " \t\r\n";

/// Of `text`, how much of its end could be the beginning of `mark`.
std::size_t heldBack(std::string_view text, std::string_view mark) {
  for (std::size_t length = std::min(text.size(), mark.size() - 1); length > 0; --length) {
    if (text.ends_with(mark.substr(0, length))) return length;
  }
  return 0;
}

/// {"name": …, "arguments" or "parameters": {…}}; the second may be a text that holds JSON.
std::optional<ToolCall> callOf(const OrderedJson& json) {
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) return std::nullopt;
  ToolCall call{json["name"].get<std::string>(), "{}"};
  for (const char* field : {"arguments", "parameters"}) {
    if (!json.contains(field)) continue;
    const OrderedJson& arguments = json[field];
    call.arguments = arguments.is_string() ? arguments.get<std::string>() : arguments.dump();
    return call;
  }
  return call;
}

/// A discarded value for what is no JSON, or nested as no call is.
OrderedJson parse(std::string_view text) {
  constexpr int kDeepest = 100;
  return isDeeperThan(text, kDeepest) ? OrderedJson(OrderedJson::value_t::discarded)
                                      : OrderedJson::parse(text, nullptr, false);
}

std::optional<ToolCall> readCall(std::string_view text) { return callOf(parse(text)); }

}  // namespace

ToolCallReader::ToolCallReader(std::vector<std::string> toolNames) : m_names(std::move(toolNames)) {}

ToolCallPiece ToolCallReader::push(std::string_view text) {
  ToolCallPiece piece;
  if (m_names.empty()) {
    piece.text = text;
    return piece;
  }
  m_pending += text;
  const std::size_t begin = m_pending.find_first_not_of(kJsonSpace);
  if (!m_hasBegun && begin == std::string::npos) return piece;
  if (!std::exchange(m_hasBegun, true)) m_mayBeBare = m_pending[begin] == '{' || m_pending[begin] == '[';
  if (!m_mayBeBare) take(piece);
  return piece;
}

void ToolCallReader::take(ToolCallPiece& piece) {
  while (m_isInCall ? takeCall(piece) : takeText(piece)) {
  }
}

/// False: there is nothing more to decide. White space waits for what follows it: before a call it is
/// nothing.
bool ToolCallReader::takeText(ToolCallPiece& piece) {
  const std::size_t open = m_pending.find(kOpen);
  const bool found = open != std::string::npos;
  const std::size_t certain = found ? open : m_pending.size() - heldBack(m_pending, kOpen);
  const std::size_t end = std::string_view(m_pending).substr(0, certain).find_last_not_of(kJsonSpace) + 1;
  piece.text += m_pending.substr(0, end);
  m_pending.erase(0, found ? open + kOpen.size() : end);
  m_isInCall = found;
  return found;
}

bool ToolCallReader::takeCall(ToolCallPiece& piece) {
  const std::size_t close = m_pending.find(kClose);
  if (close == std::string::npos) return false;
  auto call = readCall(std::string_view(m_pending).substr(0, close));
  m_hasCalled = m_hasCalled || call;
  if (call)
    piece.calls.push_back(std::move(*call));
  else
    piece.text += std::string(kOpen) + m_pending.substr(0, close + kClose.size());
  m_pending.erase(0, close + kClose.size());
  m_isInCall = false;
  return true;
}

bool ToolCallReader::readBareCalls(ToolCallPiece& piece) const {
  const OrderedJson json = parse(m_pending);
  if (json.is_discarded()) return false;
  std::vector<ToolCall> calls;
  for (const OrderedJson& element : json.is_array() ? json : OrderedJson::array({json})) {
    auto call = callOf(element);
    const bool isKnown = call && std::find(m_names.begin(), m_names.end(), call->name) != m_names.end();
    if (!isKnown) return false;
    calls.push_back(std::move(*call));
  }
  piece.calls = std::move(calls);
  return !piece.calls.empty();
}

ToolCallPiece ToolCallReader::finish() {
  ToolCallPiece piece;
  if (m_mayBeBare && readBareCalls(piece)) {
    m_pending.clear();
    return piece;
  }
  take(piece);
  if (auto call = m_isInCall ? readCall(m_pending) : std::nullopt)
    piece.calls.push_back(std::move(*call));
  else if (m_isInCall)
    piece.text += std::string(kOpen) + m_pending;
  else if (!m_hasCalled || m_pending.find_first_not_of(kJsonSpace) != std::string::npos)
    piece.text += m_pending;
  m_pending.clear();
  m_isInCall = false;
  return piece;
}

}  // namespace zipage
