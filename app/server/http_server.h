// The HTTP of the server: cpp-httplib with connections of our own, so that slow, huge, vanished and too many
// clients cost nothing but themselves.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include <httplib.h>

#include "app/server/access_check.h"
#include "app/server/exchange.h"
#include "app/server/server_options.h"

namespace zipage {

class HttpServer final : private httplib::Server {
 public:
  using Endpoint = std::function<void(Exchange&)>;

  /// `options` outlives the server.
  explicit HttpServer(const ServerOptions& options);
  ~HttpServer() override;

  void onGet(const std::string& path, Endpoint endpoint, bool needsKey = true);
  /// The body is read first; beyond the limit it is refused.
  void onPost(const std::string& path, Endpoint endpoint);

  /// Binds, and serves on threads of its own. InvalidArgument: an address beyond this machine without a key.
  /// Io: the address cannot be had, and why.
  Result<void> start();
  /// Closes every connection and waits for their ends; clients of streams see them break off.
  void stop();
  /// While it runs.
  int port() const { return m_port; }

 private:
  bool process_and_close_socket(socket_t socket) override;
  void serve(class ConnectionStream& stream);
  void closeGently(socket_t socket) const;
  bool enter(socket_t socket);
  void leave(socket_t socket);
  HandlerResponse letIn(const httplib::Request& request, httplib::Response& response);
  void allowOrigin(const httplib::Request& request, httplib::Response& response) const;
  void readAndServe(const Endpoint& endpoint, const httplib::Request& request, httplib::Response& response,
                    const httplib::ContentReader& reader) const;

  const ServerOptions& m_options;
  AccessRules m_access;
  std::set<std::string> m_openPaths;  // that need no key
  int m_port = 0;
  std::thread m_thread;
  std::mutex m_mutex;
  std::set<socket_t> m_sockets;  // open connections; guarded by m_mutex
  bool m_isStopping = false;     // guarded by m_mutex
};

}  // namespace zipage
