// Any bytes as a trace: chunks with their right checksums, so that the payloads are what is tried.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "engine/trace/compression_look.h"
#include "engine/trace/page_contents.h"
#include "engine/trace/trace_file.h"

using namespace zipage;

namespace {

/// As far as chunks can be made out.
void mendChecksums(std::string& bytes) {
  for (std::size_t at = 12; at + 9 <= bytes.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, &bytes[at + 1], 4);
    if (length > bytes.size() - at - 9) return;
    const std::uint32_t checksum = traceChecksum(std::string_view(bytes).substr(at + 5, length));
    std::memcpy(&bytes[at + 5 + length], &checksum, 4);
    at += 9 + length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t numBytes) {
  std::string file(reinterpret_cast<const char*>(bytes), numBytes);
  mendChecksums(file);
  const auto trace = parseTrace(file);
  if (!trace) return 0;
  const MemoryHistory& history = trace->history;
  for (std::int64_t number = history.firstCompression(); number < history.numCompressions(); ++number) {
    const CompressionEntry* entry = history.compression(number);
    if (entry == nullptr || !entry->record) continue;
    const CompressionLook look(*entry->record);
    look.histogram(-1, 8);
    look.agreement();
    look.heldByStretch(look.equalStretches(10));
    look.heldByStretch(look.stretchesByAge(4));
  }
  for (const TimedSnapshot& taken : history.parts().snapshots) {
    for (std::size_t page = 0; page < taken.snapshot->pages.size() && page < 16; ++page)
      contentsOf(history, *taken.snapshot, static_cast<PageIndex>(page));
  }
  return 0;
}
