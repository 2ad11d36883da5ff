// Slow work about a model, away from the GUI thread: opening it, parsing its template, rendering and
// tokenizing prompts. An object of a worker thread: reached by queued calls, answers by signals.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <atomic>
#include <memory>
#include <vector>

#include "app/common/model_session.h"
#include "app/templates/reply_continuation.h"
#include "engine/base/ids.h"
#include "ui/chat_values.h"
#include "ui/models/model_values.h"

namespace zipage {

struct PromptJob {
  quint64 ticket = 0;
  std::vector<ConversationTurn> turns;
  bool enableThinking = true;
  BegunReply begun;  // what the model is to go on with; empty: a new reply
};

struct PreparedPrompt {
  quint64 ticket = 0;
  std::vector<TokenId> tokens;
  bool startsInsideReasoning = false;
  QStringList notices;  // what was done differently from what was asked, for people
  QString problem;      // why there are no tokens
};

struct TokenCount {
  quint64 ticket = 0;
  int numTokens = -1;  // -1: no model is open
};

struct LoadJob {
  quint64 ticket = 0;
  QString path;  // empty: the embedded model
  ui::LoadChoice choice;
  std::shared_ptr<const std::atomic<quint64>> wanted;  // another number than the ticket's: give up
};

struct LoadedSession {
  quint64 ticket = 0;
  std::shared_ptr<ModelSession> session;  // null: `problem` says why
  QString path;
  QString problem;
  ui::LoadChoice choice;
};

class ModelWorker final : public QObject {
  Q_OBJECT

 public:
  explicit ModelWorker(DeviceOpener opensDevice) : m_opensDevice(std::move(opensDevice)) {}

  void load(const LoadJob& job);
  void prepare(const PromptJob& job);
  void count(quint64 ticket, const QString& text);
  /// Prompts are rendered for this session from now on; none: the model was unloaded.
  void use(const std::shared_ptr<ModelSession>& session);

 Q_SIGNALS:
  void progressed(quint64 ticket, int percent);
  void loaded(const zipage::LoadedSession& loaded);
  void prepared(const zipage::PreparedPrompt& prompt);
  void counted(const zipage::TokenCount& count);

 private:
  DeviceOpener m_opensDevice;
  std::shared_ptr<ModelSession> m_session;
  std::unique_ptr<PromptRenderer> m_renderer;
};

}  // namespace zipage
