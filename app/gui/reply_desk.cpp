#include "app/gui/reply_desk.h"

#include <algorithm>

#include "app/common/request_of.h"

namespace zipage {

ReplyDesk::ReplyDesk(EngineHost& host, QObject* parent) : QObject(parent), m_host(host) {
  connect(&m_host, &EngineHost::promptPrepared, this, &ReplyDesk::onPrompt);
  connect(&m_host, &EngineHost::eventHappened, this, &ReplyDesk::onEvent);
  connect(&m_host, &EngineHost::engineClosing, this,
          [this] { endAll(tr("Another model took over.").toStdString()); });
}

void ReplyDesk::start(const std::vector<MessageRecord>& records, PromptJob job, RequestSettings settings,
                      std::vector<std::string> stopStrings) {
  if (m_host.isRemote()) {
    RemoteQuestion question{
        {}, std::move(job.turns), std::move(job.begun), job.enableThinking, std::move(settings), stopStrings};
    for (const MessageRecord& record : records) {
      m_replies.emplace(record.id.value, Reply(record));
      ask(record.id, question, stopStrings);
      ++question.settings.seed;  // as samples of one prompt are drawn here
    }
    return;
  }
  Batch batch;
  batch.stopStrings = std::move(stopStrings);
  batch.settings = std::move(settings);
  for (const MessageRecord& record : records) {
    batch.messages.push_back(record.id);
    m_replies.emplace(record.id.value, Reply(record));
  }
  job.ticket = records.front().id.value;
  m_batches[job.ticket] = std::move(batch);
  m_host.prepare(std::move(job));
}

void ReplyDesk::ask(MessageId message, const RemoteQuestion& question,
                    const std::vector<std::string>& stops) {
  m_replies.at(message.value).beginRemote(knownReasoningMarks().front(), stops);
  RemoteReply* reply = m_host.ask(question, this);
  m_remote[message.value] = reply;
  connect(reply, &RemoteReply::grew, this, [this, message](const QString& reasoning, const QString& answer) {
    onRemoteText(message, reasoning, answer);
  });
  connect(reply, &RemoteReply::ended, this,
          [this, message](const RemoteOutcome& outcome) { onRemoteEnd(message, outcome); });
}

void ReplyDesk::onRemoteText(MessageId message, const QString& reasoning, const QString& answer) {
  const auto found = m_replies.find(message.value);
  if (found == m_replies.end()) return;
  Reply& reply = found->second;
  const ui::ReplyState before = reply.phase();
  grow(reply, reply.addRemote(reasoning, answer));
  if (reply.phase() != before) Q_EMIT changed(reply);
}

void ReplyDesk::onRemoteEnd(MessageId message, const RemoteOutcome& outcome) {
  m_remote.erase(message.value);
  const auto found = m_replies.find(message.value);
  if (found == m_replies.end()) return;
  grow(found->second, found->second.finishRemote(outcome));
  end(found->second);
}

const Reply* ReplyDesk::find(MessageId message) const {
  const auto found = m_replies.find(message.value);
  return found == m_replies.end() ? nullptr : &found->second;
}

std::vector<const Reply*> ReplyDesk::repliesIn(ChatId chat) const {
  std::vector<const Reply*> replies;
  for (const auto& [id, reply] : m_replies) {
    if (reply.record().chat == chat) replies.push_back(&reply);
  }
  return replies;
}

Reply* ReplyDesk::replyOf(RequestId request) {
  if (!request) return nullptr;  // it is about nobody, and replies that wait have no request either
  const auto found = std::find_if(m_replies.begin(), m_replies.end(),
                                  [&](const auto& entry) { return entry.second.request() == request; });
  return found == m_replies.end() ? nullptr : &found->second;
}

void ReplyDesk::endThinking(ChatId chat) {
  for (auto& [id, reply] : m_replies) {
    if (reply.record().chat != chat) continue;
    if (m_remote.contains(id)) {
      Q_EMIT noticed(tr("An engine elsewhere cannot be told to answer now. The reply can be stopped."));
      continue;
    }
    reply.wantAnswer();
    if (reply.request()) m_host.endReasoning(reply.request());
  }
}

void ReplyDesk::stop(MessageId message) { stop(message, {}); }

void ReplyDesk::stop(MessageId message, const std::string& reason) {
  const auto found = m_replies.find(message.value);
  if (found == m_replies.end()) return;
  Reply& reply = found->second;
  if (reply.request()) m_host.cancel(reply.request());
  if (const auto remote = m_remote.extract(message.value); !remote.empty() && remote.mapped() != nullptr)
    remote.mapped()->abandon();
  grow(reply, reply.abandon(MessageState::Stopped, reason));
  end(reply);
}

void ReplyDesk::stopAll(ChatId chat) {
  for (const Reply* reply : repliesIn(chat)) stop(reply->record().id);
}

void ReplyDesk::stopAll() { endAll({}); }

void ReplyDesk::endAll(const std::string& reason) {
  std::vector<MessageId> messages;
  for (const auto& [id, reply] : m_replies) messages.push_back(MessageId{id});
  for (const MessageId message : messages) stop(message, reason);
}

void ReplyDesk::onPrompt(const PreparedPrompt& prompt) {
  const auto found = m_batches.find(prompt.ticket);
  if (found == m_batches.end()) return;
  Batch batch = std::move(found->second);
  m_batches.erase(found);
  // Some may have been stopped while the prompt was made.
  std::erase_if(batch.messages, [this](MessageId message) { return find(message) == nullptr; });
  if (batch.messages.empty()) return;
  for (const QString& notice : prompt.notices) Q_EMIT noticed(notice);
  if (!prompt.problem.isEmpty()) return refuse(batch, prompt.problem.toStdString());
  if (!m_host.isReady()) return refuse(batch, tr("The model was closed.").toStdString());
  submit(batch, prompt);
}

void ReplyDesk::submit(const Batch& batch, const PreparedPrompt& prompt) {
  const ModelBundle& model = m_host.session().model();
  auto request = makeRequest(batch.settings, model, m_host.session().limits(), prompt.tokens,
                             prompt.startsInsideReasoning);
  if (!request) return refuse(batch, request.error().message);
  request->owner = OwnerId{m_replies.at(batch.messages.front().value).record().chat.value};
  const std::vector<RequestId> requests =
      m_host.submit(std::move(*request), static_cast<int>(batch.messages.size()));
  for (std::size_t sample = 0; sample < requests.size(); ++sample) {
    Reply& reply = m_replies.at(batch.messages[sample].value);
    reply.begin(requests[sample], model.tokenizer, model.reasoningMarks, prompt.startsInsideReasoning,
                batch.stopStrings);
    Q_EMIT begun(batch.messages[sample], requests[sample]);
    if (reply.wantsAnswer()) m_host.endReasoning(requests[sample]);
  }
}

void ReplyDesk::refuse(const Batch& batch, const std::string& reason) {
  for (const MessageId message : batch.messages) {
    Reply& reply = m_replies.at(message.value);
    grow(reply, reply.abandon(MessageState::Failed, reason));
    end(reply);
  }
}

void ReplyDesk::onEvent(const EngineEvent& event) {
  Reply* reply = replyOf(requestOf(event));
  if (reply == nullptr) return;
  if (const auto* started = std::get_if<RequestStarted>(&event)) {
    reply->engineStarted(*started);
    if (started->storageLoss == PrefixLoss::Damaged)
      Q_EMIT noticed(
          tr("What was kept of this chat on the disk is damaged. It was thrown away and is read again."));
    Q_EMIT changed(*reply);
  } else if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
    const ui::ReplyState before = reply->phase();
    grow(*reply, reply->addToken(generated->token));
    if (reply->phase() != before) Q_EMIT changed(*reply);
    if (reply->hasReachedStop()) m_host.cancel(reply->request());
  } else if (const auto* compressed = std::get_if<SequenceCompressed>(&event)) {
    reply->addCompression(*compressed);
  } else if (const auto* finished = std::get_if<RequestFinished>(&event)) {
    grow(*reply, reply->finish(*finished));
    end(*reply);
  }
}

void ReplyDesk::grow(Reply& reply, const Reply::Growth& growth) {
  Q_EMIT grew(reply, growth);
  if (reply.isDueForSaving()) Q_EMIT saveDue(reply.record());
}

void ReplyDesk::end(Reply& reply) {
  const MessageRecord record = reply.record();
  m_replies.erase(record.id.value);
  Q_EMIT ended(record);
}

}  // namespace zipage
