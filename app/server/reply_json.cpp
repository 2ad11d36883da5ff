#include "app/server/reply_json.h"

#include <algorithm>
#include <random>

namespace zipage {

namespace {

const char* objectName(ReplyKind kind, bool isChunk) {
  if (kind == ReplyKind::Completion) return "text_completion";
  return isChunk ? "chat.completion.chunk" : "chat.completion";
}

Json headOf(const ReplyHead& head, bool isChunk) {
  return {{"id", head.id},
          {"object", objectName(head.kind, isChunk)},
          {"created", head.createdAt},
          {"model", head.model}};
}

Json chunk(const ReplyHead& head, Json choice) {
  Json json = headOf(head, true);
  json["choices"] = choice.is_null() ? Json::array() : Json::array({std::move(choice)});
  return json;
}

Json bytesOf(const std::string& text) {
  Json bytes = Json::array();
  for (const char c : text) bytes.push_back(static_cast<unsigned char>(c));
  return bytes;
}

Json rankedToken(const Tokenizer& tokenizer, TokenId token, float logProbability) {
  const std::string text = tokenizer.pieceBytes(token, true);
  return {{"token", text}, {"logprob", logProbability}, {"bytes", bytesOf(text)}};
}

Json chatLogProbs(const Tokenizer& tokenizer, const std::vector<RankedToken>& tokens) {
  Json content = Json::array();
  for (const RankedToken& ranked : tokens) {
    Json token = rankedToken(tokenizer, ranked.token, ranked.logProbs.logProbability);
    token["top_logprobs"] = Json::array();
    for (const TokenProbability& other : ranked.logProbs.top)
      token["top_logprobs"].push_back(rankedToken(tokenizer, other.token, other.logProbability));
    content.push_back(std::move(token));
  }
  return {{"content", std::move(content)}};
}

/// The older form, of /v1/completions.
Json completionLogProbs(const Tokenizer& tokenizer, const std::vector<RankedToken>& tokens) {
  Json json = {{"tokens", Json::array()}, {"token_logprobs", Json::array()}, {"top_logprobs", Json::array()}};
  for (const RankedToken& ranked : tokens) {
    json["tokens"].push_back(tokenizer.pieceBytes(ranked.token, true));
    json["token_logprobs"].push_back(ranked.logProbs.logProbability);
    Json top = Json::object();
    for (const TokenProbability& other : ranked.logProbs.top)
      top[tokenizer.pieceBytes(other.token, true)] = other.logProbability;
    json["top_logprobs"].push_back(std::move(top));
  }
  return json;
}

Json logProbsOf(const ReplyHead& head, const std::vector<RankedToken>& tokens) {
  if (!head.ranks) return nullptr;
  return head.kind == ReplyKind::Chat ? chatLogProbs(*head.tokenizer, tokens)
                                      : completionLogProbs(*head.tokenizer, tokens);
}

Json callsOf(const std::vector<ToolCall>& calls, int first, bool isChunk) {
  Json json = Json::array();
  for (std::size_t c = 0; c < calls.size(); ++c) {
    Json call = {{"id", randomId("call_")},
                 {"type", "function"},
                 {"function", {{"name", calls[c].name}, {"arguments", calls[c].arguments}}}};
    if (isChunk) call["index"] = first + static_cast<int>(c);
    json.push_back(std::move(call));
  }
  return json;
}

double milliseconds(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

double perSecond(double count, double ms) { return count > 0.0 && ms > 0.0 ? 1000.0 * count / ms : 0.0; }

/// The prompt is read once for all choices, so it counts once.
Json usageOf(const ReplyJob& job) {
  const RequestFinished& first = job.figures(0);
  int completion = 0;
  for (int c = 0; c < job.numChoices(); ++c) completion += job.figures(c).generatedTokens;
  return {{"prompt_tokens", first.promptTokens},
          {"completion_tokens", completion},
          {"total_tokens", first.promptTokens + completion},
          {"prompt_tokens_details", {{"cached_tokens", first.cachedTokens}}},
          {"completion_tokens_details", {{"reasoning_tokens", job.reasoningTokens()}}}};
}

}  // namespace

std::string randomId(const std::string& prefix) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr int kLength = 24;
  thread_local std::mt19937_64 generator{std::random_device{}()};
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string id = prefix;
  for (int i = 0; i < kLength; ++i) id += kLetters[letter(generator)];
  return id;
}

/// Times are the first choice's, the rest is summed over all.
Json timingsOf(const ReplyJob& job) {
  const RequestFinished& first = job.figures(0);
  std::int64_t evicted = 0;
  int compressions = 0;
  int peakPages = 0;
  for (int c = 0; c < job.numChoices(); ++c) {
    evicted += job.figures(c).tokensEvicted;
    compressions += job.figures(c).compressions;
    peakPages = std::max(peakPages, job.figures(c).peakPages);
  }
  const double promptMs = milliseconds(first.timeToFirstToken);
  const double predictedMs = milliseconds(first.decodeTime);
  return {{"cache_n", first.cachedTokens},
          {"prompt_n", first.computedTokens},
          {"prompt_ms", promptMs},
          {"prompt_per_second", perSecond(first.computedTokens, promptMs)},
          {"predicted_n", first.generatedTokens},
          {"predicted_ms", predictedMs},
          {"predicted_per_second", perSecond(first.generatedTokens - 1, predictedMs)},
          {"kv_compressions", compressions},
          {"kv_tokens_evicted", evicted},
          {"kv_peak_pages", peakPages}};
}

Json openingChunk(const ReplyHead& head, int choice) {
  return chunk(head, {{"index", choice},
                      {"delta", {{"role", "assistant"}, {"content", ""}}},
                      {"logprobs", nullptr},
                      {"finish_reason", nullptr}});
}

Json deltaChunk(const ReplyHead& head, int choice, const ReplyDelta& delta, int firstCall) {
  Json json = {{"index", choice}};
  if (head.kind == ReplyKind::Completion) {
    json["text"] = delta.answer;
  } else {
    json["delta"] = Json::object();
    if (!delta.reasoning.empty()) json["delta"]["reasoning_content"] = delta.reasoning;
    if (!delta.answer.empty()) json["delta"]["content"] = delta.answer;
    if (!delta.toolCalls.empty()) json["delta"]["tool_calls"] = callsOf(delta.toolCalls, firstCall, true);
  }
  json["logprobs"] = delta.rankedTokens.empty() ? Json() : logProbsOf(head, delta.rankedTokens);
  json["finish_reason"] = nullptr;
  return chunk(head, std::move(json));
}

Json closingChunk(const ReplyHead& head, int choice, const char* finishReason) {
  Json json = {{"index", choice}};
  if (head.kind == ReplyKind::Completion)
    json["text"] = "";
  else
    json["delta"] = Json::object();
  json["logprobs"] = nullptr;
  json["finish_reason"] = finishReason;
  return chunk(head, std::move(json));
}

Json usageChunk(const ReplyHead& head, const ReplyJob& job) {
  Json json = chunk(head, nullptr);
  json["usage"] = usageOf(job);
  return json;
}

Json wholeChoice(const ReplyHead& head, int choice, const ReplyDelta& reply, const char* finishReason) {
  Json json = {{"index", choice}};
  if (head.kind == ReplyKind::Completion) {
    json["text"] = reply.answer;
  } else {
    const bool onlyCalls = reply.answer.empty() && !reply.toolCalls.empty();
    Json message = {{"role", "assistant"}, {"content", onlyCalls ? Json() : Json(reply.answer)}};
    if (!reply.reasoning.empty()) message["reasoning_content"] = reply.reasoning;
    if (!reply.toolCalls.empty()) message["tool_calls"] = callsOf(reply.toolCalls, 0, false);
    json["message"] = std::move(message);
  }
  json["logprobs"] = logProbsOf(head, reply.rankedTokens);
  json["finish_reason"] = finishReason;
  return json;
}

Json wholeReply(const ReplyHead& head, Json choices, const ReplyJob& job) {
  Json json = headOf(head, false);
  json["choices"] = std::move(choices);
  json["usage"] = usageOf(job);
  json["timings"] = timingsOf(job);
  return json;
}

}  // namespace zipage
