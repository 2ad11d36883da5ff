// A MessageRecord as a row of the table `messages`.
#pragma once

#include "engine/base/result.h"
#include "engine/store/database.h"
#include "engine/store/session_store.h"

namespace zipage {

/// The messages of chat ?1 in order of creation, for readMessage().
extern const char* const kSelectMessagesSql;

/// The current row of kSelectMessagesSql. InvalidFile when it holds a role or state that does not exist.
Result<MessageRecord> readMessage(const Statement& row);

/// Inserts or updates. Io when the system refused; Database when its chat is missing or another chat has the
/// id.
Result<void> writeMessage(Database& database, const MessageRecord& message);

}  // namespace zipage
