#include "app/server/access_check.h"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <fstream>

namespace zipage {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Without the port; of "[::1]:80" what is between the brackets.
std::string hostName(const std::string& host) {
  if (host.starts_with('[')) return lower(host.substr(1, host.find(']') - 1));
  const std::size_t colon = host.find(':');
  const bool isBareAddress = colon != std::string::npos && host.find(':', colon + 1) != std::string::npos;
  return lower(isBareAddress ? host : host.substr(0, colon));
}

bool isAddress(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
}

/// `name` is in small letters.
bool isNameAmong(const std::vector<std::string>& hosts, const std::string& name) {
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const std::string& host) { return lower(host) == name; });
}

/// Takes as long for a key that is nearly right as for any other of its length.
bool isSame(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

bool hasKey(const std::string& authorization, const std::vector<std::string>& keys) {
  constexpr std::string_view kScheme = "bearer ";
  if (lower(authorization.substr(0, kScheme.size())) != kScheme) return false;
  const std::string given = authorization.substr(kScheme.size());
  bool isKnown = false;
  for (const std::string& key : keys) isKnown = isSame(given, key) || isKnown;
  return isKnown;
}

ApiError refusal(int status, std::string message, std::string code) {
  ApiError error;
  error.status = status;
  error.message = std::move(message);
  error.code = std::move(code);
  return error;
}

/// From a page of this very server.
bool isSameOrigin(const Caller& caller) {
  return !caller.host.empty() && lower(caller.origin) == "http://" + lower(caller.host);
}

}  // namespace

bool isLoopback(const std::string& host) {
  const std::string name = hostName(host);
  return name == "localhost" || name == "::1" || (isAddress(name) && name.starts_with("127."));
}

bool isAllowedOrigin(const std::string& origin, const AccessRules& rules) {
  return !origin.empty() &&
         std::find(rules.origins.begin(), rules.origins.end(), origin) != rules.origins.end();
}

std::optional<ApiError> refusalOf(const Caller& caller, const AccessRules& rules) {
  if (caller.host.empty()) return refusal(400, "the request has no Host header", "no_host");
  const std::string name = hostName(caller.host);
  const bool isKnownName = name == "localhost" || isAddress(name) || isNameAmong(rules.hosts, name);
  if (!isKnownName)
    return refusal(403, "this server is not called \"" + name + "\"; its owner can allow that name",
                   "host_not_allowed");
  if (!caller.origin.empty() && !isSameOrigin(caller) && !isAllowedOrigin(caller.origin, rules))
    return refusal(403, "pages from " + caller.origin + " may not call this server; its owner can allow them",
                   "origin_not_allowed");
  if (!caller.needsKey || rules.keys.empty() || hasKey(caller.authorization, rules.keys)) return std::nullopt;
  return refusal(401,
                 caller.authorization.empty() ? "this server needs a key, as Authorization: Bearer KEY"
                                              : "the key is not right",
                 "invalid_api_key");
}

Result<std::vector<std::string>> readKeys(const std::string& path) {
  struct stat facts {};
  std::ifstream file(path);
  if (!file || ::stat(path.c_str(), &facts) != 0)
    return failure(ErrorCode::Io, "the key file " + path + " cannot be read");
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failure(ErrorCode::InvalidArgument,
                   "others may read the key file " + path + "; chmod 600 it, and choose a new key");
  std::vector<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    line.erase(0, line.find_first_not_of(" \t"));
    if (!line.empty()) keys.push_back(line);
  }
  if (keys.empty()) return failure(ErrorCode::InvalidArgument, "the key file " + path + " is empty");
  return keys;
}

}  // namespace zipage
