#include "app/common/chat_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace zipage {

namespace {

using nlohmann::json;

constexpr const char* kFormat = "zipage-chats";
constexpr int kVersion = 1;

constexpr std::array<const char*, 3> kRoles = {"system", "user", "assistant"};
constexpr std::array<const char*, 5> kStates = {"complete", "streaming", "stopped", "interrupted", "failed"};

using Figure = std::int64_t ReplyFigures::*;
constexpr std::array<std::pair<const char*, Figure>, 15> kFigures = {{
    {"promptTokens", &ReplyFigures::promptTokens},
    {"generatedTokens", &ReplyFigures::generatedTokens},
    {"reasoningTokens", &ReplyFigures::reasoningTokens},
    {"reasoningMs", &ReplyFigures::reasoningMs},
    {"firstTokenMs", &ReplyFigures::firstTokenMs},
    {"decodeMs", &ReplyFigures::decodeMs},
    {"peakPages", &ReplyFigures::peakPages},
    {"compressions", &ReplyFigures::compressions},
    {"tokensEvicted", &ReplyFigures::tokensEvicted},
    {"cachedTokens", &ReplyFigures::cachedTokens},
    {"computedTokens", &ReplyFigures::computedTokens},
    {"storedTokens", &ReplyFigures::storedTokens},
    {"storageMs", &ReplyFigures::storageMs},
    {"reasoningBegan", &ReplyFigures::reasoningBeganMs},
    {"reasoningEnded", &ReplyFigures::reasoningEndedMs},
}};

json attachmentsJson(const std::vector<Attachment>& attachments) {
  json array = json::array();
  for (const Attachment& file : attachments) array.push_back({{"name", file.name}, {"text", file.text}});
  return array;
}

json messageJson(const MessageRecord& message) {
  json figures = json::object();
  for (const auto& [name, figure] : kFigures) figures[name] = message.figures.*figure;
  return {{"id", message.id.value},
          {"parent", message.parent.value},
          {"role", kRoles[static_cast<std::size_t>(message.role)]},
          {"state", kStates[static_cast<std::size_t>(message.state)]},
          {"text", message.text},
          {"reasoning", message.reasoning},
          {"error", message.error},
          {"created", message.createdMs},
          {"model", message.model},
          {"attachments", attachmentsJson(message.attachments)},
          {"figures", std::move(figures)}};
}

json chatJson(const ChatDocument& document) {
  const ChatRecord& chat = document.chat;
  json messages = json::array();
  for (const MessageRecord& message : document.messages) messages.push_back(messageJson(message));
  json settings = json::parse(chat.settings, nullptr, false);
  return {{"title", chat.title},
          {"created", chat.createdMs},
          {"updated", chat.updatedMs},
          {"pinned", chat.isPinned},
          {"settings", settings.is_object() ? std::move(settings) : json::object()},
          {"draft", {{"text", chat.draft.text}, {"attachments", attachmentsJson(chat.draft.attachments)}}},
          {"tip", chat.tip.value},
          {"messages", std::move(messages)}};
}

/// Reads members of an object and remembers the first that is not what it must be.
class Reader {
 public:
  Reader(const json& object, std::string place) : m_object(object), m_place(std::move(place)) {
    if (!object.is_object()) refuse("is no object");
  }

  std::string text(const char* key) {
    const json* value = member(key);
    if (value == nullptr) return {};
    if (!value->is_string()) refuse(std::string("has a \"") + key + "\" that is no text");
    return value->is_string() ? value->get<std::string>() : std::string();
  }
  bool flag(const char* key) {
    const json* value = member(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) refuse(std::string("has a \"") + key + "\" that is neither true nor false");
    return value->is_boolean() && value->get<bool>();
  }
  /// 0 to 2^63 − 1.
  std::int64_t number(const char* key) {
    const json* value = member(key);
    if (value == nullptr) return 0;
    const bool isNumber = value->is_number_unsigned() ? value->get<std::uint64_t>() <= kMost
                                                      : value->is_number_integer() && *value >= 0;
    if (!isNumber) refuse(std::string("has a \"") + key + "\" that is no whole number from 0");
    return isNumber ? value->get<std::int64_t>() : 0;
  }
  template <std::size_t N>
  std::size_t oneOf(const char* key, const std::array<const char*, N>& names) {
    const std::string name = text(key);
    for (std::size_t index = 0; index < N; ++index) {
      if (name == names[index]) return index;
    }
    refuse(std::string("has an unknown \"") + key + "\"");
    return 0;
  }
  const json& object(const char* key) {
    static const json kNone = json::object();
    const json* value = member(key);
    if (value == nullptr) return kNone;
    if (!value->is_object()) refuse(std::string("has \"") + key + "\" that are no object");
    return value->is_object() ? *value : kNone;
  }
  const json& list(const char* key) {
    static const json kNone = json::array();
    const json* value = member(key);
    if (value == nullptr) return kNone;
    if (!value->is_array()) refuse(std::string("has \"") + key + "\" that are no list");
    return value->is_array() ? *value : kNone;
  }
  std::vector<Attachment> attachments(const char* key) {
    std::vector<Attachment> files;
    for (const json& entry : list(key)) {
      Reader file(entry, m_place + ", an attachment");
      files.push_back({file.text("name"), file.text("text")});
      if (m_problem.empty()) m_problem = file.problem();
    }
    return files;
  }
  void refuse(const std::string& what) {
    if (m_problem.empty()) m_problem = m_place + " " + what;
  }
  const std::string& problem() const { return m_problem; }

 private:
  static constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

