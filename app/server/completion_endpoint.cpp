#include "app/server/completion_endpoint.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "app/server/chat_messages.h"
#include "app/server/token_endpoint.h"

namespace zipage {

namespace {

/// A request that is refused by the engine is refused by then, so that the answer can still be an error.
constexpr std::chrono::milliseconds kRefusalTime{1000};
/// What a submission was refused for; a full queue is the client's to wait for.
ApiError refusalOf(const Error& error) {
  ApiError answer = apiErrorOf(error);
  if (error.code != ErrorCode::OutOfMemory) return answer;
  answer.status = 429;
  answer.type = "rate_limit_error";
  answer.code = "queue_full";
  return answer;
}

void readChatRanking(JsonFields& fields, GenerationOptions& options) {
  const bool wantsAny = fields.boolean("logprobs").value_or(false);
  const auto top = fields.integer("top_logprobs", 0, kMostRankedTokens);
  if (top && !wantsAny) fields.refuse("top_logprobs", "top_logprobs needs logprobs");
  if (wantsAny) options.numTopLogProbs = static_cast<int>(top.value_or(0));
}

void readCompletionExtras(JsonFields& fields, GenerationOptions& options) {
  if (const auto top = fields.integer("logprobs", 0, kMostRankedTokens))
    options.numTopLogProbs = static_cast<int>(*top);
  if (fields.boolean("echo").value_or(false)) fields.refuse("echo", "echo is not supported");
  if (!fields.text("suffix").value_or("").empty()) fields.refuse("suffix", "suffix is not supported");
  fields.integer("best_of", 1, options.numChoices);  // none is better than those that are shown
}

/// A text, token ids, or an array of one of these. Who writes a raw prompt writes its control tokens too.
std::vector<TokenId> readPrompt(JsonFields& fields, const Tokenizer& tokenizer) {
  const Json* prompt = fields.find("prompt");
  if (prompt != nullptr && prompt->is_array() && prompt->size() == 1 && !prompt->front().is_number())
    prompt = &prompt->front();
  if (prompt != nullptr && prompt->is_string())
    return encodePrompt(tokenizer, {{prompt->get<std::string>(), true}});
  if (auto tokens = prompt == nullptr ? std::nullopt : tokensIn(*prompt, tokenizer)) return *tokens;
  fields.refuse("prompt", "prompt must be one text, or one array of token ids of this model");
  return {};
}

/// Writes a job's news as events; what it needs lives with it until the client has everything.
class ReplyStream {
 public:
  ReplyStream(std::shared_ptr<ReplyJob> job, ReplyHead head, bool includesUsage,
              std::shared_ptr<const ServedModel> model)
      : m_job(std::move(job)),
        m_head(std::move(head)),
        m_includesUsage(includesUsage),
        m_model(std::move(model)),
        m_numCalls(static_cast<std::size_t>(m_job->numChoices())) {}

  /// News that was taken before the stream began.
  void keep(std::vector<ChoiceNews> news) { m_kept = std::move(news); }

  bool operator()(EventWriter& writer) {
    if (!std::exchange(m_hasOpened, true) && !open(writer)) return false;
    bool isThere = true;
    const bool hadKept = !m_kept.empty();
    for (const ChoiceNews& news : hadKept ? std::exchange(m_kept, {}) : m_job->next(kGlance))
      isThere = isThere && write(writer, news);
    if (isThere && m_job->isOver()) return close(writer);
    return isThere;
  }

 private:
  bool open(EventWriter& writer) {
    bool isThere = true;
    for (int c = 0; c < m_job->numChoices() && m_head.kind == ReplyKind::Chat; ++c)
      isThere = isThere && writer.send(openingChunk(m_head, c));
    return isThere;
  }

  bool write(EventWriter& writer, const ChoiceNews& news) {
    int& numCalls = m_numCalls[static_cast<std::size_t>(news.choice)];
    if (!news.delta.isEmpty() && !writer.send(deltaChunk(m_head, news.choice, news.delta, numCalls)))
      return false;
    numCalls += static_cast<int>(news.delta.toolCalls.size());
    if (!news.isOver || m_job->problem()) return true;
    Json closing = closingChunk(m_head, news.choice, m_job->finishReason(news.choice));
    if (++m_numClosed == m_job->numChoices()) closing["timings"] = timingsOf(*m_job);
    return writer.send(closing);
  }

  /// The last word: nothing follows it.
  bool close(EventWriter& writer) {
    if (m_job->problem())
      writer.send(toJson(*m_job->problem()));
    else if (m_includesUsage)
      writer.send(usageChunk(m_head, *m_job));
    writer.sendDone();
    return false;
  }

