// Any bytes as the body of a chat request: parsed, and every field of it read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/server/chat_messages.h"
#include "app/server/generation_fields.h"

using namespace zipage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t numBytes) {
  const auto body = parseBody({reinterpret_cast<const char*>(bytes), numBytes});
  if (!body) return 0;
  JsonFields fields(*body);
  static_cast<void>(readGeneration(fields, {}, {}));
  if (const auto chat = readChat(*body)) static_cast<void>(textOf(chat->tools));
  return 0;
}
