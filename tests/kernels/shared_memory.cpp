// The kernel tests hand plain vectors to ops. To run them on a GPU (ZIPAGE_TEST_DEVICE=cuda), all memory of
// the program comes from one block that the GPU reads and writes at the same addresses.
#include <dlfcn.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#include "kernels/device_plugin.h"

namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 30;
constexpr std::size_t kLeast = 64;

struct Piece {
  Piece* next;
};

std::mutex mutex;
std::byte* block = nullptr;
std::size_t used = 0;
Piece* freePieces[64] = {};
bool isReady = false;
bool mayOpen = false;
thread_local bool isOpening = false;

/// Runs after the constructors of all libraries: compute-sanitizer, which is one of them, must be there
/// before CUDA is.
__attribute__((constructor(101))) void allowOpening() { mayOpen = true; }

void openBlock() {
  isReady = true;
  const char* device = std::getenv("ZIPAGE_TEST_DEVICE");
  const char* path = std::getenv("ZIPAGE_CUDA_PLUGIN");
  if (device == nullptr || std::strcmp(device, "cuda") != 0 || path == nullptr) return;
  isOpening = true;
  void* plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  auto* const allocate = plugin == nullptr ? nullptr
                                           : reinterpret_cast<decltype(zipage_cuda_allocate_shared)*>(
                                                 dlsym(plugin, "zipage_cuda_allocate_shared"));
  if (allocate != nullptr) block = static_cast<std::byte*>(allocate(kBlockBytes));
  isOpening = false;
}

/// Room for `bytes`, in front of which its size class is noted.
void* take(std::size_t bytes) {
  const int sizeClass = std::bit_width(bytes + kLeast - 1);
  Piece*& free = freePieces[sizeClass];
  if (free != nullptr) {
    Piece* const piece = free;
    free = piece->next;
    return piece;
  }
  const std::size_t size = (std::size_t{1} << sizeClass) + kLeast;
  if (used + size > kBlockBytes) throw std::bad_alloc();
  std::byte* const place = block + used;
  used += size;
  std::memcpy(place, &sizeClass, sizeof sizeClass);
  return place + kLeast;
}

bool isInBlock(const void* memory) {
  const auto* place = static_cast<const std::byte*>(memory);
  return block != nullptr && place >= block && place < block + kBlockBytes;
}

}  // namespace

void* operator new(std::size_t bytes) {
  if (mayOpen && !isOpening) {
    const std::lock_guard lock(mutex);
    if (!isReady) openBlock();
    if (block != nullptr) return take(bytes);
  }
  void* const memory = std::malloc(bytes > 0 ? bytes : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void operator delete(void* memory) noexcept {
  if (!isInBlock(memory)) return std::free(memory);
  const std::lock_guard lock(mutex);
  int sizeClass = 0;
  std::memcpy(&sizeClass, static_cast<std::byte*>(memory) - kLeast, sizeof sizeClass);
  auto* const piece = static_cast<Piece*>(memory);
  piece->next = freePieces[sizeClass];
  freePieces[sizeClass] = piece;
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
