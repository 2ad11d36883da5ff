// Writes to a SessionStore on a thread of its own, several writes a transaction; the latest save of a message wins.
// Callers never wait. Errors come to a sink on the store's thread.
#pragma once

#include <functional>
#include <memory>

#include "engine/store/session_store.h"

namespace zipage {

class StoreThread {
 public:
  using ErrorSink = std::function<void(Error)>;

  StoreThread(std::unique_ptr<SessionStore> store, ErrorSink onError);
  /// Writes everything that was posted, then joins.
  ~StoreThread();

  void saveChat(ChatRecord chat);
  void saveMessage(MessageRecord message);
  void deleteChat(ChatId chat);
  void restoreChat(ChatId chat);
  /// Blocks until everything posted so far is on disk. For tests and for closing.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
