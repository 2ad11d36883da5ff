// The query windows a pool has, handed out one to a sequence that may be compressed. A QuerySlot is the claim
// on one and gives it back when it goes. One thread.
#pragma once

#include <utility>
#include <vector>

namespace zipage {

class QuerySlots;

class QuerySlot {
 public:
  QuerySlot() = default;
  QuerySlot(QuerySlot&& other) noexcept
      : m_slots(std::exchange(other.m_slots, nullptr)), m_index(std::exchange(other.m_index, -1)) {}
  QuerySlot& operator=(QuerySlot&& other) noexcept {
    QuerySlot taken(std::move(other));
    std::swap(m_slots, taken.m_slots);
    std::swap(m_index, taken.m_index);
    return *this;
  }
  ~QuerySlot() { release(); }

  explicit operator bool() const { return m_slots != nullptr; }
  /// -1 when empty.
  int index() const { return m_index; }
  void release();

 private:
  friend class QuerySlots;
  QuerySlot(QuerySlots& owner, int index) : m_slots(&owner), m_index(index) {}

  QuerySlots* m_slots = nullptr;
  int m_index = -1;
};

class QuerySlots {
 public:
  explicit QuerySlots(int numSlots);
  /// REQUIRES: every QuerySlot it made is gone.
  ~QuerySlots();
  QuerySlots(const QuerySlots&) = delete;
  QuerySlots& operator=(const QuerySlots&) = delete;

  /// An empty QuerySlot when none is free.
  QuerySlot acquire();
  int numSlots() const { return m_numSlots; }
  int numFree() const { return static_cast<int>(m_free.size()); }

 private:
  friend class QuerySlot;

  int m_numSlots;
  std::vector<int> m_free;
};

}  // namespace zipage
