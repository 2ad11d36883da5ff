// Where the server listens, whom it lets in, and what it bounds.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "app/common/request_settings.h"
#include "app/server/generation_fields.h"

namespace zipage {

inline constexpr int kDefaultPort = 7979;

/// What one connection may do.
struct ConnectionLimits {
  std::size_t maxHeaderBytes = 32 * 1024;
  std::chrono::milliseconds headerTime{10'000};  // from its first byte to the end of the headers
  std::chrono::milliseconds bodyTime{60'000};    // for all of the body
  std::chrono::milliseconds writeTime{30'000};   // for the client to take anything at all
  std::chrono::milliseconds idleTime{15'000};    // between two requests
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = kDefaultPort;           // 0: any that is free
  std::vector<std::string> keys;     // any of them opens it; none: it is open
  std::vector<std::string> hosts;    // names it may be called by, beside its own
  std::vector<std::string> origins;  // of web pages that may call it
  ConnectionLimits connection;
  int maxConnections = 512;
  std::size_t maxBodyBytes = 16 * 1024 * 1024;
  int maxOpenRequests = 256;  // running and waiting; more get 429
  std::chrono::milliseconds longestReply{std::chrono::hours(1)};
  std::chrono::milliseconds wakeTime{60'000};  // for a model that has to be loaded first
  GenerationLimits generation;
  RequestSettings defaults;  // where a request is silent
};

}  // namespace zipage
