#include "engine/store/message_row.h"

#include <optional>
#include <string>

#include "engine/store/attachment_json.h"
#include "engine/store/storable_text.h"

namespace zipage {

const char* const kSelectMessagesSql =
    "SELECT id, chat, parent, role, state, created_ms, prompt_tokens, generated_tokens, reasoning_tokens, "
    "reasoning_ms,"
    " first_token_ms, decode_ms, peak_pages, compressions, tokens_evicted, error, text, reasoning,"
    " cached_tokens, computed_tokens, model, attachments, stored_tokens, storage_ms, reasoning_began_ms,"
    " reasoning_ended_ms"
    " FROM messages WHERE chat = ?1 AND deleted_ms IS NULL ORDER BY id";

namespace {

constexpr std::string_view kUpsertSql =
    "INSERT INTO messages (id, chat, parent, role, state, created_ms, prompt_tokens, generated_tokens,"
    " reasoning_tokens, reasoning_ms, first_token_ms, decode_ms, peak_pages, compressions, tokens_evicted, "
    "error, text,"
    " reasoning, cached_tokens, computed_tokens, model, attachments, stored_tokens, storage_ms, "
    "reasoning_began_ms,"
    " reasoning_ended_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
    "?21, ?22, ?23, ?24, ?25, ?26)"
    " ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, role = excluded.role, state = excluded.state,"
    " created_ms = excluded.created_ms, prompt_tokens = excluded.prompt_tokens,"
    " generated_tokens = excluded.generated_tokens, reasoning_tokens = excluded.reasoning_tokens,"
    " reasoning_ms = excluded.reasoning_ms, first_token_ms = excluded.first_token_ms, decode_ms = "
    "excluded.decode_ms,"
    " peak_pages = excluded.peak_pages, compressions = excluded.compressions,"
    " tokens_evicted = excluded.tokens_evicted, error = excluded.error, text = excluded.text,"
    " reasoning = excluded.reasoning, cached_tokens = excluded.cached_tokens,"
    " computed_tokens = excluded.computed_tokens, model = excluded.model, attachments = excluded.attachments,"
    " stored_tokens = excluded.stored_tokens, storage_ms = excluded.storage_ms,"
    " reasoning_began_ms = excluded.reasoning_began_ms, reasoning_ended_ms = excluded.reasoning_ended_ms"
    " WHERE chat = excluded.chat";

ReplyFigures readFigures(const Statement& row) {
  return {.promptTokens = row.integer(6),
          .generatedTokens = row.integer(7),
          .reasoningTokens = row.integer(8),
          .reasoningMs = row.integer(9),
          .firstTokenMs = row.integer(10),
          .decodeMs = row.integer(11),
          .peakPages = row.integer(12),
          .compressions = row.integer(13),
          .tokensEvicted = row.integer(14),
          .cachedTokens = row.integer(18),
          .computedTokens = row.integer(19),
          .storedTokens = row.integer(22),
          .storageMs = row.integer(23),
          .reasoningBeganMs = row.integer(24),
          .reasoningEndedMs = row.integer(25)};
}

bool isUpTo(std::int64_t value, auto last) { return value >= 0 && value <= static_cast<std::int64_t>(last); }

std::optional<std::int64_t> parentOf(const MessageRecord& message) {
  if (!message.parent) return std::nullopt;
  return static_cast<std::int64_t>(message.parent.value);
}

Result<void> upsert(Database& database, const MessageRecord& message) {
  const ReplyFigures& figures = message.figures;
  const std::string error = storableText(message.error);
  const std::string text = storableText(message.text);
  const std::string reasoning = storableText(message.reasoning);
  const std::string model = storableText(message.model);
  const std::string attachments = attachmentsToJson(message.attachments);
  return database.run(
      kUpsertSql, static_cast<std::int64_t>(message.id.value), static_cast<std::int64_t>(message.chat.value),
      parentOf(message), static_cast<std::int64_t>(message.role), static_cast<std::int64_t>(message.state),
      message.createdMs, figures.promptTokens, figures.generatedTokens, figures.reasoningTokens,
      figures.reasoningMs, figures.firstTokenMs, figures.decodeMs, figures.peakPages, figures.compressions,
      figures.tokensEvicted, std::string_view(error), std::string_view(text), std::string_view(reasoning),
      figures.cachedTokens, figures.computedTokens, std::string_view(model), std::string_view(attachments),
      figures.storedTokens, figures.storageMs, figures.reasoningBeganMs, figures.reasoningEndedMs);
}

}  // namespace

Result<MessageRecord> readMessage(const Statement& row) {
  MessageRecord message;
  message.id.value = static_cast<std::uint64_t>(row.integer(0));
  message.chat.value = static_cast<std::uint64_t>(row.integer(1));
  message.parent.value = static_cast<std::uint64_t>(row.integer(2));
  if (!isUpTo(row.integer(3), MessageRole::Assistant) || !isUpTo(row.integer(4), MessageState::Failed)) {
    return failure(ErrorCode::InvalidFile,
                   "message " + std::to_string(message.id.value) + " has an unknown role or state");
  }
  message.role = static_cast<MessageRole>(row.integer(3));
  message.state = static_cast<MessageState>(row.integer(4));
  message.createdMs = row.integer(5);
  message.figures = readFigures(row);
  message.error = row.text(15);
  message.text = row.text(16);
  message.reasoning = row.text(17);
  message.model = row.text(20);
  message.attachments = attachmentsFromJson(row.text(21));
  return message;
}

Result<void> writeMessage(Database& database, const MessageRecord& message) {
  const std::string name =
      "message " + std::to_string(message.id.value) + " of chat " + std::to_string(message.chat.value);
  Result<void> written = upsert(database, message);
  if (written && database.numChanged() == 0) {
    return failure(ErrorCode::Database, name + " was not saved: another chat has a message with this id");
  }
  // A full disk is told in the same words for every message; only what is wrong with this one names it.
  return written.map_error([&](Error error) {
    if (error.code == ErrorCode::Database) error.message = name + " was not saved: " + error.message;
    return error;
  });
}

}  // namespace zipage
