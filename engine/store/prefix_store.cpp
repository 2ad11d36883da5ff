// Invariant: `queued` names exactly what waits in `writes` or is just being written, and `queuedBytes` is its
// size; what is named there can be read although it is not on the disk yet.
#include "engine/store/prefix_store.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace zipage {

namespace {

constexpr std::size_t kWritesATransaction = 32;
constexpr std::int64_t kBytesATransaction = std::int64_t{64} << 20;
constexpr Duration kMostAtTheEnd = std::chrono::seconds(3);

/// What an engine has asked for and not yet collected.
struct Inbox {
  std::vector<FetchedPrefix> fetched;  // guarded by the store's mutex
  std::uint64_t numNews = 0;           // guarded by the store's mutex
};

struct Fetch {
  PrefixKey key;
  std::shared_ptr<Inbox> inbox;
};

using Queued = std::shared_ptr<const PrefixToStore>;
using Job = std::function<void()>;

}  // namespace

struct PrefixStore::State {
  explicit State(PrefixStoreOptions chosen) : options(std::move(chosen)) {}

  void run();
  bool hasWork() const { return !fetches.empty() || !jobs.empty() || !writes.empty(); }
  void doNext(std::unique_lock<std::mutex>& lock);
  void read(Fetch fetch, std::unique_lock<std::mutex>& lock);
  void writeBatch(std::unique_lock<std::mutex>& lock);
  std::vector<Queued> nextBatch() const;
  void post(Job job);
  /// What to do with the shelf, if there is one.
  void postToShelf(std::function<void(PrefixShelf&)> job) {
    post([this, job = std::move(job)] {
      if (shelf != nullptr) job(*shelf);
    });
  }
  PrefixReport report() const;
  /// The shelf's may be another after anything that it did: another process can have changed it too.
  void noteBudget() { keeps = shelf != nullptr && shelf->budget() > 0; }
  void tellNews() {
    ++numNews;
    news.notify_all();
  }

  PrefixStoreOptions options;
  KnownPrefixes known;
  std::atomic<bool> keeps{options.budgetBytes.value_or(kDefaultPrefixBudget) > 0};
  std::unique_ptr<PrefixShelf> shelf;  // the thread's alone; null: the folder cannot be used
  std::string whyNot;                  // the thread's alone

  mutable std::mutex mutex;  // guards what follows, up to the thread; not held while reading or writing
  std::condition_variable asked;
  std::condition_variable news;
  std::deque<Fetch> fetches;
  std::deque<Job> jobs;
  std::deque<Queued> writes;
  std::unordered_map<PrefixKey, Queued, PrefixKeyHash> queued;
  std::int64_t queuedBytes = 0;
  std::uint64_t numNews = 0;
  bool isWorking = true;  // it opens the folder
  bool isClosing = false;
  Duration closingSince{};

  std::thread thread;
};

namespace {

/// What one engine sees of the store.
template <typename State>
class ModelStorage final : public PrefixStorage {
 public:
  ModelStorage(State& state, PrefixModel model)
      : m_state(state), m_model(std::make_shared<const PrefixModel>(std::move(model))) {}

  bool has(const PrefixKey& key) const override {
    if (m_state.known.has(key)) return true;
    const std::lock_guard lock(m_state.mutex);
    return m_state.queued.count(key) > 0;
  }

  void fetch(const PrefixKey& key) override {
    {
      const std::lock_guard lock(m_state.mutex);
      m_state.fetches.push_back({key, m_inbox});
    }
    m_state.asked.notify_one();
  }

  std::vector<FetchedPrefix> collect() override {
    const std::lock_guard lock(m_state.mutex);
    return std::exchange(m_inbox->fetched, {});
  }

  bool isKeeping() const override { return m_state.keeps; }

  bool hasRoomFor(std::size_t bytes) const override {
    const std::lock_guard lock(m_state.mutex);
    return m_state.queuedBytes == 0 ||
           m_state.queuedBytes + static_cast<std::int64_t>(bytes) <= m_state.options.queueBytes;
  }

  void write(OwnerId owner, const PrefixKey& key, StoredPrefix prefix) override {
    auto item = std::make_shared<const PrefixToStore>(PrefixToStore{m_model, owner, key, std::move(prefix)});
    {
      const std::lock_guard lock(m_state.mutex);
      if (!m_state.queued.emplace(key, item).second) return;
      m_state.queuedBytes += item->bytes();
      m_state.writes.push_back(std::move(item));
    }
    m_state.asked.notify_one();
  }

  void waitForNews(Duration atMost) override {
    std::unique_lock lock(m_state.mutex);
    m_state.news.wait_for(lock, atMost, [this] { return m_state.numNews != m_numNewsSeen; });
    m_numNewsSeen = m_state.numNews;
  }

  void noteLookup(PrefixLookup lookup) override {
    m_state.postToShelf([model = m_model, lookup = std::move(lookup)](PrefixShelf& shelf) {
      shelf.noteLookup(*model, lookup);
    });
  }
  void noteTurn(PrefixTurn turn) override {
    m_state.postToShelf(
        [model = m_model, turn = std::move(turn)](PrefixShelf& shelf) { shelf.noteTurn(*model, turn); });
  }

