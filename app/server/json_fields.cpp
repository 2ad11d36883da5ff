#include "app/server/json_fields.h"

#include <cmath>

#include "engine/base/json_depth.h"

namespace zipage {

namespace {

constexpr int kDeepest = 100;

std::string plain(double number) {
  return number == std::floor(number) ? std::to_string(static_cast<std::int64_t>(number))
                                      : std::to_string(number);
}

std::string between(double least, double most) {
  return " must be between " + plain(least) + " and " + plain(most);
}

}  // namespace

JsonFields::JsonFields(const Json& object, std::string path) : m_object(object), m_path(std::move(path)) {}

std::string JsonFields::pathOf(const char* name) const {
  return m_path.empty() ? std::string(name) : m_path + "." + name;
}

const Json* JsonFields::find(const char* name) const {
  const auto found = m_object.find(name);
  return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::refuse(const char* name, std::string message) {
  refuse(refuseField(pathOf(name), std::move(message)).value());
}

void JsonFields::refuse(ApiError error) {
  if (!m_problem) m_problem = std::move(error);
}

const Json* JsonFields::ofKind(const char* name, bool (Json::*isKind)() const noexcept, const char* kind) {
  const Json* field = find(name);
  if (field == nullptr || (field->*isKind)()) return field;
  refuse(name, pathOf(name) + " must be " + kind + ", not " + field->type_name());
  return nullptr;
}

std::optional<double> JsonFields::number(const char* name, double least, double most) {
  const Json* field = ofKind(name, &Json::is_number, "a number");
  if (field == nullptr) return std::nullopt;
  const double value = field->get<double>();
  if (value >= least && value <= most) return value;
  refuse(name, pathOf(name) + between(least, most));
  return std::nullopt;
}

std::optional<std::int64_t> JsonFields::integer(const char* name, std::int64_t least, std::int64_t most) {
  const Json* field = ofKind(name, &Json::is_number, "a whole number");
  if (field == nullptr) return std::nullopt;
  // Some clients have only one kind of number, and write 1.0. Beyond 2^53 a double is not exact, so those
  // that come as integers stay integers.
  const double approximate = field->get<double>();
  const bool isWhole = field->is_number_integer() || approximate == std::floor(approximate);
  const bool fits = approximate >= static_cast<double>(least) && approximate <= static_cast<double>(most);
  if (isWhole && fits && !(field->is_number_unsigned() && field->get<std::uint64_t>() > INT64_MAX) &&
      std::abs(approximate) < 9.2e18)
    return field->is_number_integer() ? field->get<std::int64_t>() : static_cast<std::int64_t>(approximate);
  refuse(name, isWhole ? pathOf(name) + between(static_cast<double>(least), static_cast<double>(most))
                       : pathOf(name) + " must be a whole number");
  return std::nullopt;
}

std::optional<bool> JsonFields::boolean(const char* name) {
  const Json* field = ofKind(name, &Json::is_boolean, "true or false");
  return field == nullptr ? std::nullopt : std::optional(field->get<bool>());
}

std::optional<std::string> JsonFields::text(const char* name) {
  const Json* field = ofKind(name, &Json::is_string, "a text");
  return field == nullptr ? std::nullopt : std::optional(field->get<std::string>());
}

const Json* JsonFields::array(const char* name) { return ofKind(name, &Json::is_array, "an array"); }

const Json* JsonFields::object(const char* name) { return ofKind(name, &Json::is_object, "an object"); }

ApiResult<Json> parseBody(std::string_view body) {
  if (isDeeperThan(body, kDeepest)) return refuseField({}, "the JSON is nested too deeply");
  try {
    Json parsed = Json::parse(body);
    if (parsed.is_object()) return parsed;
    return refuseField({}, "the body must be a JSON object");
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();  // "[json.exception…] the reason"
    const std::size_t end = what.find("] ");
    return refuseField({}, "the body is no JSON: " +
                               std::string(end == std::string_view::npos ? what : what.substr(end + 2)));
  }
}

}  // namespace zipage
