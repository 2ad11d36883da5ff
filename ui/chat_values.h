// What the window shows and asks for, as plain values. The app fills them; the window never looks behind
// them.
#pragma once

#include <QDateTime>
#include <QMetaType>
#include <QString>
#include <QStringList>
#include <QVector>

#include "engine/cache/memory_policy.h"

namespace zipage::ui {

enum class Role { User, Assistant };
enum class ReplyState { Complete, Waiting, Reading, Thinking, Answering, Stopped, Interrupted, Failed };

struct ChatItem {
  qint64 id = 0;
  QString title;
  QDateTime updated;
  bool generating = false;
};

struct MessageItem {
  qint64 id = 0;
  Role role = Role::User;
  ReplyState state = ReplyState::Complete;
  QString text;       // Markdown
  QString reasoning;  // plain text; empty: none
  QString error;      // why state is Failed, or what else the reader must know
  qint64 reasoningMs = 0;
  qint64 reasoningTokens = 0;
  qint64 generatedTokens = 0;
  qint64 promptTokens = 0;
  qint64 firstTokenMs = 0;
  qint64 decodeMs = 0;
  qint64 compressions = 0;
  qint64 tokensEvicted = 0;
  qint64 peakPages = 0;
  qint64 cachedTokens = 0;    // of the prompt, found in shared pages
  qint64 computedTokens = 0;  // of the prompt, read by the model
};

/// How the next reply of a chat is made.
struct GenerationSettings {
  MemoryPolicy policy = MemoryPolicy::Auto;
  int budgetTokens = 512;
  int periodTokens = 128;
  bool thinking = true;
  int maxNewTokens = 4096;
  double temperature = 0.6;
  double topP = 0.95;
  double minP = 0.0;
  int topK = 20;
  double repetitionPenalty = 1.0;
  qint64 seed = -1;  // -1: another one each time
  QString systemPrompt;
  QStringList stopStrings;  // the answer ends before the first of them

  bool operator==(const GenerationSettings&) const = default;
};

/// Settings kept under a name.
struct Preset {
  QString name;
  GenerationSettings settings;
};

struct ModelInfo {
  enum class State { None, Loading, Ready, Failed, Asleep };  // Asleep: unloaded until the next question
  State state = State::None;
  QString name;
  QString path;           // empty: the embedded model
  QString description;    // "25 M parameters · BF16 · 2 threads, AVX-512"
  QString problem;        // why state is Failed
  int progress = -1;      // of Loading, in per cent; -1: not known
  QString device;         // "CPU, 2 threads, AVX-512"
  int contextLength = 0;  // tokens the model was made for; 0: not said
};

}  // namespace zipage::ui

Q_DECLARE_METATYPE(zipage::ui::MessageItem)
