// What one sequence held on the device, in host memory: its pages and its query window. Made and read back by
// the ModelRunner alone, which knows the layout; everybody else only keeps it. Movable between threads.
#pragma once

#include <cstddef>

namespace zipage {

class HostCopy {
 public:
  virtual ~HostCopy() = default;
  virtual std::size_t bytes() const = 0;
};

}  // namespace zipage
