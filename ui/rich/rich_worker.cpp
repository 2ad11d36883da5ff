#include "ui/rich/rich_worker.h"

#include "ui/rich/rich_script.h"

namespace zipage::ui {

namespace {

constexpr std::size_t kMaxJobs = 512;

struct Doing {
  RichScript& script;
  RichWorker::Value operator()(const FormulaKey& key) const { return script.typeset(key); }
  RichWorker::Value operator()(const CodeKey& key) const { return script.highlight(key); }
};

}  // namespace

RichWorker::RichWorker(std::function<void()> wake)
    : m_wake(std::move(wake)), m_thread(QThread::create([this] { work(); })) {
  m_thread->setObjectName(QStringLiteral("rich text"));
  m_thread->start(QThread::LowPriority);
}

RichWorker::~RichWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_stops = true;
  }
  m_asked.notify_one();
  m_thread->wait();
}

void RichWorker::ask(Job job) {
  {
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back(std::move(job));
    if (m_jobs.size() > kMaxJobs) {
      m_dropped.push_back(std::move(m_jobs.front()));
      m_jobs.pop_front();
    }
  }
  m_asked.notify_one();
}

std::vector<RichWorker::Result> RichWorker::takeResults() {
  const std::lock_guard lock(m_mutex);
  return std::exchange(m_results, {});
}

std::vector<RichWorker::Job> RichWorker::takeDropped() {
  const std::lock_guard lock(m_mutex);
  return std::exchange(m_dropped, {});
}

void RichWorker::deliver(Result result) {
  bool isFirst = false;
  {
    const std::lock_guard lock(m_mutex);
    isFirst = m_results.empty();
    m_results.push_back(std::move(result));
  }
  if (isFirst) m_wake();
}

void RichWorker::work() {
  std::unique_ptr<RichScript> script;
  for (;;) {
    std::unique_lock lock(m_mutex);
    m_asked.wait(lock, [this] { return m_stops || !m_jobs.empty(); });
    if (m_stops) return;
    Job job = std::move(m_jobs.back());
    m_jobs.pop_back();
    lock.unlock();
    if (script == nullptr) script = std::make_unique<RichScript>();
    Value value = std::visit(Doing{*script}, job);
    deliver({std::move(job), std::move(value)});
  }
}

}  // namespace zipage::ui
