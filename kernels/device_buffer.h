// Device memory with one owner. Move-only; frees through the device that made it, which must outlive it.
#pragma once

#include <cstddef>
#include <utility>

namespace zipage {

class DeviceBuffer {
 public:
  using Release = void (*)(void* data, std::size_t bytes);

  DeviceBuffer() = default;
  DeviceBuffer(void* data, std::size_t bytes, Release release)
      : m_data(data), m_bytes(bytes), m_release(release) {}
  DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    DeviceBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~DeviceBuffer() {
    if (m_data != nullptr) m_release(m_data, m_bytes);
  }

  void* data() const { return m_data; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(m_data);
  }
  std::size_t bytes() const { return m_bytes; }
  explicit operator bool() const { return m_data != nullptr; }

 private:
  void swap(DeviceBuffer& other) noexcept {
    std::swap(m_data, other.m_data);
    std::swap(m_bytes, other.m_bytes);
    std::swap(m_release, other.m_release);
  }

  void* m_data = nullptr;
  std::size_t m_bytes = 0;
  Release m_release = nullptr;
};

}  // namespace zipage
