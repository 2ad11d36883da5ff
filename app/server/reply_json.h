// Replies in the words of the OpenAI API, whole and in chunks. `timings` follows llama.cpp's server, with
// what the KV cache did added to it.
#pragma once

#include <string>

#include "app/server/reply_job.h"

namespace zipage {

/// Which of the two endpoints speaks.
enum class ReplyKind { Chat, Completion };

/// What stands on every object of one reply.
struct ReplyHead {
  ReplyKind kind = ReplyKind::Chat;
  std::string id;
  std::int64_t createdAt = 0;  // Unix time in seconds
  std::string model;
  const Tokenizer* tokenizer = nullptr;  // for the texts of ranked tokens
  bool ranks = false;                    // somebody asked for log probabilities
};

/// 24 letters and digits after `prefix`.
std::string randomId(const std::string& prefix);

/// The chunk that opens a choice of a chat.
Json openingChunk(const ReplyHead& head, int choice);
/// `firstCall`: how many calls the choice has made before.
Json deltaChunk(const ReplyHead& head, int choice, const ReplyDelta& delta, int firstCall);
Json closingChunk(const ReplyHead& head, int choice, const char* finishReason);
/// The last chunk, of no choice: what all of them used. Of a job that is over.
Json usageChunk(const ReplyHead& head, const ReplyJob& job);
/// Of a job that is over; part of its last closing chunk.
Json timingsOf(const ReplyJob& job);

/// The choice as a whole reply has it.
Json wholeChoice(const ReplyHead& head, int choice, const ReplyDelta& reply, const char* finishReason);
Json wholeReply(const ReplyHead& head, Json choices, const ReplyJob& job);

}  // namespace zipage
