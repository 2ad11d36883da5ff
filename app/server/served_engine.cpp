#include "app/server/served_engine.h"

#include <ctime>
#include <utility>

#include "app/common/request_of.h"

namespace zipage {

namespace {

constexpr std::size_t kMostEvents = 1 << 20;  // of one reply: more than its tokens can be

}  // namespace

ServedEngine::ServedEngine(std::string id) : m_id(std::move(id)), m_distributor([this] { distribute(); }) {}

ServedEngine::~ServedEngine() {
  {
    const std::lock_guard lock(m_mutex);
    m_isEnding = true;
  }
  m_reported.notify_one();
  m_distributor.join();
}

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
    m_engine = &engine;
    m_model = std::move(served);
  }
  m_attached.notify_all();
}

void ServedEngine::detach(const std::string& reason) {
  const std::lock_guard feeds(m_feedMutex);
  {
    const std::lock_guard lock(m_mutex);
    m_engine = nullptr;
    if (m_model != nullptr) m_retired.push_back(std::exchange(m_model, nullptr));
    m_snapshot = nullptr;
    m_metrics = {};
  }
  m_reported.notify_one();
  deliver(takeEvents());
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

std::shared_ptr<const ServedModel> ServedEngine::waitForModel(std::chrono::milliseconds patience,
                                                              const std::function<bool()>& isWanted) {
  constexpr std::chrono::milliseconds kGlance{50};
  const auto end = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(m_mutex);
  if (m_model == nullptr && m_wakes) m_wakes();
  while (m_model == nullptr && m_wakes && std::chrono::steady_clock::now() < end && isWanted())
    m_attached.wait_for(lock, kGlance);
  return m_model;
}

Result<ServedEngine::Open> ServedEngine::submit(Request request, int numSamples, int maxOpen) {
  const std::lock_guard feeds(m_feedMutex);
  const std::lock_guard lock(m_mutex);
  if (m_engine == nullptr) return failure(ErrorCode::Cancelled, "the model was unloaded");
  if (static_cast<int>(m_feeds.size()) + numSamples > maxOpen)
    return failure(ErrorCode::OutOfMemory, "too many requests are waiting");
  request.owner = kOtherPrograms;
  Open open{{}, std::make_shared<ReplyFeed>(kMostEvents)};
  const std::vector<TokenId> prompt = m_watcher ? request.prompt : std::vector<TokenId>{};
  // What the engine reports waits for m_mutex, and its way to a feed for m_feedMutex: no event comes too
  // early.
  open.requests = m_engine->submitSamples(std::move(request), numSamples);
  for (const RequestId id : open.requests) m_feeds[id] = open.feed;
  if (m_watcher) m_watcher(open.requests, prompt);
  return open;
}

void ServedEngine::cancel(RequestId request) {
  const std::lock_guard feeds(m_feedMutex);
  const std::lock_guard lock(m_mutex);
  if (m_engine != nullptr && m_feeds.contains(request)) m_engine->cancel(request);
}

int ServedEngine::numOpen() const {
  const std::lock_guard feeds(m_feedMutex);
  return static_cast<int>(m_feeds.size());
}

EngineMetrics ServedEngine::metrics() const {
  const std::lock_guard lock(m_mutex);
  return m_metrics;
}

ServerCounters ServedEngine::counters() const {
  const std::lock_guard feeds(m_feedMutex);
  return m_counters;
}

std::shared_ptr<const CacheSnapshot> ServedEngine::snapshot() const {
  const std::lock_guard lock(m_mutex);
  return m_snapshot;
}

std::shared_ptr<MemoryFeed> ServedEngine::follow() {
  constexpr std::size_t kMostUnread = 4096;
  auto feed = std::make_shared<MemoryFeed>(kMostUnread);
  const std::lock_guard feeds(m_feedMutex);
  m_followers.push_back(feed);
  return feed;
}

void ServedEngine::take(const EngineReport& report) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_engine == nullptr) return;  // nobody serves it, or it says its last
    m_metrics = report.metrics;
    if (report.snapshot != nullptr) m_snapshot = report.snapshot;
    for (const EngineEvent& event : report.events) m_events.emplace_back(event, report.at);
  }
  m_reported.notify_one();
}

ServedEngine::Events ServedEngine::takeEvents() {
  const std::lock_guard lock(m_mutex);
  return std::exchange(m_events, {});
}

void ServedEngine::distribute() {
  while (true) {
    std::vector<std::shared_ptr<const ServedModel>> retired;
    {
      std::unique_lock lock(m_mutex);
      m_reported.wait(lock, [this] { return m_isEnding || !m_retired.empty() || !m_events.empty(); });
      if (m_isEnding) return;
      retired = std::exchange(m_retired, {});
    }
    // Taken under the lock they are delivered under: whoever detaches comes before or after both.
    const std::lock_guard feeds(m_feedMutex);
    deliver(takeEvents());
  }
}

/// Each feed gets what is new for it in one go.
void ServedEngine::deliver(const Events& events) {
  std::unordered_map<std::shared_ptr<ReplyFeed>, std::vector<EngineEvent>> news;
  for (const auto& [event, at] : events) {
    m_counters.take(event);
    tellFollowers(event, at);
    const auto found = m_feeds.find(requestOf(event));
    if (found == m_feeds.end()) continue;
    news[found->second].push_back(event);
    if (std::holds_alternative<RequestFinished>(event)) m_feeds.erase(found);
  }
  for (auto& [feed, values] : news) feed->push(std::move(values));
}

void ServedEngine::tellFollowers(const EngineEvent& event, Duration at) {
  std::erase_if(m_followers, [](const auto& follower) { return follower.expired(); });
  const auto happened = m_followers.empty() ? std::nullopt : memoryEventOf(event, at);
  if (!happened) return;
  for (const auto& follower : m_followers) {
    if (const auto feed = follower.lock()) feed->push(*happened);
  }
}

}  // namespace zipage
