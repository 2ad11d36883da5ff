// /v1/chat/completions and /v1/completions.
#pragma once

#include "app/server/exchange.h"
#include "app/server/reply_json.h"
#include "app/server/served_models.h"
#include "app/server/server_options.h"

namespace zipage {

class CompletionEndpoint {
 public:
  /// Both outlive the endpoint.
  CompletionEndpoint(const ServedModels& models, const ServerOptions& options)
      : m_models(models), m_options(options) {}

  void answerChat(Exchange& exchange) const;
  void answerCompletion(Exchange& exchange) const;

 private:
  struct Asked;

  using Question = std::function<bool()>;  // whether the client is there

  ApiResult<Asked> readChatRequest(const Json& body, const Question& isClientThere) const;
  ApiResult<Asked> readCompletionRequest(const Json& body, const Question& isClientThere) const;
  ApiResult<Asked> findModel(JsonFields& fields, const Question& isClientThere) const;
  void serve(Exchange& exchange, ApiResult<Asked> asked) const;
  ApiResult<std::shared_ptr<ReplyJob>> begin(Asked& asked) const;

  const ServedModels& m_models;
  const ServerOptions& m_options;
};

}  // namespace zipage
