#include "app/gui/model_worker.h"

#include <algorithm>
#include <utility>

#include "app/common/model_facts.h"
#include "app/common/model_paths.h"
#include "app/gui/load_choices.h"
#include "engine/text/prompt_encoder.h"

namespace zipage {

void ModelWorker::load(const LoadJob& job) {
  LoadedSession answer;
  answer.ticket = job.ticket;
  answer.path = job.path;
  answer.choice = job.choice;
  const auto fail = [&](const Error& error) {
    answer.problem = QString::fromStdString(error.message);
    Q_EMIT loaded(answer);
  };
  auto file = resolveModel(job.path.isEmpty() ? std::string(kDemoModelName) : job.path.toStdString());
  if (!file) return fail(file.error());
  // Headers first: what is no model is refused before anything large is read.
  const auto facts = readModelFacts(*file);
  if (!facts) return fail(facts.error());
  SessionOptions options = sessionOptionsFor(*file, job.choice);
  options.opensDevice = m_opensDevice;
  options.progress = [&, lastPercent = -1](std::size_t loadedBytes) mutable {
    const std::size_t whole = std::max<std::size_t>(facts->weightBytes, 1);
    const int percent = static_cast<int>(std::min<std::size_t>(100, loadedBytes * 100 / whole));
    if (std::exchange(lastPercent, percent) != percent) Q_EMIT progressed(job.ticket, percent);
    return job.wanted->load() == job.ticket;
  };
  auto session = ModelSession::open(options);
  if (!session) return fail(session.error());
  answer.session = std::move(*session);
  Q_EMIT loaded(answer);
}

void ModelWorker::use(const std::shared_ptr<ModelSession>& session) {
  m_session = session;
  m_renderer = session != nullptr ? PromptRenderer::create(session->model()) : nullptr;
}

void ModelWorker::prepare(const PromptJob& job) {
  PreparedPrompt answer;
  answer.ticket = job.ticket;
  if (m_renderer == nullptr) {
    answer.problem = tr("No model is open.");
    Q_EMIT prepared(answer);
    return;
  }
  auto prompt = m_renderer->render(job.turns, job.enableThinking);
  if (prompt) {
    appendBegunReply(*prompt, job.begun, m_session->model().reasoningMarks);
    answer.tokens = encodePrompt(*m_session->model().tokenizer, prompt->segments);
    answer.startsInsideReasoning = prompt->startsInsideReasoning;
    for (const std::string& notice : prompt->notices) answer.notices.append(QString::fromStdString(notice));
  } else {
    answer.problem = QString::fromStdString(prompt.error().message);
  }
  Q_EMIT prepared(answer);
}

void ModelWorker::count(quint64 ticket, const QString& text) {
  TokenCount answer;
  answer.ticket = ticket;
  if (m_session != nullptr)
    answer.numTokens = static_cast<int>(m_session->model().tokenizer->encode(text.toStdString()).size());
  Q_EMIT counted(answer);
}

}  // namespace zipage
