#include "app/server/exchange.h"

#include <utility>

namespace zipage {

void answer(Exchange& exchange, const Json& json) {
  exchange.response.status = 200;
  exchange.response.set_content(textOf(json), "application/json");
}

void answer(httplib::Response& response, const ApiError& error) {
  response.status = error.status;
  response.headers.erase("Retry-After");
  if (error.retryAfterSeconds > 0)
    response.set_header("Retry-After", std::to_string(error.retryAfterSeconds));
  response.set_content(textOf(toJson(error)), "application/json");
}

void answerWithEvents(Exchange& exchange, std::function<bool(EventWriter&)> next) {
  using Clock = std::chrono::steady_clock;
  // Proxies and clients give up on a connection that is silent for long.
  static constexpr std::chrono::seconds kPulse{10};
  exchange.response.status = 200;
  exchange.response.set_header("Cache-Control", "no-cache");
  exchange.response.set_header("X-Accel-Buffering", "no");  // proxies pass each event on at once
  exchange.response.set_chunked_content_provider(
      "text/event-stream", [next = std::move(next), isThere = exchange.isClientThere,
                            lastWord = Clock::now()](std::size_t, httplib::DataSink& sink) mutable {
        if (!isThere()) return false;
        EventWriter writer(sink);
        if (!next(writer)) {
          sink.done();
          return true;
        }
        if (!writer.hasWritten() && Clock::now() - lastWord >= kPulse) writer.sendPulse();
        if (writer.hasWritten()) lastWord = Clock::now();
        return true;
      });
}

}  // namespace zipage
