#include "engine/store/batch_writer.h"

#include <algorithm>
#include <utility>

namespace zipage {

namespace {

struct WriteTo {
  SessionStore& store;
  Result<void> operator()(const ChatRecord& chat) const { return store.saveChat(chat); }
  Result<void> operator()(const MessageRecord& message) const { return store.saveMessage(message); }
  Result<void> operator()(const Draft& newChatDraft) const { return store.saveNewChatDraft(newChatDraft); }
  Result<void> operator()(const DeleteChat& write) const { return store.deleteChat(write.chat); }
  Result<void> operator()(const RestoreChat& write) const { return store.restoreChat(write.chat); }
  Result<void> operator()(const DeleteMessages& write) const { return store.deleteMessages(write.messages); }
  Result<void> operator()(const RestoreMessages& write) const {
    return store.restoreMessages(write.messages);
  }
  Result<void> operator()(const EmptyTrash&) const { return store.emptyTrash(); }
};

bool maySucceedLater(const Error& error) { return error.code == ErrorCode::Io; }

}  // namespace

std::vector<Write> BatchWriter::write(std::vector<Write> batch) {
  if (batch.empty()) return batch;
  // A transaction that cannot even begin is no write's fault, and each would wait for the lock as long again.
  if (Result<void> begun = m_store.begin(); !begun) {
    report(begun.error());
    return batch;
  }
  if (writeTogether(batch)) {
    m_reported.clear();
    return {};
  }
  std::vector<Write> refused;
  bool hasRefused = false;
  for (Write& write : batch) {
    const Result<void> written = writeOne(write);
    if (written) continue;
    // Behind one that has to wait, what fails may only lack what that one would have brought.
    if (!hasRefused) report(written.error());
    hasRefused = hasRefused || maySucceedLater(written.error());
    if (hasRefused) refused.push_back(std::move(write));
  }
  return refused;
}

Result<void> BatchWriter::writeTogether(const std::vector<Write>& batch) {
  for (const Write& write : batch) {
    Result<void> written = std::visit(WriteTo{m_store}, write);
    if (!written) {
      m_store.rollBack();
      return written;
    }
  }
  return m_store.commit();
}

/// A single statement is a transaction of its own.
Result<void> BatchWriter::writeOne(const Write& write) { return std::visit(WriteTo{m_store}, write); }

void BatchWriter::report(const Error& error) {
  if (std::find(m_reported.begin(), m_reported.end(), error.message) != m_reported.end()) return;
  m_reported.push_back(error.message);
  if (m_onError) m_onError(error);
}

}  // namespace zipage
