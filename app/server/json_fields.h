// Reads the fields of one JSON object that a stranger has sent. The first field of a wrong type or out of
// range is remembered with its name, and what was read after it does not matter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/server/api_error.h"

namespace zipage {

class JsonFields {
 public:
  /// `object` is a JSON object that outlives the reader. `path` goes before the names: "messages[2]".
  explicit JsonFields(const Json& object, std::string path = {});

  /// The field, unless it is absent or null.
  const Json* find(const char* name) const;
  std::optional<double> number(const char* name, double least, double most);
  std::optional<std::int64_t> integer(const char* name, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(const char* name);
  std::optional<std::string> text(const char* name);
  const Json* array(const char* name);
  const Json* object(const char* name);
  std::string pathOf(const char* name) const;
  void refuse(const char* name, std::string message);
  void refuse(ApiError error);

  const std::optional<ApiError>& problem() const { return m_problem; }

 private:
  const Json* ofKind(const char* name, bool (Json::*isKind)() const noexcept, const char* kind);

  const Json& m_object;
  std::string m_path;
  std::optional<ApiError> m_problem;
};

/// The object in a request's body. 400: it is no JSON object, no UTF-8, or nested deeper than anything that
/// is meant.
ApiResult<Json> parseBody(std::string_view body);

}  // namespace zipage
