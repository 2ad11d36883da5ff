// Invariant: a round of the worker takes everything that is pending, so when `numTried` reaches the value
// that `numAsked` had at some moment, all that was posted before that moment has been tried. What was refused
// goes back to `pending` without asking: the next thing asked takes it along. A job runs when `numTried` has
// reached what `numAsked` was when it was posted; jobs run in order.
#include "engine/store/store_thread.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/store/batch_writer.h"
#include "engine/store/write_queue.h"

namespace zipage {

namespace {

struct WaitingJob {
  std::uint64_t round = 0;  // of writes that it wants to see tried
  StoreThread::ReadJob job;
};

}  // namespace

struct StoreThread::State {
  State(std::unique_ptr<SessionStore> sessionStore, ErrorSink onError)
      : store(std::move(sessionStore)), writer(*store, std::move(onError)) {}

  void post(Write write);
  void work();
  void writePending(std::unique_lock<std::mutex>& lock);
  void read();
  bool isJobDue() const { return !jobs.empty() && jobs.front().round <= numTried; }
  void runJob(const SessionStore& from, std::unique_lock<std::mutex>& lock);

  // The writing thread's alone.
  std::unique_ptr<SessionStore> store;
  BatchWriter writer;

  // The reading thread's alone; null: there is no second connection, and the writing thread reads as well.
  std::unique_ptr<SessionStore> reader;

  std::mutex mutex;  // guards what follows, up to the threads; not held while writing, reading or reporting
  std::condition_variable asked;
  std::condition_variable tried;
  WriteQueue pending;
  std::deque<WaitingJob> jobs;
  std::uint64_t numAsked = 0;
  std::uint64_t numTried = 0;
  std::uint64_t numJobsAsked = 0;
  std::uint64_t numJobsDone = 0;
  bool isClosing = false;
  bool isWritten = false;  // the writing thread has ended

  std::thread thread;
  std::thread readThread;
};

void StoreThread::State::post(Write write) {
  {
    const std::lock_guard lock(mutex);
    pending.push(std::move(write));
    ++numAsked;
  }
  asked.notify_one();
}

void StoreThread::State::work() {
  std::unique_lock lock(mutex);
  while (true) {
    asked.wait(lock, [this] { return numTried < numAsked || isClosing; });
    if (numTried == numAsked) break;
    writePending(lock);
    while (reader == nullptr && isJobDue()) runJob(*store, lock);
  }
  isWritten = true;
  tried.notify_all();
}

void StoreThread::State::read() {
  std::unique_lock lock(mutex);
  while (true) {
    tried.wait(lock, [this] { return isJobDue() || (isWritten && jobs.empty()); });
    if (jobs.empty()) return;
    runJob(*reader, lock);
  }
}

void StoreThread::State::runJob(const SessionStore& from, std::unique_lock<std::mutex>& lock) {
  const ReadJob job = std::move(jobs.front().job);
  jobs.pop_front();
  lock.unlock();
  job(from);
  lock.lock();
  ++numJobsDone;
  tried.notify_all();
}

void StoreThread::State::writePending(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t round = numAsked;
  std::vector<Write> batch = pending.take();
  lock.unlock();
  std::vector<Write> refused = writer.write(std::move(batch));
  lock.lock();
  pending.putBack(std::move(refused));
  numTried = round;
  tried.notify_all();
}

StoreThread::StoreThread(std::unique_ptr<SessionStore> store, ErrorSink onError)
    : m_state(std::make_unique<State>(std::move(store), std::move(onError))) {
  if (auto reader = m_state->store->openReader()) m_state->reader = std::move(*reader);
  m_state->thread = std::thread([state = m_state.get()] { state->work(); });
  if (m_state->reader != nullptr)
    m_state->readThread = std::thread([state = m_state.get()] { state->read(); });
}

StoreThread::~StoreThread() {
  {
    const std::lock_guard lock(m_state->mutex);
    m_state->isClosing = true;
    ++m_state->numAsked;  // a last round, for what was refused before
  }
  m_state->asked.notify_one();
  m_state->thread.join();
  if (m_state->readThread.joinable()) m_state->readThread.join();
}

void StoreThread::saveChat(ChatRecord chat) { m_state->post(std::move(chat)); }

void StoreThread::saveMessage(MessageRecord message) { m_state->post(std::move(message)); }

void StoreThread::saveNewChatDraft(Draft draft) { m_state->post(std::move(draft)); }

void StoreThread::deleteChat(ChatId chat) { m_state->post(DeleteChat{chat}); }

void StoreThread::restoreChat(ChatId chat) { m_state->post(RestoreChat{chat}); }

void StoreThread::deleteMessages(std::vector<MessageId> messages) {
  m_state->post(DeleteMessages{std::move(messages)});
}

void StoreThread::restoreMessages(std::vector<MessageId> messages) {
  m_state->post(RestoreMessages{std::move(messages)});
}

void StoreThread::emptyTrash() { m_state->post(EmptyTrash{}); }

void StoreThread::read(ReadJob job) {
  {
    const std::lock_guard lock(m_state->mutex);
    m_state->jobs.push_back({++m_state->numAsked, std::move(job)});
    ++m_state->numJobsAsked;
  }
  m_state->asked.notify_one();
}

void StoreThread::flush() {
  std::unique_lock lock(m_state->mutex);
  const std::uint64_t round = ++m_state->numAsked;
  const std::uint64_t numJobs = m_state->numJobsAsked;
  m_state->asked.notify_one();
  m_state->tried.wait(lock, [&] { return m_state->numTried >= round && m_state->numJobsDone >= numJobs; });
}

}  // namespace zipage
