// Does a batch of writes in one transaction and, when that fails, one by one, so that a bad write costs no
// other its place. Reports each error once. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/store/session_store.h"
#include "engine/store/write_queue.h"

namespace zipage {

class BatchWriter {
 public:
  using ErrorSink = std::function<void(Error)>;

  /// `store` outlives the writer.
  BatchWriter(SessionStore& store, ErrorSink onError) : m_store(store), m_onError(std::move(onError)) {}

  /// Returns the writes that the system refused for now (full disk, file locked): to be tried again later, in
  /// order. Writes that are bad in themselves are reported and gone. An error that repeats in the same words
  /// is not reported again until a batch has gone well.
  std::vector<Write> write(std::vector<Write> batch);

 private:
  Result<void> writeTogether(const std::vector<Write>& batch);
  Result<void> writeOne(const Write& write);
  void report(const Error& error);

  SessionStore& m_store;
  ErrorSink m_onError;
  std::vector<std::string> m_reported;
};

}  // namespace zipage
