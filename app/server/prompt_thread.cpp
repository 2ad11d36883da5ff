#include "app/server/prompt_thread.h"

#include <future>
#include <utility>

#include "engine/text/prompt_encoder.h"

namespace zipage {

PromptThread::PromptThread(std::shared_ptr<const ModelBundle> model)
    : m_model(std::move(model)), m_thread([this] { run(); }) {}

PromptThread::~PromptThread() {
  {
    const std::lock_guard lock(m_mutex);
    m_isEnding = true;
  }
  m_arrived.notify_one();
  m_thread.join();
  for (const Job& job : m_jobs) job(nullptr);
}

void PromptThread::run() {
  const auto renderer = PromptRenderer::create(*m_model);
  std::unique_lock lock(m_mutex);
  while (true) {
    m_arrived.wait(lock, [this] { return m_isEnding || !m_jobs.empty(); });
    if (m_isEnding) return;
    const Job job = std::move(m_jobs.front());
    m_jobs.pop_front();
    lock.unlock();
    job(renderer.get());
    lock.lock();
  }
}

Result<ReadyPrompt> PromptThread::render(const std::vector<ConversationTurn>& turns, const BegunReply& begun,
                                         const PromptSetting& setting) {
  std::promise<Result<ReadyPrompt>> answer;
  auto ready = answer.get_future();
  const auto job = [&](PromptRenderer* renderer) -> Result<ReadyPrompt> {
    if (renderer == nullptr) return failure(ErrorCode::Cancelled, "the model was unloaded");
    auto prompt = renderer->render(turns, setting);
    if (!prompt) return tl::unexpected(prompt.error());
    if (!begun.isEmpty()) appendBegunReply(*prompt, begun, m_model->reasoningMarks);
    return ReadyPrompt{encodePrompt(*m_model->tokenizer, prompt->segments), prompt->startsInsideReasoning};
  };
  {
    const std::lock_guard lock(m_mutex);
    m_jobs.emplace_back([&](PromptRenderer* renderer) { answer.set_value(job(renderer)); });
  }
  m_arrived.notify_one();
  return ready.get();
}

}  // namespace zipage
