#include "app/server/connection_stream.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace zipage {

namespace {

using AddressReader = int (*)(int, sockaddr*, socklen_t*);

void readAddress(socket_t socket, AddressReader reads, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (reads(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    port = ntohs(v6.sin6_port);
  }
  ip = text;
}

}  // namespace

ConnectionStream::ConnectionStream(socket_t socket, const ConnectionLimits& limits)
    : m_socket(socket), m_limits(limits) {}

bool ConnectionStream::waitFor(short events, Clock::time_point end) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd entry{m_socket, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// Reads what is there into the empty buffer. False: the client closed, or time is up.
bool ConnectionStream::fill(Clock::time_point end) {
  if (!waitFor(POLLIN, end)) return false;
  const ssize_t count = ::recv(m_socket, m_buffer.data(), m_buffer.size(), 0);
  if (count <= 0) return false;
  m_begin = 0;
  m_end = static_cast<std::size_t>(count);
  return true;
}

bool ConnectionStream::waitForRequest() { return m_begin < m_end || fill(Clock::now() + m_limits.idleTime); }

void ConnectionStream::beginRequest() {
  m_deadline = Clock::now() + m_limits.headerTime;
  m_headerBytes = 0;
  m_bodyBytes = 0;
  m_isInHeaders = true;
}

void ConnectionStream::beginBody(std::int64_t bodyBytes) {
  m_deadline = Clock::now() + m_limits.bodyTime;
  m_bodyBytes = bodyBytes;
  m_isInHeaders = false;
}

bool ConnectionStream::isClientThere() const {
  pollfd entry{m_socket, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 0 || (entry.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) == 0;
}

bool ConnectionStream::is_readable() const {
  return m_begin < m_end || (m_fault == Fault::None && waitFor(POLLIN, m_deadline));
}

bool ConnectionStream::is_writable() const { return m_fault == Fault::None && isClientThere(); }

ssize_t ConnectionStream::read(char* data, size_t size) {
  if (m_fault != Fault::None) return -1;
  if (m_isInHeaders && m_headerBytes >= m_limits.maxHeaderBytes) {
    m_fault = Fault::HeadersTooLarge;
    return -1;
  }
  if (m_begin == m_end && !fill(m_deadline)) {
    if (Clock::now() >= m_deadline) m_fault = Fault::TooSlow;
    return -1;
  }
  if (!m_isInHeaders && Clock::now() >= m_deadline) {
    m_fault = Fault::TooSlow;
    return -1;
  }
  const std::size_t count = std::min(size, m_end - m_begin);
  std::memcpy(data, m_buffer.data() + m_begin, count);
  m_begin += count;
  if (m_isInHeaders)
    m_headerBytes += count;
  else if (m_bodyBytes > 0)
    m_bodyBytes -= std::min(m_bodyBytes, static_cast<std::int64_t>(count));
  return static_cast<ssize_t>(count);
}

ssize_t ConnectionStream::sendSome(const char* data, size_t size) {
  if (!waitFor(POLLOUT, Clock::now() + m_limits.writeTime)) return -1;
  return ::send(m_socket, data, size, MSG_NOSIGNAL);
}

ssize_t ConnectionStream::write(const char* data, size_t size) {
  return m_fault == Fault::None ? sendSome(data, size) : -1;
}

void ConnectionStream::writeAll(const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = sendSome(text.data() + sent, text.size() - sent);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

void ConnectionStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  readAddress(m_socket, ::getpeername, ip, port);
}

void ConnectionStream::get_local_ip_and_port(std::string& ip, int& port) const {
  readAddress(m_socket, ::getsockname, ip, port);
}

}  // namespace zipage
