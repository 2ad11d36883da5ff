#include "app/server/reply_job.h"

#include <utility>

namespace zipage {

ReplyJob::ReplyJob(std::shared_ptr<ServedEngine> engine, ServedEngine::Open open, const ReplyForm& form,
                   std::chrono::milliseconds longest)
    : m_engine(std::move(engine)),
      m_feed(std::move(open.feed)),
      m_end(std::chrono::steady_clock::now() + longest) {
  for (const RequestId request : open.requests) m_choices.push_back({request, ChoiceReader(form), {}});
}

ReplyJob::~ReplyJob() { cancel(); }

void ReplyJob::cancel() {
  for (const Choice& choice : m_choices) {
    if (!choice.finished) m_engine->cancel(choice.request);
  }
}

std::vector<ChoiceNews> ReplyJob::next(std::chrono::milliseconds patience) {
  std::vector<ChoiceNews> news;
  for (const EngineEvent& event : m_feed->take(patience).values) take(event, news);
  if (!m_isOutOfTime && std::chrono::steady_clock::now() >= m_end) {
    m_isOutOfTime = true;
    cancel();
  }
  return news;
}

void ReplyJob::take(const EngineEvent& event, std::vector<ChoiceNews>& news) {
  m_hasStarted = true;
  if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
    const int index = choiceOf(generated->request);
    Choice& choice = m_choices[static_cast<std::size_t>(index)];
    if (choice.reader.isStopped()) return;
    news.push_back({index, choice.reader.push(*generated), false});
    if (choice.reader.isStopped()) m_engine->cancel(choice.request);
  } else if (const auto* finished = std::get_if<RequestFinished>(&event)) {
    end(choiceOf(finished->request), *finished, news);
  }
}

void ReplyJob::end(int index, const RequestFinished& finished, std::vector<ChoiceNews>& news) {
  Choice& choice = m_choices[static_cast<std::size_t>(index)];
  choice.finished = finished;
  ++m_numOver;
  const bool failed =
      finished.reason == FinishReason::Failed || finished.reason == FinishReason::PoolExhausted;
  if (failed && !m_problem) m_problem = apiErrorOf(finished.error);
  news.push_back({index, choice.reader.finish(), true});
}

int ReplyJob::choiceOf(RequestId request) const {
  for (std::size_t c = 0; c < m_choices.size(); ++c) {
    if (m_choices[c].request == request) return static_cast<int>(c);
  }
  return 0;  // the feed carries nobody else's events
}

const char* ReplyJob::finishReason(int index) const {
  const Choice& choice = m_choices[static_cast<std::size_t>(index)];
  if (choice.reader.hasCalled()) return "tool_calls";
  const bool isWhole = choice.reader.isStopped() || choice.finished->reason == FinishReason::EndToken;
  return isWhole ? "stop" : "length";
}

const RequestFinished& ReplyJob::figures(int choice) const {
  return *m_choices[static_cast<std::size_t>(choice)].finished;
}

int ReplyJob::reasoningTokens() const {
  int tokens = 0;
  for (const Choice& choice : m_choices) tokens += choice.reader.reasoningTokens();
  return tokens;
}

}  // namespace zipage
