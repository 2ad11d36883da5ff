#include "app/server/chat_messages.h"

#include <algorithm>
#include <map>
#include <optional>

namespace zipage {

namespace {

constexpr std::size_t kMostMessages = 10000;
constexpr std::size_t kMostTools = 128;

std::string element(const char* list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

std::optional<TurnRole> roleOf(const std::string& name) {
  static const std::map<std::string, TurnRole> roles = {{"system", TurnRole::System},
                                                        {"developer", TurnRole::System},
                                                        {"user", TurnRole::User},
                                                        {"assistant", TurnRole::Assistant},
                                                        {"tool", TurnRole::Tool}};
  const auto found = roles.find(name);
  return found == roles.end() ? std::nullopt : std::optional(found->second);
}

std::string readPart(JsonFields& message, const Json& part) {
  if (!part.is_object() || part.value("type", Json()) != "text") {
    const bool hasType = part.is_object() && part.contains("type") && part["type"].is_string();
    message.refuse("content", "only text can be read, not " +
                                  (hasType ? part["type"].get<std::string>() : std::string("this part")));
    return {};
  }
  if (part.contains("text") && part["text"].is_string()) return part["text"].get<std::string>();
  message.refuse("content", message.pathOf("content") + " has a part without a text");
  return {};
}

std::string readContent(JsonFields& message, bool isNeeded) {
  const Json* content = message.find("content");
  if (content == nullptr) {
    if (isNeeded) message.refuse("content", message.pathOf("content") + " is missing");
    return {};
  }
  if (!content->is_array()) return message.text("content").value_or("");
  std::string text;
  for (const Json& part : *content) text += readPart(message, part);
  return text;
}

/// What earlier calls of this conversation were called, by their ids.
using CallNames = std::map<std::string, std::string>;

std::vector<ToolCall> readCalls(JsonFields& message, CallNames& names) {
  const Json* calls = message.array("tool_calls");
  std::vector<ToolCall> read;
  for (std::size_t i = 0; calls != nullptr && i < calls->size(); ++i) {
    const std::string path = message.pathOf(element("tool_calls", i).c_str());
    const Json& call = (*calls)[i];
    const bool isCall = call.is_object() && call.contains("function") && call["function"].is_object();
    if (!isCall) {
      message.refuse("tool_calls", path + " must hold a function");
      break;
    }
    JsonFields function(call["function"], path + ".function");
    read.push_back({function.text("name").value_or(""), function.text("arguments").value_or("{}")});
    if (function.problem()) message.refuse(*function.problem());
    if (call.contains("id") && call["id"].is_string()) names[call["id"]] = read.back().name;
  }
  return read;
}

ConversationTurn readMessage(JsonFields& message, CallNames& names) {
  ConversationTurn turn;
  const std::string role = message.text("role").value_or("");
  const auto known = roleOf(role);
  if (!known)
    message.refuse("role", message.pathOf("role") +
                               " must be system, developer, user, assistant or tool, not \"" + role + "\"");
  turn.role = known.value_or(TurnRole::User);
  if (turn.role == TurnRole::Assistant) {
    turn.toolCalls = readCalls(message, names);
    turn.reasoning = message.text("reasoning_content").value_or("");
  }
  turn.text = readContent(message, turn.role != TurnRole::Assistant);
  if (turn.role == TurnRole::Tool) {
    const auto named = names.find(message.text("tool_call_id").value_or(""));
    turn.toolName = message.text("name").value_or(named == names.end() ? "" : named->second);
  }
  return turn;
}

bool isToolName(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void readTool(JsonFields& tool, ChatContent& chat) {
  if (tool.text("type").value_or("") != "function")
    tool.refuse("type", "only tools of type function are known");
  const Json* declared = tool.object("function");
  if (declared == nullptr) return tool.refuse("function", tool.pathOf("function") + " is missing");
  JsonFields function(*declared, tool.pathOf("function"));
  const std::string name = function.text("name").value_or("");
  if (!isToolName(name))
    function.refuse("name", function.pathOf("name") + " must be 1 to 64 letters, digits, _ or -");
  function.text("description");
  function.object("parameters");
  if (function.problem()) tool.refuse(*function.problem());
  chat.toolNames.push_back(name);
}

void readTools(JsonFields& body, ChatContent& chat) {
  const Json* tools = body.array("tools");
  const Json* choice = body.find("tool_choice");
  if (choice != nullptr && *choice != "auto" && *choice != "none")
    body.refuse("tool_choice", "tool_choice must be \"auto\" or \"none\": a call cannot be forced");
  if (tools == nullptr || tools->empty() || (choice != nullptr && *choice == "none")) return;
  if (tools->size() > kMostTools)
    return body.refuse("tools", "at most " + std::to_string(kMostTools) + " tools can be given");
  for (std::size_t i = 0; i < tools->size(); ++i) {
    if (!(*tools)[i].is_object()) return body.refuse("tools", element("tools", i) + " must be an object");
    JsonFields tool((*tools)[i], element("tools", i));
    readTool(tool, chat);
    if (tool.problem()) return body.refuse(*tool.problem());
  }
  chat.tools = *tools;
}

/// The last message is what the reply begins with.
void takeBegun(JsonFields& body, ChatContent& chat) {
  if (chat.turns.empty() || chat.turns.back().role != TurnRole::Assistant)
    return body.refuse("continue_final_message",
                       "continue_final_message needs a last message of the assistant");
  chat.begun = {chat.turns.back().reasoning, chat.turns.back().text};
  chat.turns.pop_back();
}

}  // namespace

ApiResult<ChatContent> readChat(const Json& body) {
  JsonFields fields(body);
  ChatContent chat;
  CallNames names;
  const Json* messages = fields.array("messages");
  if (!fields.problem() && (messages == nullptr || messages->empty()))
    fields.refuse("messages", "messages must hold at least one message");
  if (messages != nullptr && messages->size() > kMostMessages)
    fields.refuse("messages", "at most " + std::to_string(kMostMessages) + " messages can be read");
  for (std::size_t i = 0; messages != nullptr && i < messages->size() && !fields.problem(); ++i) {
    if (!(*messages)[i].is_object()) {
      fields.refuse("messages", element("messages", i) + " must be an object");
      break;
    }
    JsonFields message((*messages)[i], element("messages", i));
    chat.turns.push_back(readMessage(message, names));
    if (message.problem()) fields.refuse(*message.problem());
  }
  readTools(fields, chat);
  if (fields.boolean("continue_final_message").value_or(false)) takeBegun(fields, chat);
  if (fields.problem()) return tl::unexpected(*fields.problem());
  return chat;
}

}  // namespace zipage
