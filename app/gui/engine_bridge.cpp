#include "app/gui/engine_bridge.h"

#include <QMetaObject>
#include <utility>

namespace zipage {

namespace {

constexpr int kFrameMs = 16;
constexpr std::size_t kMostSamples = 256;  // between two frames
constexpr std::size_t kMostSnapshots = 32;

void note(const EngineReport& report, ui::MemoryReport& memory) {
  if (memory.samples.size() < kMostSamples)
    memory.samples.push_back(sampleOf(report.metrics, report.at));
  else
    ++memory.numDropped;
  for (const EngineEvent& event : report.events) {
    if (memoryEventOf(event, report.at)) memory.events.push_back({event, report.at});
  }
  if (report.snapshot == nullptr) return;
  if (memory.snapshots.size() == kMostSnapshots) memory.snapshots.pop_back();  // the newest has to be there
  memory.snapshots.push_back({report.at, report.snapshot});
}

}  // namespace

EngineBridge::Detach::~Detach() {
  const std::lock_guard lock(inbox->mutex);
  inbox->bridge = nullptr;
}

EngineBridge::EngineBridge(QObject* parent) : QObject(parent) {
  m_inbox->bridge = this;
  m_frame.setSingleShot(true);
  m_frame.setInterval(kFrameMs);
  connect(&m_frame, &QTimer::timeout, this, &EngineBridge::deliver);
}

EngineThread::Sink EngineBridge::sink() {
  return [inbox = m_inbox](EngineReport report) {
    const std::lock_guard lock(inbox->mutex);
    if (inbox->bridge == nullptr) return;
    note(report, inbox->memory);
    std::move(report.events.begin(), report.events.end(), std::back_inserter(inbox->events));
    if (report.snapshot != nullptr) inbox->snapshot = std::move(report.snapshot);
    inbox->metrics = report.metrics;
    if (std::exchange(inbox->isWakeUpSent, true)) return;
    // Posting takes Qt's own locks only; the bridge cannot vanish while the inbox is locked.
    QMetaObject::invokeMethod(inbox->bridge, &EngineBridge::scheduleDelivery, Qt::QueuedConnection);
  };
}

void EngineBridge::announce(const std::vector<RequestId>& requests, const std::vector<TokenId>& prompt) {
  const std::lock_guard lock(m_inbox->mutex);
  m_inbox->submissions.push_back({requests, prompt});
}

void EngineBridge::forget() {
  const std::lock_guard lock(m_inbox->mutex);
  m_inbox->submissions.clear();
  m_inbox->events.clear();
  m_inbox->snapshot = nullptr;
  m_inbox->metrics = {};
  m_inbox->memory = {};
}

void EngineBridge::scheduleDelivery() {
  if (!m_frame.isActive()) m_frame.start();
}

void EngineBridge::deliver() {
  std::vector<Submission> submissions;
  std::vector<EngineEvent> events;
  std::shared_ptr<const CacheSnapshot> snapshot;
  EngineMetrics metrics;
  ui::MemoryReport memory;
  {
    const std::lock_guard lock(m_inbox->mutex);
    submissions.swap(m_inbox->submissions);
    events.swap(m_inbox->events);
    snapshot = std::move(m_inbox->snapshot);
    m_inbox->snapshot = nullptr;
    metrics = m_inbox->metrics;
    std::swap(memory, m_inbox->memory);
    m_inbox->isWakeUpSent = false;
  }
  for (const Submission& submission : submissions) Q_EMIT submitted(submission.requests, submission.prompt);
  for (const EngineEvent& event : events) Q_EMIT eventHappened(event);
  if (snapshot != nullptr) Q_EMIT snapshotTaken(snapshot);
  Q_EMIT metricsChanged(metrics);
  Q_EMIT memoryReported(memory);
}

}  // namespace zipage
