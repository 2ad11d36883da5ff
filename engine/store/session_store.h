// Chats and messages in SQLite, read and written on one connection. Synchronous; one thread. StoreThread puts
// the writes on a thread of their own.
//
// Messages form a tree (`parent`), so that later versions of a question or an answer stand beside the first
// and nothing is ever erased. A message is written when it begins and updated as it grows: after a kill, what
// was written last is there, in state Streaming, and open() turns that into Interrupted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace zipage {

using ChatId = StrongId<struct ChatTag>;
using MessageId = StrongId<struct MessageTag>;

enum class MessageRole : std::uint8_t { System, User, Assistant };
enum class MessageState : std::uint8_t { Complete, Streaming, Stopped, Interrupted, Failed };

/// What producing a reply took; zero where not known.
struct ReplyFigures {
  std::int64_t promptTokens = 0;
  std::int64_t generatedTokens = 0;
  std::int64_t reasoningTokens = 0;
  std::int64_t reasoningMs = 0;
  std::int64_t firstTokenMs = 0;
  std::int64_t decodeMs = 0;
  std::int64_t peakPages = 0;
  std::int64_t compressions = 0;
  std::int64_t tokensEvicted = 0;
  std::int64_t cachedTokens = 0;      // of the prompt, found in shared pages or on the disk
  std::int64_t computedTokens = 0;    // of the prompt, read by the model
  std::int64_t storedTokens = 0;      // of the prompt, found on the disk
  std::int64_t storageMs = 0;         // that bringing them in took
  std::int64_t reasoningBeganMs = 0;  // since 1970, UTC
  std::int64_t reasoningEndedMs = 0;  // likewise; while it thinks, when it last did
};

/// A text file that goes with a message.
struct Attachment {
  std::string name;
  std::string text;
  bool operator==(const Attachment&) const = default;
};

struct MessageRecord {
  MessageId id;  // chosen by the caller, counting up from nextId()
  ChatId chat;
  MessageId parent;  // none for the first message of a chat
  MessageRole role = MessageRole::User;
  MessageState state = MessageState::Complete;
  std::string text;
  std::string reasoning;
  std::string error;           // why state is Failed
  std::int64_t createdMs = 0;  // since 1970, UTC
  ReplyFigures figures;
  std::string model;  // that wrote it, by name
  std::vector<Attachment> attachments;
};

/// What is written but not sent.
struct Draft {
  std::string text;
  std::vector<Attachment> attachments;
  bool operator==(const Draft&) const = default;
};

struct ChatRecord {
  ChatId id;
  std::string title;
  std::int64_t createdMs = 0;
  std::int64_t updatedMs = 0;
  Draft draft;
  std::string settings;  // JSON object, opaque to the store
  bool isPinned = false;
  MessageId tip;  // the last message of the branch that was shown; none: nobody has chosen
};

struct TrashedChat {
  ChatRecord chat;
  std::int64_t deletedMs = 0;  // since 1970, UTC
};

/// Where a chat holds what was searched for.
struct SearchHit {
  enum class Part : std::uint8_t { Title, Text, Reasoning, File };

  ChatId chat;
  MessageId message;  // the newest that matches; none: the title does
  Part part = Part::Title;
  std::string snippet;  // some words around the match; each match between kMatchBegin and kMatchEnd

  static constexpr char kMatchBegin = '\x02';
  static constexpr char kMatchEnd = '\x03';
};

class SessionStore {
 public:
  /// Opens or creates the database: WAL, foreign keys, integrity check, migrations with a backup before any,
  /// file mode 0600, folder 0700. Fails with a message when the folder cannot be written, the file is not
  /// ours, damaged, or made by a newer version of the program; the file is then left as it was. Several
  /// stores may have one database open; messages in state Streaming become Interrupted only when no other
  /// store has it open, for that one may be writing them.
  static Result<std::unique_ptr<SessionStore>> open(const std::filesystem::path& databaseFile);
  /// A second connection to the same database, which only reads, for a thread of its own. Independent of this
  /// one.
  Result<std::unique_ptr<SessionStore>> openReader() const;
  ~SessionStore();
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  Result<std::vector<ChatRecord>> chats() const;          // latest first
  Result<std::vector<TrashedChat>> trashedChats() const;  // what was deleted last comes first
  /// Of every chat, those in the trash too.
  Result<std::vector<ChatId>> chatIds() const;
  /// In order of creation; without those in the trash.
  Result<std::vector<MessageRecord>> messages(ChatId chat) const;
  /// Chats, latest first and each once, in which the title or one message (text, reasoning and attached files
  /// together) holds every word of `query`, each as the beginning of a word; case and accents do not matter.
  /// Messages that are being written are not found yet, what is in the trash never. No words: no chats.
  Result<std::vector<SearchHit>> search(std::string_view query) const;
  /// Of a chat that is not there yet.
  Result<Draft> newChatDraft() const;
  /// Larger than every id stored before this store was opened and every id this store has saved. Ids from
  /// here on, a million of them, are handed out by no other open store.
  Result<std::uint64_t> nextId() const;

  // Both insert or update, and repair text that is not valid UTF-8 or holds NUL with U+FFFD. A message needs
  // its chat, and stays with it: Database when its id belongs to a message of another chat.
  Result<void> saveChat(const ChatRecord& chat);
  Result<void> saveMessage(const MessageRecord& message);
  Result<void> saveNewChatDraft(const Draft& draft);
  // NotFound when there is no such chat.
  Result<void> deleteChat(ChatId chat);  // to the trash: kept until emptyTrash()
  Result<void> restoreChat(ChatId chat);
  // Likewise for messages; ids that do not exist are ignored.
  Result<void> deleteMessages(const std::vector<MessageId>& messages);
  Result<void> restoreMessages(const std::vector<MessageId>& messages);
  /// Erases what was deleted before this time, in milliseconds since 1970, UTC.
  Result<void> emptyTrash(std::int64_t deletedBeforeMs = std::numeric_limits<std::int64_t>::max());

  /// Several writes in one transaction. A commit() that fails keeps none of them, as rollBack() does; after a
  /// write that fails, rollBack() is what is left to do.
  Result<void> begin();
  Result<void> commit();
  void rollBack();

 private:
  struct State;
  explicit SessionStore(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
