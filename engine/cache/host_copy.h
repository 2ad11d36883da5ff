// What one sequence held on the device, in host memory: its pages and its query window. Made and read back by
// the ModelRunner alone, which knows the layout; everybody else only keeps it. Movable between threads.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace zipage {

class HostCopy {
 public:
  virtual ~HostCopy() = default;
  virtual std::size_t bytes() const = 0;
};

/// One that came from a PrefixStorage: see ModelRunner::copyIn().
class StoredCopy final : public HostCopy {
 public:
  explicit StoredCopy(std::vector<std::byte> contents) : m_contents(std::move(contents)) {}
  std::size_t bytes() const override { return m_contents.size(); }
  const std::vector<std::byte>& contents() const { return m_contents; }

 private:
  std::vector<std::byte> m_contents;
};

}  // namespace zipage
