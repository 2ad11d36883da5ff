#pragma once

#include <QObject>
#include <optional>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace zipage::ui {

/// What all views of the memory look at: a moment, and what was chosen in one of them.
class MemoryCursor final : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Nothing: now, whatever that comes to be.
  std::optional<Duration> moment() const { return m_moment; }
  bool isLive() const { return !m_moment.has_value(); }
  RequestId request() const { return m_request; }  // none: none in particular
  std::int32_t token() const { return m_token; }   // of the request's text; −1: none
  PageIndex page() const { return m_page; }        // −1: none

  void setMoment(std::optional<Duration> moment);
  /// A moment in the life of one request, such as a compression.
  void goTo(Duration moment, RequestId request);
  void chooseRequest(RequestId request);
  void chooseToken(RequestId request, std::int32_t token);
  void choosePage(PageIndex page, RequestId holder);
  /// Now, and nothing chosen.
  void reset();

 Q_SIGNALS:
  void moved();   // to another moment
  void chosen();  // another request, token or page

 private:
  bool put(RequestId request, std::int32_t token, PageIndex page);

  std::optional<Duration> m_moment;
  RequestId m_request;
  std::int32_t m_token = -1;
  PageIndex m_page = -1;
};

}  // namespace zipage::ui
