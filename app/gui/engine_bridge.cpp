#include "app/gui/engine_bridge.h"

#include <QMetaObject>
#include <utility>

namespace zipage {

namespace {
constexpr int kFrameMs = 16;
}

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
    std::move(report.events.begin(), report.events.end(), std::back_inserter(inbox->events));
    if (report.snapshot != nullptr) inbox->snapshot = std::move(report.snapshot);
    inbox->metrics = report.metrics;
    if (std::exchange(inbox->isWakeUpSent, true)) return;
    // Posting takes Qt's own locks only; the bridge cannot vanish while the inbox is locked.
    QMetaObject::invokeMethod(inbox->bridge, &EngineBridge::scheduleDelivery, Qt::QueuedConnection);
  };
}

void EngineBridge::forget() {
  const std::lock_guard lock(m_inbox->mutex);
  m_inbox->events.clear();
  m_inbox->snapshot = nullptr;
}

void EngineBridge::scheduleDelivery() {
  if (!m_frame.isActive()) m_frame.start();
}

void EngineBridge::deliver() {
  std::vector<EngineEvent> events;
  std::shared_ptr<const CacheSnapshot> snapshot;
  EngineMetrics metrics;
  {
    const std::lock_guard lock(m_inbox->mutex);
    events.swap(m_inbox->events);
    snapshot = std::move(m_inbox->snapshot);
    m_inbox->snapshot = nullptr;
    metrics = m_inbox->metrics;
    m_inbox->isWakeUpSent = false;
  }
  for (const EngineEvent& event : events) emit eventHappened(event);
  if (snapshot != nullptr) emit snapshotTaken(snapshot);
  emit metricsChanged(metrics);
}

}  // namespace zipage
