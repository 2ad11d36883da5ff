// Writes that wait for the store thread, in order. Saving again what waits already replaces it in its place,
// so the queue never grows beyond one entry a chat or message, plus deletions. Not thread-safe.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <variant>
#include <vector>

#include "engine/store/session_store.h"

namespace zipage {

struct DeleteChat {
  ChatId chat;
};

struct RestoreChat {
  ChatId chat;
};

struct DeleteMessages {
  std::vector<MessageId> messages;
};

struct RestoreMessages {
  std::vector<MessageId> messages;
};

struct EmptyTrash {};

using Write = std::variant<ChatRecord, MessageRecord, Draft, DeleteChat, RestoreChat, DeleteMessages,
                           RestoreMessages, EmptyTrash>;

class WriteQueue {
 public:
  void push(Write write);
  /// Everything in order; the queue is empty afterwards.
  std::vector<Write> take();
  /// Puts writes that were taken and could not be done before those that were pushed since.
  void putBack(std::vector<Write> older);

 private:
  Write* waitingDraft();

  std::vector<Write> m_writes;
  std::unordered_map<ChatId, std::size_t> m_chats;        // index into m_writes of the waiting save
  std::unordered_map<MessageId, std::size_t> m_messages;  // likewise
};

}  // namespace zipage
