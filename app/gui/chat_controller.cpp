#include "app/gui/chat_controller.h"

#include <QDateTime>
#include <algorithm>

#include "app/common/request_settings.h"
#include "app/gui/chat_settings.h"
#include "app/gui/reply_request.h"

namespace zipage {

namespace {

constexpr qsizetype kTitleLength = 60;

std::int64_t nowMs() { return QDateTime::currentMSecsSinceEpoch(); }

QString titleFrom(const QString& text) {
  const QString line = text.simplified();
  return line.size() <= kTitleLength ? line : line.left(kTitleLength - 1).trimmed() + QChar(0x2026);
}

}  // namespace

ChatController::ChatController(EngineHost& host, StoreThread& store, Stored stored, QObject* parent)
    : QObject(parent), m_host(host), m_store(store), m_nextId(stored.nextId) {
  for (ChatRecord& record : stored.chats) {
    const std::uint64_t id = record.id.value;
    Chat chat{std::move(record), {}, std::move(stored.messages[id])};
    chat.settings = settingsFromJson(chat.record.settings, m_defaults);
    m_chats.emplace(id, std::move(chat));
  }
  connect(&m_host, &EngineHost::modelChanged, this, &ChatController::adoptModelDefaults);
  connect(&m_host, &EngineHost::promptPrepared, this, &ChatController::onPrompt);
  connect(&m_host, &EngineHost::eventHappened, this, &ChatController::onEvent);
  connect(&m_host, &EngineHost::engineClosing, this,
          [this] { haltReplies({}, tr("Another model took over.").toStdString()); });
}

QVector<ui::ChatItem> ChatController::chatItems() const {
  QVector<ui::ChatItem> items;
  for (const auto& [id, chat] : m_chats) items.append(toChatItem(chat));
  std::sort(items.begin(), items.end(), [](const ui::ChatItem& a, const ui::ChatItem& b) {
    return a.updated != b.updated ? a.updated > b.updated : a.id > b.id;
  });
  return items;
}

ui::ChatItem ChatController::toChatItem(const Chat& chat) const {
  ui::ChatItem item;
  item.id = static_cast<qint64>(chat.record.id.value);
  item.title = QString::fromStdString(chat.record.title);
  item.updated = QDateTime::fromMSecsSinceEpoch(chat.record.updatedMs);
  item.generating = isGeneratingIn(chat.record.id);
  return item;
}

ChatController::Chat* ChatController::find(qint64 chatId) {
  const auto found = m_chats.find(static_cast<std::uint64_t>(chatId));
  return found == m_chats.end() ? nullptr : &found->second;
}

Reply* ChatController::replyOf(RequestId request) {
  const auto found = std::find_if(m_replies.begin(), m_replies.end(),
                                  [&](const auto& entry) { return entry.second.request() == request; });
  return found == m_replies.end() ? nullptr : &found->second;
}

bool ChatController::isGeneratingIn(ChatId chat) const {
  return std::any_of(m_replies.begin(), m_replies.end(),
                     [&](const auto& entry) { return entry.second.record().chat == chat; });
}

void ChatController::startNewChat() {
  m_shownChat = 0;
  emit chatShown(0, {}, m_defaults, {});
}

void ChatController::selectChat(qint64 chatId) {
  const Chat* chat = find(chatId);
  if (chat == nullptr) return;
  m_shownChat = chatId;
  QVector<ui::MessageItem> items;
  for (const MessageRecord& message : chat->messages) {
    const auto reply = m_replies.find(message.id.value);
    items.append(reply == m_replies.end() ? toItem(message) : reply->second.item());
  }
  emit chatShown(chatId, items, chat->settings, QString::fromStdString(chat->record.draft));
}

void ChatController::adoptModelDefaults(const ui::ModelInfo& model) {
  if (model.state != ui::ModelInfo::State::Ready || model.path == m_modelPath) return;
  m_modelPath = model.path;
  const ui::GenerationSettings suggested = suggestedSettings(m_host.session().model().samplingDefaults);
  m_defaults.temperature = suggested.temperature;
  m_defaults.topP = suggested.topP;
  m_defaults.minP = suggested.minP;
  m_defaults.topK = suggested.topK;
  m_defaults.repetitionPenalty = suggested.repetitionPenalty;
  emit modelSuggested(suggested);
  emit defaultsChanged(m_defaults);
}

void ChatController::renameChat(qint64 chatId, const QString& title) {
  Chat* chat = find(chatId);
  if (chat == nullptr || title.trimmed().isEmpty()) return;
  chat->record.title = title.trimmed().toStdString();
  m_store.saveChat(chat->record);
  emit chatChanged(toChatItem(*chat));
}

void ChatController::deleteChat(qint64 chatId) {
  const auto found = m_chats.find(static_cast<std::uint64_t>(chatId));
  if (found == m_chats.end()) return;
  haltReplies(found->second.record.id, {});
  const QString action = QStringLiteral("restore-chat-%1").arg(chatId);
  const QString title = QString::fromStdString(found->second.record.title);
  m_trash.insert(action, found->second);
  m_store.deleteChat(found->second.record.id);
  m_chats.erase(found);
  emit chatRemoved(chatId);
  if (m_shownChat == chatId) startNewChat();
  emit noticed(tr("“%1” was deleted.").arg(title), tr("Undo"), action);
}

void ChatController::undo(const QString& actionId) {
  if (!m_trash.contains(actionId)) return;
  const Chat chat = m_trash.take(actionId);
  m_store.restoreChat(chat.record.id);
  emit chatChanged(toChatItem(m_chats.emplace(chat.record.id.value, chat).first->second));
  selectChat(static_cast<qint64>(chat.record.id.value));
}

void ChatController::changeSettings(qint64 chatId, const ui::GenerationSettings& settings) {
  m_defaults = settings;
  Chat* chat = find(chatId);
  if (chat == nullptr) return;
  chat->settings = settings;
  chat->record.settings = settingsToJson(settings);
  m_store.saveChat(chat->record);
}

void ChatController::changeDraft(qint64 chatId, const QString& text) {
  Chat* chat = find(chatId);
  if (chat == nullptr) return;
  chat->record.draft = text.toStdString();
  m_store.saveChat(chat->record);
}

ChatController::Chat& ChatController::createChat(const QString& firstWords) {
  Chat chat;
  chat.record.id = ChatId{takeId()};
  chat.record.title = titleFrom(firstWords).toStdString();
  chat.record.createdMs = chat.record.updatedMs = nowMs();
  chat.settings = m_defaults;
  chat.record.settings = settingsToJson(chat.settings);
  m_store.saveChat(chat.record);
  return m_chats.emplace(chat.record.id.value, std::move(chat)).first->second;
}

MessageRecord ChatController::newMessage(Chat& chat, MessageRole role, const std::string& text) {
  MessageRecord message;
  message.id = MessageId{takeId()};
  message.chat = chat.record.id;
  if (!chat.messages.empty()) message.parent = chat.messages.back().id;
  message.role = role;
  message.text = text;
  message.createdMs = nowMs();
  return message;
}

void ChatController::touch(Chat& chat) {
  chat.record.updatedMs = nowMs();
  m_store.saveChat(chat.record);
  emit chatChanged(toChatItem(chat));
}

void ChatController::send(qint64 chatId, const QString& text) {
  if (text.trimmed().isEmpty()) return;
  if (!m_host.canAnswer()) {
    emit problemFound(tr("No model is open yet. Wait until it is loaded, or choose another one."));
    emit draftRestored(chatId, text);
    return;
  }
  const bool isNew = find(chatId) == nullptr;
  Chat& chat = isNew ? createChat(text) : *find(chatId);
  if (isGeneratingIn(chat.record.id)) {
    emit draftRestored(chatId, text);
    return;
  }
  const qint64 id = static_cast<qint64>(chat.record.id.value);
  chat.record.draft.clear();
  if (isNew) {
    emit chatChanged(toChatItem(chat));
    selectChat(id);
  }

  chat.messages.push_back(newMessage(chat, MessageRole::User, text.toStdString()));
  m_store.saveMessage(chat.messages.back());
  emit messageAdded(id, toItem(chat.messages.back()));

  PromptJob job = promptJobFor(chat.messages, chat.settings);
  MessageRecord answer = newMessage(chat, MessageRole::Assistant, {});
  answer.state = MessageState::Streaming;
  job.ticket = answer.id.value;
  chat.messages.push_back(answer);
  m_store.saveMessage(answer);
  const auto reply = m_replies.emplace(answer.id.value, Reply(answer)).first;
  emit messageAdded(id, reply->second.item());
  touch(chat);
  m_host.prepare(std::move(job));
}

void ChatController::stop(qint64 chatId) {
  for (auto& [id, reply] : m_replies) {
    if (reply.record().chat.value != static_cast<std::uint64_t>(chatId)) continue;
    reply.markCancelled();
    if (reply.request()) m_host.cancel(reply.request());
  }
}

void ChatController::haltReplies(ChatId chat, const std::string& reason) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, reply] : m_replies) {
    if (!chat || reply.record().chat == chat) ids.push_back(id);
  }
  for (const std::uint64_t id : ids) {
    Reply& reply = m_replies.at(id);
    if (reply.request()) m_host.cancel(reply.request());
    reply.abandon(MessageState::Stopped, reason);
    end(reply);
  }
}

