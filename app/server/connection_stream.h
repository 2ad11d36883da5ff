// The bytes of one connection, with an end to every patience: headers of limited size and time, a body that
// must arrive, a client that must take what it is sent. Outlives the requests on it, so that what a client
// sends ahead of time is not lost.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include <httplib.h>

#include "app/server/server_options.h"

namespace zipage {

class ConnectionStream final : public httplib::Stream {
 public:
  enum class Fault { None, HeadersTooLarge, TooSlow };

  /// Does not own the socket.
  ConnectionStream(socket_t socket, const ConnectionLimits& limits);

  /// Whether a request begins within the idle time; false as well where the client has closed.
  bool waitForRequest();
  /// Its first byte has come: the clock of the headers starts.
  void beginRequest();
  /// Its headers have come. `bodyBytes`: −1 when it does not say how long its body is.
  void beginBody(std::int64_t bodyBytes);
  /// Something of the body is still to come, or may be.
  bool hasUnreadBody() const { return m_bodyBytes < 0 || m_bodyBytes > 0; }
  /// The client has not closed its end.
  bool isClientThere() const;
  /// Why reading ended before its time.
  Fault fault() const { return m_fault; }
  /// Past the faults: for the answer to them.
  void writeAll(const std::string& text);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return m_socket; }

 private:
  using Clock = std::chrono::steady_clock;

  bool fill(Clock::time_point end);
  bool waitFor(short events, Clock::time_point end) const;
  ssize_t sendSome(const char* data, size_t size);

  socket_t m_socket;
  const ConnectionLimits& m_limits;
  std::array<char, 16384> m_buffer;
  std::size_t m_begin = 0;  // unread bytes of the buffer
  std::size_t m_end = 0;
  Clock::time_point m_deadline{};  // of the headers, then of the body
  std::size_t m_headerBytes = 0;
  std::int64_t m_bodyBytes = 0;  // still to come; −1: unknown
  bool m_isInHeaders = true;
  Fault m_fault = Fault::None;
};

}  // namespace zipage
