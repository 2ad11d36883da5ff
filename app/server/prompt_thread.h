// Renders and tokenizes the prompts of one model for callers on any thread. Templates belong to the thread
// that parsed them, so one thread of its own does it for all.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "app/templates/prompt_renderer.h"
#include "app/templates/reply_continuation.h"
#include "engine/text/model_bundle.h"

namespace zipage {

struct ReadyPrompt {
  std::vector<TokenId> tokens;
  bool startsInsideReasoning = false;
};

class PromptThread {
 public:
  /// Parses the template on the new thread and does not wait for it. Needs a QCoreApplication.
  explicit PromptThread(std::shared_ptr<const ModelBundle> model);
  /// Waits for the prompt at work; the callers of others get Cancelled.
  ~PromptThread();

  /// Waits for its turn. See PromptRenderer::render() for the errors.
  Result<ReadyPrompt> render(const std::vector<ConversationTurn>& turns, const BegunReply& begun,
                             const PromptSetting& setting);

 private:
  using Job = std::function<void(PromptRenderer*)>;  // null: the thread ends

  void run();

  std::shared_ptr<const ModelBundle> m_model;
  std::mutex m_mutex;
  std::condition_variable m_arrived;
  std::deque<Job> m_jobs;   // guarded by m_mutex
  bool m_isEnding = false;  // guarded by m_mutex
  std::thread m_thread;
};

}  // namespace zipage