void ChatController::stopAll() { haltReplies({}, {}); }

void ChatController::onPrompt(const PreparedPrompt& prompt) {
  const auto found = m_replies.find(prompt.ticket);
  if (found == m_replies.end()) return;
  Reply& reply = found->second;
  if (reply.wasCancelled()) {
    reply.abandon(MessageState::Stopped, {});
    return end(reply);
  }
  const Chat* chat = find(static_cast<qint64>(reply.record().chat.value));
  const auto refuse = [&](const std::string& reason) {
    reply.abandon(MessageState::Failed, reason);
    end(reply);
  };
  for (const QString& notice : prompt.notices) emit noticed(notice, {}, {});
  if (!prompt.problem.isEmpty()) return refuse(prompt.problem.toStdString());
  if (chat == nullptr || !m_host.isReady()) return refuse(tr("The model was closed.").toStdString());

  const ModelBundle& model = m_host.session().model();
  auto request =
      makeRequest(requestSettingsFor(chat->settings), model, m_host.session().limits(), prompt.tokens);
  if (!request) return refuse(request.error().message);
  request->owner = OwnerId{reply.record().chat.value};
  reply.begin(m_host.submit(std::move(*request)), model.tokenizer, model.reasoningMarks,
              prompt.startsInsideReasoning, stopStringsOf(chat->settings));
}

