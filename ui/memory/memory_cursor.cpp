#include "ui/memory/memory_cursor.h"

namespace zipage::ui {

bool MemoryCursor::put(RequestId request, std::int32_t token, PageIndex page) {
  const bool isOther = request != m_request || token != m_token || page != m_page;
  m_request = request;
  m_token = token;
  m_page = page;
  return isOther;
}

void MemoryCursor::setMoment(std::optional<Duration> moment) {
  if (moment == m_moment) return;
  m_moment = moment;
  Q_EMIT moved();
}

void MemoryCursor::goTo(Duration moment, RequestId request) {
  // Both are in place before anybody is told of either.
  const bool isOther = request && request != m_request && put(request, -1, -1);
  if (moment != m_moment) {
    m_moment = moment;
    Q_EMIT moved();
  }
  if (isOther) Q_EMIT chosen();
}

void MemoryCursor::chooseRequest(RequestId request) {
  if (request != m_request && put(request, -1, -1)) Q_EMIT chosen();
}

void MemoryCursor::chooseToken(RequestId request, std::int32_t token) {
  if (put(request, token, -1)) Q_EMIT chosen();
}

void MemoryCursor::choosePage(PageIndex page, RequestId holder) {
  if (put(holder ? holder : m_request, -1, page)) Q_EMIT chosen();
}

void MemoryCursor::reset() {
  const bool wasElsewhere = m_moment.has_value();
  m_moment.reset();
  const bool isOther = put({}, -1, -1);
  if (wasElsewhere) Q_EMIT moved();
  if (isOther) Q_EMIT chosen();
}

}  // namespace zipage::ui
