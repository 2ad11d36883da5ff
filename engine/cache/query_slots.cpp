// Invariant: a slot is in m_free or held by one QuerySlot, never both. The free list is a stack, as that of
// the pages.
#include "engine/cache/query_slots.h"

#include "engine/base/check.h"

namespace zipage {

QuerySlots::QuerySlots(int numSlots) : m_numSlots(numSlots) {
  for (int slot = numSlots - 1; slot >= 0; --slot) m_free.push_back(slot);
}

QuerySlots::~QuerySlots() { ZIPAGE_CHECK(numFree() == m_numSlots, "query slots outlive their pool"); }

QuerySlot QuerySlots::acquire() {
  if (m_free.empty()) return {};
  const int slot = m_free.back();
  m_free.pop_back();
  return QuerySlot(*this, slot);
}

void QuerySlot::release() {
  if (m_slots != nullptr) std::exchange(m_slots, nullptr)->m_free.push_back(std::exchange(m_index, -1));
}

}  // namespace zipage
