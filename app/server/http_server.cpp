#include "app/server/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "app/server/connection_stream.h"
#include "app/server/connection_threads.h"

namespace zipage {

namespace {

constexpr int kBacklog = 512;                  // connections the system holds until they are accepted
constexpr std::size_t kMostRequests = 10'000;  // on one connection

std::string ownName() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

/// httplib gives handlers no sight of the connection. A request's `progress` is a client's own affair, so on
/// the server it carries the question whether the client is there.
std::function<bool()> clientQuestion(const httplib::Request& request) {
  return [ask = request.progress] { return !ask || ask(0, 0); };
}

std::string plainAnswer(const ApiError& error, const char* reason) {
  const std::string body = textOf(toJson(error));
  const std::string retry =
      error.retryAfterSeconds > 0 ? "\r\nRetry-After: " + std::to_string(error.retryAfterSeconds) : "";
  return "HTTP/1.1 " + std::to_string(error.status) + " " + reason + retry +
         "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// For what httplib refuses by itself.
std::string messageOf(int status, const httplib::Request& request) {
  switch (status) {
    case 404:
      return "there is no " + request.method + " " + request.path;
    case 413:
      return "the body is too large";
    case 414:
      return "the address is too long";
    default:
      return "the request is malformed";
  }
}

std::int64_t bodyBytesOf(const httplib::Request& request) {
  if (request.has_header("Transfer-Encoding")) return -1;
  const std::string length = request.get_header_value("Content-Length");
  return length.empty() ? 0 : std::strtoll(length.c_str(), nullptr, 10);
}

}  // namespace

HttpServer::HttpServer(const ServerOptions& options)
    : m_options(options), m_access{options.keys, options.hosts, options.origins} {
  m_access.hosts.push_back(options.host);
  if (const std::string name = ownName(); !name.empty()) {
    m_access.hosts.push_back(name);
    m_access.hosts.push_back(name + ".local");
  }
  new_task_queue = [] { return new ConnectionThreads; };
  set_tcp_nodelay(true);
  // httplib's own options would let two servers share a port, each getting some of the clients.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  set_payload_max_length(options.maxBodyBytes);
  set_pre_routing_handler([this](const auto& request, auto& response) { return letIn(request, response); });
  set_post_routing_handler([this](const auto& request, auto& response) { allowOrigin(request, response); });
  set_expect_100_continue_handler([this](const httplib::Request& request, httplib::Response&) {
    return bodyBytesOf(request) > static_cast<std::int64_t>(m_options.maxBodyBytes) ? 413 : 100;
  });
  set_error_handler(HandlerWithResponse([](const httplib::Request& request, httplib::Response& response) {
    if (response.body.empty())
      answer(response, statusError(response.status, messageOf(response.status, request)));
    return HandlerResponse::Handled;
  }));
  set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
    answer(response, statusError(500, "the server could not do this"));
  });
}

HttpServer::~HttpServer() { stop(); }

void HttpServer::onGet(const std::string& path, Endpoint endpoint, bool needsKey) {
  if (!needsKey) m_openPaths.insert(path);
  Get(path, [endpoint = std::move(endpoint)](const httplib::Request& request, httplib::Response& response) {
    Exchange exchange{request, response, {}, clientQuestion(request)};
    endpoint(exchange);
  });
}

void HttpServer::onPost(const std::string& path, Endpoint endpoint) {
  Post(path,
       [this, endpoint = std::move(endpoint)](const httplib::Request& request, httplib::Response& response,
                                              const httplib::ContentReader& reader) {
         readAndServe(endpoint, request, response, reader);
       });
}

void HttpServer::readAndServe(const Endpoint& endpoint, const httplib::Request& request,
                              httplib::Response& response, const httplib::ContentReader& reader) const {
  if (request.is_multipart_form_data())
    return answer(response, statusError(415, "the body must be JSON, not a form"));
  Exchange exchange{request, response, {}, clientQuestion(request)};
  // Counted here once more: bodies in chunks do not say how long they are, and packed ones grow.
  bool isTooLarge = false;
  const bool isWhole = reader([&](const char* data, std::size_t size) {
    isTooLarge = exchange.body.size() + size > m_options.maxBodyBytes;
    if (!isTooLarge) exchange.body.append(data, size);
    return !isTooLarge;
  });
  if (isTooLarge || response.status == 413)
    return answer(response, statusError(413, messageOf(413, request)));
  if (!isWhole) return answer(response, statusError(400, "the body ends before its end"));
  endpoint(exchange);
}

