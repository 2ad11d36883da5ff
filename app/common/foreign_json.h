// Fields of JSON that another server has sent: whatever it holds, they are read without a fault.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace zipage {

/// A text field; empty where there is none.
std::string textIn(const nlohmann::ordered_json& object, const char* name);
/// A number; 0 where there is none.
std::int64_t countIn(const nlohmann::ordered_json& object, const char* name);
/// An object field; an empty object where there is none.
const nlohmann::ordered_json& objectIn(const nlohmann::ordered_json& object, const char* name);

}  // namespace zipage