  std::shared_ptr<ReplyJob> m_job;
  ReplyHead m_head;
  bool m_includesUsage;
  std::shared_ptr<const ServedModel> m_model;  // whose tokenizer the head points to
  std::vector<int> m_numCalls;                 // [choices]
  std::vector<ChoiceNews> m_kept;
  int m_numClosed = 0;
  bool m_hasOpened = false;
};

void answerWhole(Exchange& exchange, ReplyJob& job, const ReplyHead& head) {
  std::vector<ReplyDelta> replies(static_cast<std::size_t>(job.numChoices()));
  while (!job.isOver()) {
    if (!exchange.isClientThere()) return;
    for (ChoiceNews& news : job.next(kGlance))
      replies[static_cast<std::size_t>(news.choice)].append(std::move(news.delta));
  }
  if (job.problem()) return answer(exchange.response, *job.problem());
  Json choices = Json::array();
  for (int c = 0; c < job.numChoices(); ++c)
    choices.push_back(wholeChoice(head, c, replies[static_cast<std::size_t>(c)], job.finishReason(c)));
  answer(exchange, wholeReply(head, std::move(choices), job));
}

/// Begins to stream once it is known that the engine serves the request, or after a while.
void answerStreamed(Exchange& exchange, ReplyStream stream, ReplyJob& job) {
  const auto end = std::chrono::steady_clock::now() + kRefusalTime;
  std::vector<ChoiceNews> news;
  while (!job.hasStarted() && std::chrono::steady_clock::now() < end && exchange.isClientThere())
    news = job.next(kGlance);
  if (job.isOver() && job.problem()) return answer(exchange.response, *job.problem());
  stream.keep(std::move(news));
  answerWithEvents(exchange, std::move(stream));
}

}  // namespace

/// A request that can be submitted.
struct CompletionEndpoint::Asked {
  ReplyKind kind = ReplyKind::Chat;
  std::shared_ptr<ServedEngine> engine;
  std::shared_ptr<const ServedModel> model;
  GenerationOptions options;
  ReadyPrompt prompt;
  bool continues = false;  // a text that was begun
  std::vector<std::string> toolNames;
};

ApiResult<CompletionEndpoint::Asked> CompletionEndpoint::findModel(JsonFields& fields,
                                                                   const Question& isClientThere) const {
  const std::string name = fields.text("model").value_or("");
  if (fields.problem()) return tl::unexpected(*fields.problem());
  const auto engine = m_models.find(name);
  if (!engine) return tl::unexpected(engine.error());
  Asked asked;
  asked.engine = *engine;
  asked.model = (*engine)->waitForModel(m_options.wakeTime, isClientThere);
  if (asked.model == nullptr) return tl::unexpected(noModelLoaded());
  return asked;
}

ApiResult<CompletionEndpoint::Asked> CompletionEndpoint::readChatRequest(
    const Json& body, const Question& isClientThere) const {
  JsonFields fields(body);
  auto chat = readChat(body);
  if (!chat) return tl::unexpected(chat.error());
  GenerationOptions options = readGeneration(fields, m_options.defaults, m_options.generation);
  readChatRanking(fields, options);
  auto asked = findModel(fields, isClientThere);
  if (!asked) return asked;
  auto prompt = asked->model->prompts->render(chat->turns, chat->begun,
                                              {options.enableThinking, std::move(chat->tools)});
  if (!prompt) return tl::unexpected(apiErrorOf(prompt.error()));
  asked->options = std::move(options);
  asked->prompt = std::move(*prompt);
  asked->continues = !chat->begun.isEmpty();
  asked->toolNames = std::move(chat->toolNames);
  return asked;
}

ApiResult<CompletionEndpoint::Asked> CompletionEndpoint::readCompletionRequest(
    const Json& body, const Question& isClientThere) const {
  JsonFields fields(body);
  GenerationOptions options = readGeneration(fields, m_options.defaults, m_options.generation);
  readCompletionExtras(fields, options);
  auto asked = findModel(fields, isClientThere);
  if (!asked) return asked;
  asked->kind = ReplyKind::Completion;
  asked->continues = true;
  asked->prompt.tokens = readPrompt(fields, *asked->model->bundle->tokenizer);
  if (fields.problem()) return tl::unexpected(*fields.problem());
  asked->options = std::move(options);
  return asked;
}

ApiResult<std::shared_ptr<ReplyJob>> CompletionEndpoint::begin(Asked& asked) const {
  const ModelBundle& bundle = *asked.model->bundle;
  auto request = makeRequest(asked.options.settings, bundle, asked.model->limits,
                             std::move(asked.prompt.tokens), asked.prompt.startsInsideReasoning);
  if (!request) return tl::unexpected(apiErrorOf(request.error()));
  request->numTopLogProbs = asked.options.numTopLogProbs;
  auto open = asked.engine->submit(std::move(*request), asked.options.numChoices, m_options.maxOpenRequests);
  if (!open) return tl::unexpected(refusalOf(open.error()));
  ReplyForm form{bundle.tokenizer, {"", ""}, false, asked.continues, asked.options.stops, asked.toolNames};
  if (asked.kind == ReplyKind::Chat) {
    form.marks = bundle.reasoningMarks;
    form.startsInsideReasoning = asked.prompt.startsInsideReasoning;
  }
  return std::make_shared<ReplyJob>(asked.engine, std::move(*open), form, m_options.longestReply);
}

void CompletionEndpoint::serve(Exchange& exchange, ApiResult<Asked> asked) const {
  if (!asked) return answer(exchange.response, asked.error());
  const auto job = begin(*asked);
  if (!job) return answer(exchange.response, job.error());
  const bool isChat = asked->kind == ReplyKind::Chat;
  const ReplyHead head{asked->kind,
                       randomId(isChat ? "chatcmpl-" : "cmpl-"),
                       static_cast<std::int64_t>(std::time(nullptr)),
                       asked->engine->id(),
                       asked->model->bundle->tokenizer.get(),
                       asked->options.numTopLogProbs >= 0};
  if (!asked->options.streams) return answerWhole(exchange, **job, head);
  answerStreamed(exchange, ReplyStream(*job, head, asked->options.includesUsage, asked->model), **job);
}

void CompletionEndpoint::answerChat(Exchange& exchange) const {
  const auto body = parseBody(exchange.body);
  serve(exchange, body ? readChatRequest(*body, exchange.isClientThere) : tl::unexpected(body.error()));
}

void CompletionEndpoint::answerCompletion(Exchange& exchange) const {
  const auto body = parseBody(exchange.body);
  serve(exchange, body ? readCompletionRequest(*body, exchange.isClientThere) : tl::unexpected(body.error()));
}

}  // namespace zipage
