// One holder's claim on one page of the pool. Move-only: copying it takes a share(), so that every reference
// shows in the code. Letting go of the last one frees the page. One thread.
#pragma once

#include <utility>

#include "engine/base/ids.h"

namespace zipage {

class PageAllocator;

class PageRef {
 public:
  PageRef() = default;
  PageRef(PageRef&& other) noexcept
      : m_allocator(std::exchange(other.m_allocator, nullptr)), m_page(std::exchange(other.m_page, 0)) {}
  PageRef& operator=(PageRef&& other) noexcept {
    PageRef taken(std::move(other));
    std::swap(m_allocator, taken.m_allocator);
    std::swap(m_page, taken.m_page);
    return *this;
  }
  ~PageRef() { release(); }

  explicit operator bool() const { return m_allocator != nullptr; }
  /// REQUIRES: not empty.
  PageIndex index() const { return m_page; }
  bool isShared() const;
  /// A second holder of the same page.
  PageRef share() const;
  void release();

 private:
  friend class PageAllocator;
  PageRef(PageAllocator& allocator, PageIndex page) : m_allocator(&allocator), m_page(page) {}

  PageAllocator* m_allocator = nullptr;  // null: empty
  PageIndex m_page = 0;
};

}  // namespace zipage