httplib::Server::HandlerResponse HttpServer::letIn(const httplib::Request& request,
                                                   httplib::Response& response) {
  const Caller caller{request.get_header_value("Host"), request.get_header_value("Origin"),
                      request.get_header_value("Authorization"), !m_openPaths.contains(request.path)};
  if (const auto refused = refusalOf(caller, m_access)) {
    answer(response, *refused);
    if (refused->status == 401) response.set_header("WWW-Authenticate", "Bearer");
    return HandlerResponse::Handled;
  }
  if (request.method != "OPTIONS" || !isAllowedOrigin(caller.origin, m_access))
    return HandlerResponse::Unhandled;
  response.status = 204;
  response.set_header("Access-Control-Allow-Methods", "GET, POST");
  response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type");
  return HandlerResponse::Handled;
}

void HttpServer::allowOrigin(const httplib::Request& request, httplib::Response& response) const {
  const std::string origin = request.get_header_value("Origin");
  if (!isAllowedOrigin(origin, m_access)) return;
  response.set_header("Access-Control-Allow-Origin", origin);
  response.set_header("Vary", "Origin");
}

Result<void> HttpServer::start() {
  if (m_options.keys.empty() && !isLoopback(m_options.host))
    return failure(ErrorCode::InvalidArgument,
                   "anybody on the network could use " + m_options.host + "; that needs a key");
  errno = 0;
  m_port = m_options.port > 0 ? (bind_to_port(m_options.host, m_options.port) ? m_options.port : -1)
                              : bind_to_any_port(m_options.host);
  if (m_port <= 0)
    return failure(ErrorCode::Io, "the server cannot listen on " + m_options.host + " port " +
                                      std::to_string(m_options.port) +
                                      (errno != 0 ? std::string(": ") + std::strerror(errno) : ""));
  ::listen(svr_sock_, kBacklog);  // httplib asks for five
  m_thread = std::thread([this] { listen_after_bind(); });
  return {};
}

void HttpServer::stop() {
  if (!m_thread.joinable()) return;
  {
    const std::lock_guard lock(m_mutex);
    m_isStopping = true;
    for (const socket_t socket : m_sockets) ::shutdown(socket, SHUT_RDWR);
  }
  while (!is_running() && svr_sock_ != INVALID_SOCKET) std::this_thread::yield();  // it is about to
  httplib::Server::stop();
  m_thread.join();
}

bool HttpServer::enter(socket_t socket) {
  const std::lock_guard lock(m_mutex);
  m_sockets.insert(socket);
  return !m_isStopping && m_sockets.size() <= static_cast<std::size_t>(m_options.maxConnections);
}

void HttpServer::leave(socket_t socket) {
  const std::lock_guard lock(m_mutex);
  m_sockets.erase(socket);
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  ConnectionStream stream(socket, m_options.connection);
  if (enter(socket)) {
    serve(stream);
    closeGently(socket);
  } else {
    stream.writeAll(plainAnswer(statusError(503, "too many connections", 1), "Service Unavailable"));
  }
  leave(socket);
  ::close(socket);
  return true;
}

void HttpServer::serve(ConnectionStream& stream) {
  for (std::size_t count = 1; stream.waitForRequest(); ++count) {
    stream.beginRequest();
    bool isClosed = false;
    const bool isServed =
        process_request(stream, count >= kMostRequests, isClosed, [&](httplib::Request& request) {
          stream.beginBody(bodyBytesOf(request));
          request.progress = [&stream](std::uint64_t, std::uint64_t) { return stream.isClientThere(); };
        });
    if (stream.fault() == ConnectionStream::Fault::HeadersTooLarge)
      stream.writeAll(
          plainAnswer(statusError(431, "the headers are too large"), "Request Header Fields Too Large"));
    if (stream.fault() == ConnectionStream::Fault::TooSlow)
      stream.writeAll(plainAnswer(statusError(408, "the request came too slowly"), "Request Timeout"));
    // A body that was not read would be taken for the next request.
    if (!isServed || isClosed || stream.hasUnreadBody()) return;
  }
}

/// Who closes on a client that is still sending takes the answer away from it: first it is read for a moment.
void HttpServer::closeGently(socket_t socket) const {
  constexpr std::chrono::milliseconds kPatience{500};
  constexpr std::size_t kMost = 8 * 1024 * 1024;
  ::shutdown(socket, SHUT_WR);
  const timeval patience{0, std::chrono::microseconds(kPatience).count()};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto end = std::chrono::steady_clock::now() + 4 * kPatience;
  char discarded[16384];
  for (std::size_t read = 0; read < kMost && std::chrono::steady_clock::now() < end;) {
    const ssize_t count = ::recv(socket, discarded, sizeof discarded, 0);
    if (count <= 0) return;
    read += static_cast<std::size_t>(count);
  }
}

}  // namespace zipage
