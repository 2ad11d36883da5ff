#include "engine/runtime/step_recordings.h"

#include <algorithm>

namespace zipage {

namespace {

constexpr std::size_t kMostShapes = 256;  // a recording takes some hundred kilobytes of the device

}  // namespace

void StepRecordings::run(const StepShape& shape, const std::function<void()>& enqueue) {
  if (!shape.isDecode()) return enqueue();
  const bool isNew = !m_entries.contains(shape);
  if (isNew && m_entries.size() >= kMostShapes) forgetOldest();
  Entry& entry = m_entries[shape];
  entry.lastUse = ++m_uses;
  // The first step of a shape runs plainly: it takes the memory that recordings need to be there.
  if (isNew || entry.cannotBeRecorded) return enqueue();
  if (entry.recording && m_device.replay(m_stream, *entry.recording)) return;
  entry.recording = m_device.record(m_stream, enqueue);
  entry.cannotBeRecorded = !entry.recording;
  if (entry.cannotBeRecorded || !m_device.replay(m_stream, *entry.recording)) enqueue();
}

void StepRecordings::forgetOldest() {
  const auto oldest = std::min_element(m_entries.begin(), m_entries.end(), [](const auto& a, const auto& b) {
    return a.second.lastUse < b.second.lastUse;
  });
  m_entries.erase(oldest);
}

}  // namespace zipage