 private:
  State& m_state;
  std::shared_ptr<const PrefixModel> m_model;
  std::shared_ptr<Inbox> m_inbox = std::make_shared<Inbox>();
  std::uint64_t m_numNewsSeen = 0;
};

}  // namespace

void PrefixStore::State::post(Job job) {
  {
    const std::lock_guard lock(mutex);
    jobs.push_back(std::move(job));
  }
  asked.notify_one();
}

void PrefixStore::State::run() {
  auto opened = PrefixShelf::open(options, known);
  if (opened)
    shelf = std::move(*opened);
  else
    whyNot = opened.error().message;
  noteBudget();
  std::unique_lock lock(mutex);
  isWorking = false;
  tellNews();
  while (true) {
    asked.wait(lock, [this] { return hasWork() || isClosing; });
    if (!hasWork()) return;
    if (isClosing && options.clock->now() - closingSince > kMostAtTheEnd) return;
    isWorking = true;
    doNext(lock);
    noteBudget();
    isWorking = false;
    tellNews();
  }
}

void PrefixStore::State::doNext(std::unique_lock<std::mutex>& lock) {
  if (!fetches.empty()) {
    Fetch fetch = std::move(fetches.front());
    fetches.pop_front();
    read(std::move(fetch), lock);
  } else if (!jobs.empty()) {
    const Job job = std::move(jobs.front());
    jobs.pop_front();
    lock.unlock();
    if (shelf != nullptr) shelf->refresh();
    job();
    lock.lock();
  } else {
    writeBatch(lock);
  }
}

PrefixReport PrefixStore::State::report() const {
  if (shelf != nullptr) return shelf->report();
  PrefixReport report;
  report.problem = whyNot;
  report.budgetBytes = options.budgetBytes.value_or(kDefaultPrefixBudget);
  return report;
}

void PrefixStore::State::read(Fetch fetch, std::unique_lock<std::mutex>& lock) {
  FetchedPrefix fetched{fetch.key, std::nullopt, PrefixLoss::Gone};
  if (const auto waiting = queued.find(fetch.key); waiting != queued.end()) {
    const Queued item = waiting->second;
    lock.unlock();
    fetched = {fetch.key, item->prefix, PrefixLoss::None};
  } else {
    lock.unlock();
    if (shelf != nullptr) fetched = shelf->read(fetch.key);
  }
  lock.lock();
  fetch.inbox->fetched.push_back(std::move(fetched));
}

std::vector<Queued> PrefixStore::State::nextBatch() const {
  std::vector<Queued> batch;
  std::int64_t bytes = 0;
  for (const Queued& item : writes) {
    if (batch.size() == kWritesATransaction || (bytes > 0 && bytes + item->bytes() > kBytesATransaction))
      break;
    batch.push_back(item);
    bytes += item->bytes();
  }
  return batch;
}

void PrefixStore::State::writeBatch(std::unique_lock<std::mutex>& lock) {
  const std::vector<Queued> batch = nextBatch();
  lock.unlock();
  if (shelf != nullptr) {
    shelf->refresh();
    shelf->write(batch);
  }
  lock.lock();
  writes.erase(writes.begin(), writes.begin() + static_cast<std::ptrdiff_t>(batch.size()));
  for (const Queued& item : batch) {
    queued.erase(item->key);
    queuedBytes -= item->bytes();
  }
}

PrefixStore::PrefixStore(PrefixStoreOptions options) : m_state(std::make_unique<State>(std::move(options))) {
  m_state->thread = std::thread([state = m_state.get()] { state->run(); });
}

PrefixStore::~PrefixStore() {
  {
    const std::lock_guard lock(m_state->mutex);
    m_state->isClosing = true;
    m_state->closingSince = m_state->options.clock->now();
  }
  m_state->asked.notify_one();
  m_state->thread.join();
}

std::unique_ptr<PrefixStorage> PrefixStore::storageFor(PrefixModel model) {
  return std::make_unique<ModelStorage<State>>(*m_state, std::move(model));
}

void PrefixStore::setBudget(std::int64_t bytes) {
  m_state->postToShelf([bytes](PrefixShelf& shelf) { shelf.setBudget(bytes); });
}

void PrefixStore::clear(std::optional<std::int64_t> model, std::optional<OwnerId> owner) {
  m_state->postToShelf([model, owner](PrefixShelf& shelf) { shelf.clear(model, owner); });
}

void PrefixStore::keepChats(std::unordered_set<std::uint64_t> chats) {
  m_state->postToShelf([chats = std::move(chats)](PrefixShelf& shelf) { shelf.keepChats(chats); });
}

void PrefixStore::report(ReportSink sink) {
  m_state->post([state = m_state.get(), sink = std::move(sink)] { sink(state->report()); });
}

void PrefixStore::flush() {
  std::unique_lock lock(m_state->mutex);
  m_state->news.wait(lock, [this] { return !m_state->hasWork() && !m_state->isWorking; });
}

}  // namespace zipage
