// Invariant: m_chats and m_messages point at exactly the ChatRecords and MessageRecords in m_writes, one
// each.
//
// Replacing in place keeps what later writes rely on: a chat still comes before its messages, and saving a
// chat does not touch whether it is in the trash, so it may pass a deletion.
#include "engine/store/write_queue.h"

#include <algorithm>
#include <utility>

namespace zipage {

namespace {

template <typename Id, typename Record>
void placeLatest(std::vector<Write>& writes, std::unordered_map<Id, std::size_t>& places, Record&& record) {
  const auto [place, isNew] = places.try_emplace(record.id, writes.size());
  if (isNew)
    writes.emplace_back(std::move(record));
  else
    writes[place->second] = std::move(record);
}

}  // namespace

void WriteQueue::push(Write write) {
  if (auto* chat = std::get_if<ChatRecord>(&write))
    placeLatest(m_writes, m_chats, std::move(*chat));
  else if (auto* message = std::get_if<MessageRecord>(&write))
    placeLatest(m_writes, m_messages, std::move(*message));
  else if (Write* waiting = std::holds_alternative<Draft>(write) ? waitingDraft() : nullptr;
           waiting != nullptr)
    *waiting = std::move(write);
  else
    m_writes.push_back(std::move(write));
}

Write* WriteQueue::waitingDraft() {
  const auto found = std::find_if(m_writes.begin(), m_writes.end(),
                                  [](const Write& write) { return std::holds_alternative<Draft>(write); });
  return found == m_writes.end() ? nullptr : &*found;
}

std::vector<Write> WriteQueue::take() {
  m_chats.clear();
  m_messages.clear();
  return std::exchange(m_writes, {});
}

void WriteQueue::putBack(std::vector<Write> older) {
  std::vector<Write> newer = take();
  for (Write& write : older) push(std::move(write));
  for (Write& write : newer) push(std::move(write));
}

}  // namespace zipage
