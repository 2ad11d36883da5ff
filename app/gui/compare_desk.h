// Runs one question under two memory policies beside each other, on the engine of the chats, and tells how
// far they are the same.
#pragma once

#include <QObject>
#include <QTimer>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/engine_host.h"
#include "ui/memory/comparison.h"

namespace zipage {

class CompareDesk final : public QObject {
  Q_OBJECT

 public:
  /// `host` outlives the desk.
  explicit CompareDesk(EngineHost& host, QObject* parent = nullptr);

  /// In place of the one before, which is stopped.
  void start(const ui::ComparisonPlan& plan);
  void stop();

 Q_SIGNALS:
  void changed(const zipage::ui::Comparison& comparison);

 private:
  /// One of the two replies.
  struct Side {
    RequestId request;  // none: it does not run
    ui::GenerationSettings settings;
    std::vector<TokenId> tokens;
    std::vector<float> logProbs;  // [tokens]
    std::string bytes;
    std::vector<std::size_t> ends;  // [tokens] of each in the bytes
    ui::ComparedReply shown;
  };

  void onPrompt(const PreparedPrompt& prompt);
  void submit(Side& side, const PreparedPrompt& prompt);
  void onEvent(const EngineEvent& event);
  void take(Side& side, const TokenGenerated& generated);
  void finish(Side& side, const RequestFinished& finished);
  void fail(const QString& problem);
  void tell();
  ui::Comparison compared() const;

  EngineHost& m_host;
  std::array<Side, 2> m_sides;
  std::shared_ptr<const Tokenizer> m_tokenizer;
  QTimer m_news;
  quint64 m_ticket = 0;  // of the prompt that is being made; 0: none
  quint64 m_lastTicket;
};

}  // namespace zipage
