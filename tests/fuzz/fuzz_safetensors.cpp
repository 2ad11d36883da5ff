// Any bytes as a .safetensors file: its header, and every byte of the tensors it then claims to have.
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/model/safetensors_folder.h"

using namespace zipage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t numBytes) {
  const auto folder = SafetensorsFolder::parse(std::as_bytes(std::span(bytes, numBytes)), "fuzz.safetensors");
  if (!folder) return 0;
  unsigned sum = 0;
  for (const auto& [name, tensor] : (*folder)->tensors()) {
    if (!tensor.view) continue;
    for (const std::byte byte :
         std::span(static_cast<const std::byte*>(tensor.view.data), tensor.view.bytes()))
      sum += static_cast<unsigned>(byte);
  }
  static volatile unsigned sink = 0;
  sink = sum;
  return 0;
}
