// The server: every endpoint over the engines behind it. What `zipage-cli serve` and the window's switch
// start.
#pragma once

#include <memory>
#include <string>

#include "app/server/served_models.h"
#include "app/server/server_options.h"
#include "engine/base/result.h"

namespace zipage {

class ApiServer {
 public:
  ApiServer(ServerOptions options, ServedModels models);
  /// As stop().
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  /// See HttpServer::start().
  Result<void> start();
  /// Ends every connection; their requests are cancelled.
  void stop();
  /// "http://127.0.0.1:7979/v1", while it runs.
  std::string address() const;
  int port() const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
