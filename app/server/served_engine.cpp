#include "app/server/served_engine.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace zipage {

namespace {

constexpr std::size_t kMostEvents = 1 << 20;  // of one reply: more than its tokens can be

RequestId requestOf(const EngineEvent& event) {
  return std::visit([](const auto& happened) { return happened.request; }, event);
}

}  // namespace

EngineThread::Sink ServedEngine::sink() {
  return [this](const EngineReport& report) { take(report); };
}

void ServedEngine::attach(EngineThread& engine, std::shared_ptr<const ModelBundle> model,
                          const EngineLimits& limits) {
  auto served = std::make_shared<ServedModel>();
  served->loadedAt = std::time(nullptr);
  served->limits = limits;
  served->prompts = std::make_shared<PromptThread>(model);
  served->bundle = std::move(model);
  {
    const std::lock_guard lock(m_mutex);
    served->id = m_id;
    m_engine = &engine;
    m_model = std::move(served);
  }
  m_attached.notify_all();
}

void ServedEngine::detach(const std::string& reason) {
  std::shared_ptr<const ServedModel> model;  // its thread is joined without the lock
  const std::lock_guard lock(m_mutex);
  m_engine = nullptr;
  model = std::exchange(m_model, nullptr);
  m_snapshot = nullptr;
  m_metrics = {};
  for (const auto& [request, feed] : std::exchange(m_feeds, {})) {
    RequestFinished ended;
    ended.request = request;
    ended.reason = FinishReason::Failed;
    ended.error = {ErrorCode::Cancelled, reason};
    feed->push(std::move(ended));
  }
}

void ServedEngine::setWaker(std::function<void()> wakes) {
  const std::lock_guard lock(m_mutex);
  m_wakes = std::move(wakes);
}

void ServedEngine::setWatcher(Watcher watcher) {
  const std::lock_guard lock(m_mutex);
  m_watcher = std::move(watcher);
}

std::string ServedEngine::id() const {
  const std::lock_guard lock(m_mutex);
  return m_id;
}

void ServedEngine::rename(std::string id) {
  const std::lock_guard lock(m_mutex);
  m_id = std::move(id);
}

std::shared_ptr<const ServedModel> ServedEngine::model() const {
  const std::lock_guard lock(m_mutex);
  return m_model;
}

std::shared_ptr<const ServedModel> ServedEngine::waitForModel(std::chrono::milliseconds patience) {
  std::unique_lock lock(m_mutex);
  if (m_model == nullptr && m_wakes) m_wakes();
  m_attached.wait_for(lock, patience, [this] { return m_model != nullptr; });
  return m_model;
}

Result<ServedEngine::Open> ServedEngine::submit(Request request, int numSamples, int maxOpen) {
  const std::lock_guard lock(m_mutex);
  if (m_engine == nullptr) return failure(ErrorCode::Cancelled, "the model was unloaded");
  if (static_cast<int>(m_feeds.size()) + numSamples > maxOpen)
    return failure(ErrorCode::OutOfMemory, "too many requests are waiting");
  request.owner = kOtherPrograms;
  Open open{{}, std::make_shared<ReplyFeed>(kMostEvents)};
  const std::vector<TokenId> prompt = m_watcher ? request.prompt : std::vector<TokenId>{};
  // What the engine reports waits for the lock, so no event comes before its feed.
  open.requests = m_engine->submitSamples(std::move(request), numSamples);
  for (const RequestId id : open.requests) m_feeds[id] = open.feed;
  if (m_watcher) m_watcher(open.requests, prompt);
  return open;
}

void ServedEngine::cancel(RequestId request) {
  const std::lock_guard lock(m_mutex);
  if (m_engine != nullptr && m_feeds.contains(request)) m_engine->cancel(request);
}

int ServedEngine::numOpen() const {
  const std::lock_guard lock(m_mutex);
  return static_cast<int>(m_feeds.size());
}

EngineMetrics ServedEngine::metrics() const {
  const std::lock_guard lock(m_mutex);
  return m_metrics;
}

ServerCounters ServedEngine::counters() const {
  const std::lock_guard lock(m_mutex);
  return m_counters;
}

std::shared_ptr<const CacheSnapshot> ServedEngine::snapshot() const {
  const std::lock_guard lock(m_mutex);
  return m_snapshot;
}

std::shared_ptr<MemoryFeed> ServedEngine::follow() {
  constexpr std::size_t kMostUnread = 4096;
  auto feed = std::make_shared<MemoryFeed>(kMostUnread);
  const std::lock_guard lock(m_mutex);
  m_followers.push_back(feed);
  return feed;
}

void ServedEngine::take(const EngineReport& report) {
  const std::lock_guard lock(m_mutex);
  if (m_engine == nullptr) return;  // nobody serves it, or it says its last
  m_metrics = report.metrics;
  if (report.snapshot != nullptr) m_snapshot = report.snapshot;
  for (const EngineEvent& event : report.events) deliver(event, report.at);
}

void ServedEngine::deliver(const EngineEvent& event, Duration at) {
  m_counters.take(event);
  std::erase_if(m_followers, [](const auto& follower) { return follower.expired(); });
  if (const auto happened = m_followers.empty() ? std::nullopt : memoryEventOf(event, at)) {
    for (const auto& follower : m_followers) {
      if (const auto feed = follower.lock()) feed->push(*happened);
    }
  }
  const auto found = m_feeds.find(requestOf(event));
  if (found == m_feeds.end()) return;
  found->second->push(event);
  if (std::holds_alternative<RequestFinished>(event)) m_feeds.erase(found);
}

}  // namespace zipage
