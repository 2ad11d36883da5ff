// A client that says what it likes, byte by byte.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace zipage::test {

class RawClient {
 public:
  explicit RawClient(int port) : m_socket(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    m_isOpen = ::connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(m_socket); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool isOpen() const { return m_isOpen; }

  /// False once the server takes no more.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(m_socket, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Everything until the server closes, or until it is silent for `patience`.
  std::string readAll(std::chrono::milliseconds patience = std::chrono::milliseconds(5000)) {
    std::string text;
    char buffer[4096];
    pollfd entry{m_socket, POLLIN, 0};
    while (::poll(&entry, 1, static_cast<int>(patience.count())) > 0) {
      const ssize_t count = ::recv(m_socket, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

  /// There is something to read, or the server has closed.
  bool hasNews() {
    pollfd entry{m_socket, POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
  }

 private:
  int m_socket;
  bool m_isOpen = false;
};

/// A request with a body; `extra`: further header lines, each with its line end.
inline std::string postText(const std::string& path, const std::string& body, const std::string& extra = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + extra +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace zipage::test
