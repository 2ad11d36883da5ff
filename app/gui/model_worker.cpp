#include "app/gui/model_worker.h"

#include "app/common/model_paths.h"
#include "engine/text/prompt_encoder.h"

namespace zipage {

void ModelWorker::load(quint64 ticket, const QString& path, const QString& device) {
  LoadedSession answer;
  answer.ticket = ticket;
  answer.path = path;
  const auto fail = [&](const Error& error) {
    answer.problem = QString::fromStdString(error.message);
    emit loaded(answer);
  };
  auto file = resolveModel(path.isEmpty() ? std::string(kDemoModelName) : path.toStdString());
  if (!file) return fail(file.error());
  SessionOptions options;
  options.model = *file;
  options.device = device.toStdString();
  options.opensDevice = m_opensDevice;
  auto session = ModelSession::open(options);
  if (!session) return fail(session.error());
  answer.session = std::move(*session);
  emit loaded(answer);
}

void ModelWorker::use(const std::shared_ptr<ModelSession>& session) {
  m_session = session;
  m_renderer = PromptRenderer::create(session->model());
}

void ModelWorker::prepare(const PromptJob& job) {
  PreparedPrompt answer;
  answer.ticket = job.ticket;
  if (m_renderer == nullptr) {
    answer.problem = tr("No model is open.");
    emit prepared(answer);
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
  emit prepared(answer);
}

void ModelWorker::count(quint64 ticket, const QString& text) {
  TokenCount answer;
  answer.ticket = ticket;
  if (m_session != nullptr)
    answer.numTokens = static_cast<int>(m_session->model().tokenizer->encode(text.toStdString()).size());
  emit counted(answer);
}

}  // namespace zipage
