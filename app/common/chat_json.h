// Chats as a JSON document and back, without loss: the whole tree of messages, settings, reasoning, times and
// figures. What comes in is untrusted and is checked in full before anything of it is used.
//
//   {"format": "zipage-chats", "version": 1, "chats": [{
//     "title", "created", "updated", "pinned", "settings": {…}, "draft": {"text", "attachments"}, "tip": id,
//     "messages": [{"id", "parent": id or 0, "role", "state", "text", "reasoning", "error", "created",
//     "model",
//                   "attachments": [{"name", "text"}], "figures": {…}}]}]}
//
// Ids hold inside one chat only. Times are milliseconds since 1970, UTC.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"
#include "engine/store/session_store.h"

namespace zipage {

struct ChatDocument {
  ChatRecord chat;
  std::vector<MessageRecord> messages;  // each after its parent
};

nlohmann::json chatsToJson(const std::vector<ChatDocument>& chats);

/// InvalidFile, naming the place, for what is no such document, has wrong types, ids twice, a parent that is
/// missing or a message that is its own ancestor; Unsupported for a document of a newer version. A reply that
/// was being written comes in as Interrupted.
Result<std::vector<ChatDocument>> chatsFromJson(const nlohmann::json& document);

}  // namespace zipage
