// Writes to a SessionStore on a thread of its own, several writes a transaction; the latest save of a message
// wins. Reads on a second thread with a connection of its own, so that what is slow to read stops nobody. Any
// thread may call; callers never wait. Each error comes to a sink once, on the writing thread. A write that
// fails costs no other; what a full disk or a lock refused is kept and tried again with the next writes, at
// flush() and at the end.
#pragma once

#include <functional>
#include <memory>

#include "engine/store/session_store.h"

namespace zipage {

class StoreThread {
 public:
  using ErrorSink = std::function<void(Error)>;
  using ReadJob = std::function<void(const SessionStore&)>;

  /// `onError` must not call back into this object.
  StoreThread(std::unique_ptr<SessionStore> store, ErrorSink onError);
  /// Writes everything that was posted, then joins.
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  void saveChat(ChatRecord chat);
  void saveMessage(MessageRecord message);
  void saveNewChatDraft(Draft draft);
  void deleteChat(ChatId chat);
  void restoreChat(ChatId chat);
  void deleteMessages(std::vector<MessageId> messages);
  void restoreMessages(std::vector<MessageId> messages);
  void emptyTrash();  // of everything that was deleted before
  /// Runs `job` on the reading thread, after everything posted so far was tried; what was posted before the
  /// end still runs.
  void read(ReadJob job);
  /// Blocks until everything posted so far is on disk or was reported, and was read. For tests and for
  /// closing.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
