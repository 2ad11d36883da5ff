// Whom the server lets in. A page in a browser can send requests to 127.0.0.1, and can give itself a name
// that leads there (DNS rebinding); so the name a client calls by, and the page that calls, are checked, and
// a key where there is one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/server/api_error.h"
#include "engine/base/result.h"

namespace zipage {

struct AccessRules {
  std::vector<std::string> keys;     // none: no key is needed
  std::vector<std::string> hosts;    // names beside localhost and addresses
  std::vector<std::string> origins;  // of pages: "https://chat.example"
};

/// What a request says of itself; an absent header is empty.
struct Caller {
  std::string host;
  std::string origin;
  std::string authorization;
  bool needsKey = true;  // some pages say nothing that needs one
};

/// 400, 401 or 403; nothing: it may come in.
std::optional<ApiError> refusalOf(const Caller& caller, const AccessRules& rules);
/// Whether this page may read answers although it comes from elsewhere.
bool isAllowedOrigin(const std::string& origin, const AccessRules& rules);
/// "127.0.0.1", "::1", "localhost": nobody on another machine gets there.
bool isLoopback(const std::string& host);

/// The keys in a file, one on each line. Io or InvalidArgument: it cannot be read, holds none, or others may
/// read it.
Result<std::vector<std::string>> readKeys(const std::string& path);

}  // namespace zipage
