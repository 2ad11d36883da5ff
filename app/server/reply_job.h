// The replies to one request of a client, as they come from the engine: n choices, read side by side,
// cancelled when their client leaves, when they take too long, or when the job goes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "app/server/api_error.h"
#include "app/server/choice_reader.h"
#include "app/server/served_engine.h"

namespace zipage {

/// One turn of the engine's news about one choice.
struct ChoiceNews {
  int choice = 0;
  ReplyDelta delta;
  bool isOver = false;  // then the choice's finish reason is known
};

class ReplyJob {
 public:
  /// `open` is what submit() gave; every reply in it has the same form. `longest`: after so long the replies
  /// end as they are.
  ReplyJob(std::shared_ptr<ServedEngine> engine, ServedEngine::Open open, const ReplyForm& form,
           std::chrono::milliseconds longest);
  ~ReplyJob();
  ReplyJob(const ReplyJob&) = delete;
  ReplyJob& operator=(const ReplyJob&) = delete;

  /// What has come; waits for something at most this long.
  std::vector<ChoiceNews> next(std::chrono::milliseconds patience);
  void cancel();
  bool isOver() const { return m_numOver == static_cast<int>(m_choices.size()); }
  bool hasStarted() const { return m_hasStarted; }
  /// Why a choice could not be served or finished.
  const std::optional<ApiError>& problem() const { return m_problem; }

  int numChoices() const { return static_cast<int>(m_choices.size()); }
  /// "stop", "length" or "tool_calls"; of a choice that is over.
  const char* finishReason(int choice) const;
  /// Of a choice that is over.
  const RequestFinished& figures(int choice) const;
  int reasoningTokens() const;

 private:
  struct Choice {
    RequestId request;
    ChoiceReader reader;
    std::optional<RequestFinished> finished;
  };

  void take(const EngineEvent& event, std::vector<ChoiceNews>& news);
  void end(int choice, const RequestFinished& finished, std::vector<ChoiceNews>& news);
  int choiceOf(RequestId request) const;

  std::shared_ptr<ServedEngine> m_engine;
  std::shared_ptr<ReplyFeed> m_feed;
  std::vector<Choice> m_choices;
  std::chrono::steady_clock::time_point m_end;
  std::optional<ApiError> m_problem;
  int m_numOver = 0;
  bool m_hasStarted = false;
  bool m_isOutOfTime = false;
};

}  // namespace zipage
