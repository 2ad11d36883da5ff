#include "app/cli/eval_run.h"

#include <chrono>
#include <unordered_map>

#include "app/cli/reply_text.h"
#include "app/common/boxed_answer.h"
#include "app/templates/prompt_renderer.h"
#include "engine/runtime/engine.h"
#include "engine/text/prompt_encoder.h"

namespace zipage {

namespace {

/// Keeps two seeds that follow each other far apart.
constexpr std::uint64_t kSeedStep = 0x9E3779B97F4A7C15ULL;

class EvalRun {
 public:
  EvalRun(ModelSession& session, const EvalJob& job)
      : m_session(session),
        m_job(job),
        m_renderer(PromptRenderer::create(session.model())),
        m_engine(session.limits(), session.runner(), m_clock),
        m_start(m_clock.now()) {}

  Result<EvalResult> run(const std::function<bool(const EvalResult&)>& progress) {
    while (m_next < m_job.problems.size() || m_engine.hasWork()) {
      if (auto filled = submitMore(); !filled) return tl::unexpected(filled.error());
      for (const EngineEvent& event : m_engine.step()) take(event);
      refresh();
      if (!progress(m_result)) {
        m_result.interrupted = true;
        break;
      }
    }
    return m_result;
  }

 private:
  struct InFlight {
    const EvalProblem* problem = nullptr;
    ReplyText text;
  };

  /// All samples of a problem come at once, since they share the pages of its prompt; the engine runs no more
  /// of them at a time than it was made for.
  bool hasRoom() const { return m_inFlight.size() < static_cast<std::size_t>(m_job.concurrency); }

  Result<void> submitMore() {
    while (m_next < m_job.problems.size() && hasRoom()) {
      if (auto submitted = submit(m_job.problems[m_next]); !submitted) {
        return failure(submitted.error().code,
                       "problem " + std::to_string(m_next + 1) + ": " + submitted.error().message);
      }
      ++m_next;
    }
    return {};
  }

  Result<void> submit(const EvalProblem& problem) {
    const ModelBundle& model = m_session.model();
    auto prompt = m_renderer->render({{TurnRole::User, problem.prompt, {}}});
    if (!prompt) return tl::unexpected(prompt.error());
    RequestSettings settings = m_job.settings;
    settings.seed += kSeedStep * m_next * static_cast<std::uint64_t>(m_job.samples);
    auto request =
        makeRequest(settings, model, m_session.limits(), encodePrompt(*model.tokenizer, prompt->segments));
    if (!request) return tl::unexpected(request.error());
    const auto ids = m_engine.submitSamples(*request, m_job.samples);
    if (!ids) return tl::unexpected(ids.error());
    for (const RequestId id : *ids)
      m_inFlight.emplace(id, InFlight{&problem, ReplyText(model.tokenizer, model.reasoningMarks,
                                                          prompt->startsInsideReasoning)});
    return {};
  }

  void take(const EngineEvent& event) {
    if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
      m_inFlight.at(generated->request).text.push(generated->token);
    }
    if (const auto* finished = std::get_if<RequestFinished>(&event)) judge(*finished);
  }

  void judge(const RequestFinished& finished) {
    const auto entry = m_inFlight.find(finished.request);
    InFlight& reply = entry->second;
    reply.text.finish();
    const auto boxed = lastBoxed(reply.text.reasoning() + "\n" + reply.text.answer());
    const int correct = boxed == reply.problem->answer ? 1 : 0;
    for (Score* score : {&m_result.total, &m_result.families[reply.problem->family]}) {
      score->correct += correct;
      ++score->count;
    }
    m_result.promptTokens += finished.promptTokens;
    m_result.generatedTokens += finished.generatedTokens;
    if (finished.reason != FinishReason::EndToken) ++m_result.unfinished;
    m_inFlight.erase(entry);
  }

  void refresh() {
    m_result.metrics = m_engine.metrics();
    m_result.seconds = std::chrono::duration<double>(m_clock.now() - m_start).count();
  }

  ModelSession& m_session;
  const EvalJob& m_job;
  std::unique_ptr<PromptRenderer> m_renderer;
  SteadyClock m_clock;
  Engine m_engine;
  Duration m_start;
  std::size_t m_next = 0;  // problem
  std::unordered_map<RequestId, InFlight> m_inFlight;
  EvalResult m_result;
};

}  // namespace

double EvalResult::meanLength() const {
  return total.count == 0 ? 0.0 : static_cast<double>(promptTokens + generatedTokens) / total.count;
}

Result<EvalResult> runEval(ModelSession& session, const EvalJob& job,
                           const std::function<bool(const EvalResult& soFar)>& progress) {
  return EvalRun(session, job).run(progress);
}

}  // namespace zipage
