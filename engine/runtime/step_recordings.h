// Decode steps as devices record them: a step whose shape has come before is enqueued with one call. Only the
// contents of its arrays are new. One thread calls it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "engine/runtime/step_block.h"

namespace zipage {

class StepRecordings {
 public:
  /// `device` and `stream` outlive it.
  StepRecordings(Device& device, Stream& stream) : m_device(device), m_stream(stream) {}

  /// Enqueues the step: by `enqueue` where the shape is new or the device keeps no recordings.
  void run(const StepShape& shape, const std::function<void()>& enqueue);

 private:
  struct Entry {
    std::unique_ptr<Recording> recording;  // null: has run once, or could not be recorded
    bool cannotBeRecorded = false;
    std::uint64_t lastUse = 0;
  };

  void forgetOldest();

  Device& m_device;
  Stream& m_stream;
  std::map<StepShape, Entry> m_entries;
  std::uint64_t m_uses = 0;
};

}  // namespace zipage
