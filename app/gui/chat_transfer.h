// Chats to and from files. Slow with many chats: runs on the store's thread, on what the database holds.
#pragma once

#include <QString>
#include <vector>

#include "app/common/chat_json.h"
#include "engine/store/session_store.h"

namespace zipage {

/// Writes these chats, or all for an empty list, as JSON. How many there were, or why the file could not be
/// written; a file that was there before is then as it was.
Result<int> exportJson(const SessionStore& store, const std::vector<ChatId>& chats, const QString& path);

/// Writes the text as a file, or says why not; a file that was there before is then as it was.
Result<void> writeWholeFile(const QString& path, const std::string& text);

/// The chats of an exported file, checked in full, or what is wrong with it; see chatsFromJson().
Result<std::vector<ChatDocument>> importJson(const QString& path);

}  // namespace zipage
