// What an endpoint answers when it cannot do what was asked: the HTTP status, and the error object of the
// OpenAI API with it.
#pragma once

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"

namespace zipage {

using Json = nlohmann::ordered_json;

struct ApiError {
  int status = 400;
  std::string message;
  std::string type = "invalid_request_error";
  std::string code;           // empty: null
  std::string param;          // the field that is to blame; empty: null
  int retryAfterSeconds = 0;  // 0: trying again later will not help
};

template <typename T>
using ApiResult = tl::expected<T, ApiError>;

/// 400, naming the field.
tl::unexpected<ApiError> refuseField(std::string param, std::string message);
/// An error without a field; those of the server itself from 500 on.
ApiError statusError(int status, std::string message, int retryAfterSeconds = 0);
ApiError noModelLoaded();
/// What the engine or a template says of a request, with the status that fits its code.
ApiError apiErrorOf(const Error& error);
/// {"error": {"message", "type", "param", "code"}}
Json toJson(const ApiError& error);
/// One line, without anything that is not UTF-8.
std::string textOf(const Json& json);

}  // namespace zipage
