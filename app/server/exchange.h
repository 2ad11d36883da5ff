// One request of a client and the answer to it, as the endpoints see them.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <httplib.h>

#include "app/server/api_error.h"

namespace zipage {

struct Exchange {
  const httplib::Request& request;
  httplib::Response& response;
  std::string body;
  std::function<bool()> isClientThere;  // until the answer has been sent
};

void answer(Exchange& exchange, const Json& json);
void answer(httplib::Response& response, const ApiError& error);

/// How long a client that has left goes unnoticed while nothing is written to it.
inline constexpr std::chrono::milliseconds kGlance{20};

/// Writes server-sent events to a client. False: it is gone.
class EventWriter {
 public:
  explicit EventWriter(httplib::DataSink& sink) : m_sink(sink) {}

  bool send(const Json& data) { return write("data: " + textOf(data) + "\n\n"); }
  bool send(const std::string& event, const Json& data) {
    return write("event: " + event + "\ndata: " + textOf(data) + "\n\n");
  }
  bool sendDone() { return write("data: [DONE]\n\n"); }
  /// A line that clients skip: the connection is alive.
  bool sendPulse() { return write(":\n\n"); }
  bool hasWritten() const { return m_hasWritten; }

 private:
  bool write(const std::string& text) {
    m_hasWritten = true;
    return m_sink.write(text.data(), text.size());
  }

  httplib::DataSink& m_sink;
  bool m_hasWritten = false;
};

/// Answers with events: `next` is called until it returns false, and writes what there is; it must not wait
/// longer than kGlance. Where it is silent for long, pulses keep the connection.
void answerWithEvents(Exchange& exchange, std::function<bool(EventWriter&)> next);

}  // namespace zipage
