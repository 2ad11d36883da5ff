// Invariant: a round of the worker takes everything that is pending, so when `numTried` reaches the value
// that `numAsked` had at some moment, all that was posted before that moment has been tried. What was refused
// goes back to `pending` without asking: the next thing asked takes it along.
#include "engine/store/store_thread.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/store/batch_writer.h"
#include "engine/store/write_queue.h"

namespace zipage {

struct StoreThread::State {
  State(std::unique_ptr<SessionStore> sessionStore, ErrorSink onError)
      : store(std::move(sessionStore)), writer(*store, std::move(onError)) {}

  void post(Write write);
  void work();
  void writePending(std::unique_lock<std::mutex>& lock);

  // The worker's alone.
  std::unique_ptr<SessionStore> store;
  BatchWriter writer;

  std::mutex mutex;  // guards what follows, up to the thread; not held while writing or reporting
  std::condition_variable asked;
  std::condition_variable tried;
  WriteQueue pending;
  std::vector<ReadJob> jobs;
  std::uint64_t numAsked = 0;
  std::uint64_t numTried = 0;
  bool isClosing = false;

  std::thread thread;
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
    if (numTried == numAsked) return;
    writePending(lock);
  }
}

void StoreThread::State::writePending(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t round = numAsked;
  std::vector<Write> batch = pending.take();
  const std::vector<ReadJob> reads = std::exchange(jobs, {});
  lock.unlock();
  std::vector<Write> refused = writer.write(std::move(batch));
  for (const ReadJob& job : reads) job(*store);
  lock.lock();
  pending.putBack(std::move(refused));
  numTried = round;
  tried.notify_all();
}

StoreThread::StoreThread(std::unique_ptr<SessionStore> store, ErrorSink onError)
    : m_state(std::make_unique<State>(std::move(store), std::move(onError))) {
  m_state->thread = std::thread([state = m_state.get()] { state->work(); });
}

StoreThread::~StoreThread() {
  {
    const std::lock_guard lock(m_state->mutex);
    m_state->isClosing = true;
    ++m_state->numAsked;  // a last round, for what was refused before
  }
  m_state->asked.notify_one();
  m_state->thread.join();
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
    m_state->jobs.push_back(std::move(job));
    ++m_state->numAsked;
  }
  m_state->asked.notify_one();
}

void StoreThread::flush() {
  std::unique_lock lock(m_state->mutex);
  const std::uint64_t round = ++m_state->numAsked;
  m_state->asked.notify_one();
  m_state->tried.wait(lock, [this, round] { return m_state->numTried >= round; });
}

}  // namespace zipage
