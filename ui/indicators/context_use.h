// How much of what a chat may hold it holds, and what happens when that is full.
#pragma once

#include <QString>
#include <QVector>

#include "engine/cache/cache_snapshot.h"
#include "ui/chat_values.h"

namespace zipage::ui {

struct ContextUse {
  enum class Level { Calm, Amber, Red };

  qint64 promptTokens = 0;     // of the latest reply
  qint64 cachedTokens = 0;     // of the prompt, found in shared pages or on the disk
  qint64 storedTokens = 0;     // of them, those from the disk
  qint64 generatedTokens = 0;  // of the latest reply
  qint64 tokensLive = 0;       // entries held per layer and head, now
  int pagesHeld = 0;           // now
  int pageTokens = 0;
  int budgetTokens = 0;    // kept by a compression; 0: every token is kept
  qint64 limitTokens = 0;  // where something happens; 0: not known
  int contextLength = 0;   // tokens the model was made for; 0: not said
  bool isBounded = false;  // at the limit tokens are evicted and writing goes on

  /// Tokens that count against the limit: those that are live, or that the next question brings back.
  qint64 tokensUsed() const;
  /// Of the limit, 0 to 1.
  double share() const;
  /// Where a limit is a wall, amber at 80 % and red at 95 %. A budget is none, but the length that the model
  /// was made for is one for every chat.
  Level level() const;

  bool operator==(const ContextUse&) const = default;
};

/// `reply`: the latest one of the chat, or an empty one. `snapshot` may be null.
ContextUse contextUseOf(const CacheSnapshot* snapshot, OwnerId chat, const MessageItem& reply,
                        const GenerationSettings& settings, int contextLength);

/// Names and numbers, for people: "Prompt", "1,024 tokens".
QVector<std::pair<QString, QString>> contextRows(const ContextUse& use);
/// What happens at the limit.
QString contextForecast(const ContextUse& use);

}  // namespace zipage::ui
