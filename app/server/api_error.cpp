#include "app/server/api_error.h"

namespace zipage {

namespace {

constexpr int kRetryAfterSeconds = 5;

Json textOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

tl::unexpected<ApiError> refuseField(std::string param, std::string message) {
  ApiError error;
  error.message = std::move(message);
  error.param = std::move(param);
  return tl::unexpected(std::move(error));
}

ApiError statusError(int status, std::string message, int retryAfterSeconds) {
  ApiError error;
  error.status = status;
  error.message = std::move(message);
  error.retryAfterSeconds = retryAfterSeconds;
  if (status >= 500) error.type = "server_error";
  return error;
}

ApiError noModelLoaded() { return statusError(503, "no model is loaded", kRetryAfterSeconds); }

ApiError apiErrorOf(const Error& error) {
  ApiError answer;
  answer.message = error.message;
  switch (error.code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::Unsupported:
    case ErrorCode::NotFound:
      return answer;
    case ErrorCode::PoolTooSmall:
      answer.code = "context_length_exceeded";
      return answer;
    case ErrorCode::OutOfMemory:
    case ErrorCode::Device:
    case ErrorCode::Cancelled:
      answer.status = 503;
      answer.retryAfterSeconds = kRetryAfterSeconds;
      break;
    case ErrorCode::InvalidFile:
    case ErrorCode::Io:
    case ErrorCode::Database:
      answer.status = 500;
      break;
  }
  answer.type = "server_error";
  return answer;
}

Json toJson(const ApiError& error) {
  return {{"error",
           {{"message", error.message},
            {"type", error.type},
            {"param", textOrNull(error.param)},
            {"code", textOrNull(error.code)}}}};
}

std::string textOf(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace zipage
