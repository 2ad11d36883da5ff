// What the window shows and asks for, as plain values. The app fills them; the window never looks behind
// them.
#pragma once

#include <QDateTime>
#include <QMetaType>
#include <QPoint>
#include <QString>
#include <QStringList>
#include <QVector>

#include "engine/cache/memory_policy.h"

namespace zipage::ui {

enum class Role { User, Assistant };
enum class ReplyState { Complete, Waiting, Reading, Thinking, Answering, Stopped, Interrupted, Failed };

/// Whether a reply in this state is being made.
inline bool isRunning(ReplyState state) {
  return state == ReplyState::Waiting || state == ReplyState::Reading || state == ReplyState::Thinking ||
         state == ReplyState::Answering;
}

/// What a chat does, or how its last reply ended.
enum class ChatState { Idle, Waiting, Thinking, Answering, Failed, Interrupted };

struct ChatItem {
  qint64 id = 0;
  QString title;
  QDateTime updated;
  ChatState state = ChatState::Idle;
  bool isPinned = false;
  bool hasReasoning = false;
  QStringList models;  // that wrote in it
};

/// A chat that was deleted and can still be brought back.
struct TrashItem {
  qint64 id = 0;
  QString title;
  QDateTime deleted;
  QDateTime erased;  // when it will be gone for good
};

/// Where a chat holds what was searched for.
struct ChatHit {
  enum class Part { Title, Question, Answer, Reasoning, File };
  qint64 chatId = 0;
  qint64 messageId = 0;  // 0: the title
  Part part = Part::Title;
  QString snippet;          // words around the match, plain text
  QVector<QPoint> matches;  // places of the matches in the snippet: first character, length
};

/// A text file that goes with a message.
struct AttachmentItem {
  QString name;
  QString text;
  bool operator==(const AttachmentItem&) const = default;
};

struct MessageItem {
  qint64 id = 0;
  Role role = Role::User;
  ReplyState state = ReplyState::Complete;
  QString text;       // Markdown
  QString reasoning;  // plain text; empty: none
  QString error;      // why state is Failed, or what else the reader must know
  QVector<AttachmentItem> attachments;
  int version = 1;  // its place among the versions that stand beside it, oldest first
  int numVersions = 1;
  QString vote;  // what the versions agree on, in words; empty: nothing to tell
  qint64 reasoningMs = 0;
  qint64 reasoningTokens = 0;
  qint64 generatedTokens = 0;
  qint64 promptTokens = 0;
  qint64 firstTokenMs = 0;
  qint64 decodeMs = 0;
  qint64 compressions = 0;
  qint64 tokensEvicted = 0;
  qint64 peakPages = 0;
  qint64 cachedTokens = 0;    // of the prompt, found in shared pages or on the disk
  qint64 storedTokens = 0;    // of them, those from the disk
  qint64 storageMs = 0;       // that bringing them in took
  qint64 computedTokens = 0;  // of the prompt, read by the model
  QString model;              // that wrote it
};

/// What a message can be asked to become.
enum class MessageCommand { Regenerate, PreviousVersion, NextVersion, Continue, AnswerNow, Delete };
enum class ChatCommand { Pin, Unpin, Duplicate, Delete };
enum class ExportFormat { Json, Markdown };

/// How the next reply of a chat is made.
struct GenerationSettings {
  MemoryPolicy policy = MemoryPolicy::Auto;
  int budgetTokens = 512;
  int periodTokens = 128;
  bool thinking = true;
  int thinkingTokens = 0;  // after so many the thinking is ended; 0: it takes as many as it likes
  int numAnswers = 1;      // to one question, as versions beside each other
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
  QString device = {};    // "CPU, 2 threads, AVX-512"
  int contextLength = 0;  // tokens the model was made for; 0: not said
  bool isRemote = false;  // it runs elsewhere, and its pages cannot be seen
};

}  // namespace zipage::ui

Q_DECLARE_METATYPE(zipage::ui::MessageItem)