void ChatController::onEvent(const EngineEvent& event) {
  Reply* reply = std::visit([this](const auto& happened) { return replyOf(happened.request); }, event);
  if (reply == nullptr) return;
  if (const auto* started = std::get_if<RequestStarted>(&event)) {
    reply->engineStarted(*started);
    emit messageChanged(static_cast<qint64>(reply->record().chat.value), reply->item());
  } else if (const auto* generated = std::get_if<TokensGenerated>(&event)) {
    grow(*reply, reply->addTokens(generated->tokens));
    if (reply->hasReachedStop()) m_host.cancel(reply->request());
  } else if (const auto* compressed = std::get_if<SequenceCompressed>(&event)) {
    reply->addCompression(*compressed);
  } else if (const auto* finished = std::get_if<RequestFinished>(&event)) {
    grow(*reply, reply->finish(*finished));
    end(*reply);
  }
}

void ChatController::grow(Reply& reply, const Reply::Growth& growth) {
  const auto chatId = static_cast<qint64>(reply.record().chat.value);
  if (!growth.isEmpty()) {
    emit messageGrew(chatId, static_cast<qint64>(reply.record().id.value), growth.reasoning, growth.text);
  }
  if (chatId == m_shownChat) emit messageChanged(chatId, reply.item());
  if (reply.isDueForSaving()) m_store.saveMessage(reply.record());
}

void ChatController::end(Reply& reply) {
  const MessageRecord record = reply.record();
  const auto chatId = static_cast<qint64>(record.chat.value);
  emit messageChanged(chatId, reply.item());
  m_store.saveMessage(record);
  m_replies.erase(record.id.value);
  Chat* chat = find(chatId);
  if (chat == nullptr) return;
  const auto kept = std::find_if(chat->messages.begin(), chat->messages.end(),
                                 [&](const MessageRecord& message) { return message.id == record.id; });
  if (kept != chat->messages.end()) *kept = record;
  touch(*chat);
}

}  // namespace zipage
