#include "app/common/process_memory.h"

#include <fstream>
#include <string>

namespace zipage {

namespace {

/// The number behind `key` in a file of lines "key:   number kB", in bytes.
std::int64_t kilobytesEntry(const char* file, const std::string& key) {
  std::ifstream stream(file);
  std::string word;
  while (stream >> word) {
    std::int64_t kilobytes = 0;
    if (word == key + ":" && stream >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

std::int64_t residentBytes() { return kilobytesEntry("/proc/self/status", "VmRSS"); }
std::int64_t totalMemory() { return kilobytesEntry("/proc/meminfo", "MemTotal"); }
std::int64_t availableMemory() { return kilobytesEntry("/proc/meminfo", "MemAvailable"); }

}  // namespace zipage