  const json* member(const char* key) const {
    if (!m_object.is_object()) return nullptr;
    const auto found = m_object.find(key);
    return found == m_object.end() ? nullptr : &*found;
  }

  const json& m_object;
  std::string m_place;
  std::string m_problem;
};

tl::unexpected<Error> invalid(std::string reason) {
  return failure(ErrorCode::InvalidFile, "This is no export of chats that can be used: " + std::move(reason));
}

Result<MessageRecord> readMessage(const json& object, const std::string& place) {
  Reader reader(object, place);
  MessageRecord message;
  message.id.value = static_cast<std::uint64_t>(reader.number("id"));
  message.parent.value = static_cast<std::uint64_t>(reader.number("parent"));
  message.role = static_cast<MessageRole>(reader.oneOf("role", kRoles));
  message.state = static_cast<MessageState>(reader.oneOf("state", kStates));
  if (message.state == MessageState::Streaming) message.state = MessageState::Interrupted;
  message.text = reader.text("text");
  message.reasoning = reader.text("reasoning");
  message.error = reader.text("error");
  message.createdMs = reader.number("created");
  message.model = reader.text("model");
  message.attachments = reader.attachments("attachments");
  Reader figures(reader.object("figures"), place + ", figures");
  for (const auto& [name, figure] : kFigures) message.figures.*figure = figures.number(name);
  if (!message.id) reader.refuse("has no id");
  for (const std::string& problem : {reader.problem(), figures.problem()}) {
    if (!problem.empty()) return invalid(problem);
  }
  return message;
}

/// The messages, each after its parent; in order of creation where their ids tell it.
Result<std::vector<MessageRecord>> inOrder(std::vector<MessageRecord> messages, const std::string& place) {
  std::unordered_map<MessageId, std::vector<std::size_t>> children;  // by parent
  std::unordered_map<MessageId, std::size_t> places;
  for (std::size_t index = 0; index < messages.size(); ++index) {
    const MessageId id = messages[index].id;
    if (!places.emplace(id, index).second)
      return invalid(place + " has two messages with the id " + std::to_string(id.value));
    children[messages[index].parent].push_back(index);
  }
  for (const MessageRecord& message : messages) {
    if (message.parent && !places.contains(message.parent))
      return invalid(place + ", message " + std::to_string(message.id.value) +
                     " follows one that is missing");
  }
  const bool isAscending = std::all_of(messages.begin(), messages.end(), [](const MessageRecord& message) {
    return message.parent < message.id;
  });
  if (isAscending) {
    std::sort(messages.begin(), messages.end(),
              [](const MessageRecord& a, const MessageRecord& b) { return a.id < b.id; });
    return messages;
  }
  std::vector<std::size_t> order = children[MessageId{}];
  for (std::size_t next = 0; next < order.size(); ++next) {
    const std::vector<std::size_t>& below = children[messages[order[next]].id];
    order.insert(order.end(), below.begin(), below.end());
  }
  if (order.size() < messages.size())
    return invalid(place + " has messages that follow each other in a circle");
  std::vector<MessageRecord> ordered;
  ordered.reserve(order.size());
  for (const std::size_t index : order) ordered.push_back(std::move(messages[index]));
  return ordered;
}

Result<ChatDocument> readChat(const json& object, const std::string& place) {
  Reader reader(object, place);
  ChatDocument document;
  document.chat.title = reader.text("title");
  document.chat.createdMs = reader.number("created");
  document.chat.updatedMs = reader.number("updated");
  document.chat.isPinned = reader.flag("pinned");
  document.chat.settings = reader.object("settings").dump();
  document.chat.tip.value = static_cast<std::uint64_t>(reader.number("tip"));
  Reader draft(reader.object("draft"), place + ", its draft");
  document.chat.draft = {draft.text("text"), draft.attachments("attachments")};
  const json& list = reader.list("messages");
  for (const std::string& problem : {reader.problem(), draft.problem()}) {
    if (!problem.empty()) return invalid(problem);
  }
  std::vector<MessageRecord> messages;
  for (std::size_t index = 0; index < list.size(); ++index) {
    auto message = readMessage(list[index], place + ", message " + std::to_string(index + 1));
    if (!message) return tl::unexpected(message.error());
    messages.push_back(std::move(*message));
  }
  auto ordered = inOrder(std::move(messages), place);
  if (!ordered) return tl::unexpected(ordered.error());
  document.messages = std::move(*ordered);
  return document;
}

}  // namespace

json chatsToJson(const std::vector<ChatDocument>& chats) {
  json list = json::array();
  for (const ChatDocument& chat : chats) list.push_back(chatJson(chat));
  return {{"format", kFormat}, {"version", kVersion}, {"chats", std::move(list)}};
}

Result<std::vector<ChatDocument>> chatsFromJson(const json& document) {
  Reader reader(document, "the file");
  if (!reader.problem().empty()) return invalid(reader.problem());
  if (reader.text("format") != kFormat) return invalid("its format is not named");
  const std::int64_t version = reader.number("version");
  if (version > kVersion) {
    return failure(ErrorCode::Unsupported, "These chats were exported by a newer version of Zipage (format " +
                                               std::to_string(version) + ", this program knows " +
                                               std::to_string(kVersion) + ")");
  }
  const json& list = reader.list("chats");
  if (!reader.problem().empty()) return invalid(reader.problem());
  std::vector<ChatDocument> chats;
  for (std::size_t index = 0; index < list.size(); ++index) {
    auto chat = readChat(list[index], "chat " + std::to_string(index + 1));
    if (!chat) return tl::unexpected(chat.error());
    chats.push_back(std::move(*chat));
  }
  return chats;
}

}  // namespace zipage
