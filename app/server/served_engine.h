// One model's engine as the server sees it: requests go in from any thread, what the engine reports of each
// goes to the connection that asked. The engine itself comes and goes under it, when a model is unloaded and
// woken; in the window it is the very engine that chats use.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/server/feed.h"
#include "app/server/prompt_thread.h"
#include "app/server/server_counters.h"
#include "engine/runtime/engine_thread.h"
#include "engine/trace/memory_event.h"

namespace zipage {

/// What stays the same while one engine runs.
struct ServedModel {
  std::int64_t loadedAt = 0;  // Unix time in seconds
  std::shared_ptr<const ModelBundle> bundle;
  EngineLimits limits;
  std::shared_ptr<PromptThread> prompts;
};

using ReplyFeed = Feed<EngineEvent>;
using MemoryFeed = Feed<MemoryEvent>;

class ServedEngine {
 public:
  struct Open {
    std::vector<RequestId> requests;
    std::shared_ptr<ReplyFeed> feed;
  };

  explicit ServedEngine(std::string id);
  ~ServedEngine();
  ServedEngine(const ServedEngine&) = delete;
  ServedEngine& operator=(const ServedEngine&) = delete;

  /// For the EngineThread that will be attached, which this outlives. Where others see its reports too, this
  /// comes first.
  EngineThread::Sink sink();
  /// `engine` lives until detach() has returned.
  void attach(EngineThread& engine, std::shared_ptr<const ModelBundle> model, const EngineLimits& limits);
  /// Replies that are open fail, for this reason.
  void detach(const std::string& reason);
  /// Called, on any thread, when a model is wanted while none is attached. Without one nobody can bring it.
  void setWaker(std::function<void()> wakes);
  /// Told of every submission before any of its events is reported, on the thread that submits; must not call
  /// back.
  using Watcher = std::function<void(const std::vector<RequestId>&, const std::vector<TokenId>& prompt)>;
  void setWatcher(Watcher watcher);

  std::string id() const;  // what clients call it
  void rename(std::string id);
  /// Null: none is attached.
  std::shared_ptr<const ServedModel> model() const;
  /// Wakes one that is asleep and waits for it; null after `patience`, and as soon as it is no longer wanted.
  std::shared_ptr<const ServedModel> waitForModel(std::chrono::milliseconds patience,
                                                  const std::function<bool()>& isWanted);

  /// Its owner becomes kOtherPrograms. Cancelled: the engine is gone. `maxOpen`: requests there may be at a
  /// time; OutOfMemory beyond it.
  Result<Open> submit(Request request, int numSamples, int maxOpen);
  void cancel(RequestId request);
  int numOpen() const;

  EngineMetrics metrics() const;
  ServerCounters counters() const;
  /// Null: none was taken yet.
  std::shared_ptr<const CacheSnapshot> snapshot() const;
  /// What happens to memory from now on, until the feed is let go of.
  std::shared_ptr<MemoryFeed> follow();

 private:
  using Events = std::vector<std::pair<EngineEvent, Duration>>;  // with the time of their report

  void take(const EngineReport& report);
  void distribute();
  Events takeEvents();
  void deliver(const Events& events);
  void tellFollowers(const EngineEvent& event, Duration at);

  // The engine's thread only leaves its events; a thread of the server's own wakes the connections. Who takes
  // both locks takes m_feedMutex first.
  mutable std::mutex m_feedMutex;
  std::unordered_map<RequestId, std::shared_ptr<ReplyFeed>> m_feeds;  // of requests in progress
  std::vector<std::weak_ptr<MemoryFeed>> m_followers;
  ServerCounters m_counters;

  mutable std::mutex m_mutex;
  std::condition_variable m_attached;
  std::condition_variable m_reported;
  // Guarded by m_mutex from here on.
  std::string m_id;
  EngineThread* m_engine = nullptr;
  std::shared_ptr<const ServedModel> m_model;
  std::vector<std::shared_ptr<const ServedModel>> m_retired;  // their threads are joined by the distributor
  std::function<void()> m_wakes;
  Watcher m_watcher;
  Events m_events;  // not delivered yet
  EngineMetrics m_metrics;
  std::shared_ptr<const CacheSnapshot> m_snapshot;
  bool m_isEnding = false;

  std::thread m_distributor;
};

}  // namespace zipage
