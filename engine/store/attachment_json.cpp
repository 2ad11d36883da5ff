#include "engine/store/attachment_json.h"

#include <nlohmann/json.hpp>

#include "engine/store/storable_text.h"

namespace zipage {

std::string attachmentsToJson(const std::vector<Attachment>& attachments) {
  nlohmann::json array = nlohmann::json::array();
  for (const Attachment& attachment : attachments) {
    array.push_back({{"name", storableText(attachment.name)}, {"text", storableText(attachment.text)}});
  }
  return array.dump();
}

std::vector<Attachment> attachmentsFromJson(const std::string& json) {
  const auto array = nlohmann::json::parse(json, nullptr, false);
  std::vector<Attachment> attachments;
  if (!array.is_array()) return attachments;
  for (const nlohmann::json& entry : array) {
    const auto textOf = [&](const char* key) {
      const auto value = entry.find(key);
      return value != entry.end() && value->is_string() ? value->get<std::string>() : std::string();
    };
    if (entry.is_object()) attachments.push_back({textOf("name"), textOf("text")});
  }
  return attachments;
}

}  // namespace zipage
