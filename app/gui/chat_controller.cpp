#include "app/gui/chat_controller.h"

#include <QDateTime>
#include <algorithm>

#include "app/gui/chat_items.h"
#include "app/gui/reply_request.h"

namespace zipage {

ChatController::ChatController(EngineHost& host, StoreThread& store, Stored stored, QObject* parent)
    : QObject(parent),
      m_host(host),
      m_store(store),
      m_book(store, std::move(stored), m_defaults),
      m_replies(host) {
  connect(&m_host, &EngineHost::modelChanged, this, &ChatController::adoptModelDefaults);
  connect(&m_host, &EngineHost::tokensCounted, this, [this](const TokenCount& count) {
    if (count.ticket == m_countTicket) Q_EMIT tokensCounted(count.numTokens);
  });
  connect(&m_replies, &ReplyDesk::begun, this, [this](MessageId message, RequestId request) {
    Q_EMIT replyBegun(static_cast<qint64>(message.value), request);
  });
  connect(&m_replies, &ReplyDesk::changed, this, &ChatController::onChanged);
  connect(&m_replies, &ReplyDesk::grew, this, &ChatController::onGrew);
  connect(&m_replies, &ReplyDesk::saveDue, this,
          [this](const MessageRecord& record) { m_store.saveMessage(record); });
  connect(&m_replies, &ReplyDesk::ended, this, &ChatController::onEnded);
  connect(&m_replies, &ReplyDesk::noticed, this,
          [this](const QString& text) { Q_EMIT noticed(text, {}, {}); });
}

QVector<ui::ChatItem> ChatController::chatItems() const {
  QVector<ui::ChatItem> items;
  for (const auto& [id, chat] : m_book.chats()) items.append(chatItem(chat, m_replies));
  std::sort(items.begin(), items.end(), [](const ui::ChatItem& a, const ui::ChatItem& b) {
    return a.updated != b.updated ? a.updated > b.updated : a.id > b.id;
  });
  return items;
}

void ChatController::startNewChat() {
  m_shownChat = 0;
  const Draft& draft = m_book.newChatDraft();
  Q_EMIT chatShown(0, {}, m_defaults, QString::fromStdString(draft.text), attachmentItems(draft.attachments));
}

void ChatController::selectChat(qint64 chatId) {
  const Chat* chat = m_book.find(chatId);
  if (chat == nullptr) return;
  m_shownChat = chatId;
  const Draft& draft = chat->record.draft;
  Q_EMIT chatShown(chatId, branchItems(*chat, m_replies), chat->settings, QString::fromStdString(draft.text),
                   attachmentItems(draft.attachments));
}

void ChatController::selectMessage(qint64 chatId, qint64 messageId) {
  Chat* chat = m_book.find(chatId);
  if (chat == nullptr) return;
  const MessageId id{static_cast<std::uint64_t>(messageId)};
  if (chat->messages.find(id) != nullptr && !chat->messages.isShown(id)) m_book.show(*chat, id);
  selectChat(chatId);
}

void ChatController::showBranch(const Chat& chat) {
  Q_EMIT branchShown(chat.id(), branchItems(chat, m_replies));
  tellChat(chat);
}

void ChatController::tellChat(const Chat& chat) { Q_EMIT chatChanged(chatItem(chat, m_replies)); }

void ChatController::tellMessage(const Chat& chat, MessageId message) {
  const MessageRecord* record = chat.messages.find(message);
  if (record != nullptr) Q_EMIT messageChanged(chat.id(), messageItem(chat, *record, m_replies));
}

void ChatController::adoptModelDefaults(const ui::ModelInfo& model) {
  if (model.state != ui::ModelInfo::State::Ready || model.path == m_modelPath) return;
  m_modelPath = model.path;
  if (model.isRemote) return;  // it says nothing of sampling
  const ui::GenerationSettings suggested = suggestedSettings(m_host.session().model().samplingDefaults);
  m_defaults.temperature = suggested.temperature;
  m_defaults.topP = suggested.topP;
  m_defaults.minP = suggested.minP;
  m_defaults.topK = suggested.topK;
  m_defaults.repetitionPenalty = suggested.repetitionPenalty;
  Q_EMIT modelSuggested(suggested);
  Q_EMIT defaultsChanged(m_defaults);
}

void ChatController::renameChat(qint64 chatId, const QString& title) {
  Chat* chat = m_book.find(chatId);
  if (chat == nullptr || title.trimmed().isEmpty()) return;
  m_book.rename(*chat, title);
  tellChat(*chat);
}

void ChatController::commandChat(qint64 chatId, ui::ChatCommand command) {
  Chat* chat = m_book.find(chatId);
  if (chat == nullptr) return;
  switch (command) {
    case ui::ChatCommand::Pin:
    case ui::ChatCommand::Unpin:
      m_book.setPinned(*chat, command == ui::ChatCommand::Pin);
      return tellChat(*chat);
    case ui::ChatCommand::Duplicate: {
      const Chat& copy = m_book.duplicate(*chat);
      tellChat(copy);
      return selectChat(copy.id());
    }
    case ui::ChatCommand::Delete:
      return deleteChat(chatId);
  }
}

void ChatController::deleteChat(qint64 chatId) {
  Chat* chat = m_book.find(chatId);
  if (chat == nullptr) return;
  m_replies.stopAll(chat->record.id);
  const QString title = QString::fromStdString(chat->record.title);
  const QString action = m_book.remove(*chat);
  Q_EMIT chatRemoved(chatId);
  if (m_shownChat == chatId) startNewChat();
  Q_EMIT noticed(tr("“%1” was deleted.").arg(title), tr("Undo"), action);
}

void ChatController::undo(const QString& actionId) {
  const auto restored = m_book.undo(actionId);
  if (!restored) return;
  const Chat& chat = *m_book.find(restored->chatId);
  tellChat(chat);
  if (restored->isWholeChat || m_shownChat != restored->chatId)
    selectChat(restored->chatId);
  else
    showBranch(chat);
}

void ChatController::changeSettings(qint64 chatId, const ui::GenerationSettings& settings) {
  m_defaults = settings;
  if (Chat* chat = m_book.find(chatId); chat != nullptr) m_book.setSettings(*chat, settings);
}

void ChatController::changeDraft(qint64 chatId, const QString& text, const Files& files) {
  m_book.setDraft(chatId, {text.toStdString(), attachmentsOf(files)});
}

void ChatController::countTokens(const QString& text) { m_host.countTokens(++m_countTicket, text); }

bool ChatController::isModelOpen() {
  if (!m_host.canAnswer())
    Q_EMIT problemFound(tr("No model is open yet. Wait until it is loaded, or choose another one."));
  return m_host.canAnswer();
}

void ChatController::send(qint64 chatId, const QString& text, const Files& files) {
  if (text.trimmed().isEmpty() && files.isEmpty()) return;
  if (!isModelOpen()) {
    Q_EMIT draftRestored(chatId, text, files);
    return;
  }
  Chat* known = m_book.find(chatId);
  if (known != nullptr && m_replies.find(known->messages.tip()) != nullptr) {
    Q_EMIT draftRestored(chatId, text, files);
    return;
  }
  const QString firstWords = text.trimmed().isEmpty() ? files.constFirst().name : text;
  Chat& chat = known != nullptr ? *known : m_book.create(firstWords, m_defaults);
  m_book.setDraft(known != nullptr ? chatId : 0, {});
  if (known == nullptr) {
    tellChat(chat);
    selectChat(chat.id());
  }
  MessageRecord question = m_book.newMessage(chat, chat.messages.tip(), MessageRole::User);
  question.text = text.toStdString();
  question.attachments = attachmentsOf(files);
  const MessageId id = question.id;
  m_book.add(chat, std::move(question));
  Q_EMIT messageAdded(chat.id(), messageItem(chat, *chat.messages.find(id), m_replies));
  reply(chat, id, chat.settings.numAnswers);
  const MessageId answer = chat.messages.tip();
  Q_EMIT messageAdded(chat.id(), messageItem(chat, *chat.messages.find(answer), m_replies));
}

void ChatController::resend(qint64 chatId, qint64 messageId, const QString& text, const Files& files) {
  Chat* chat = m_book.find(chatId);
  const MessageRecord* old =
      chat == nullptr ? nullptr : chat->messages.find(MessageId{static_cast<std::uint64_t>(messageId)});
  if (text.trimmed().isEmpty() && files.isEmpty()) return;
  if (old == nullptr)
    Q_EMIT problemFound(tr("The question was deleted meanwhile. What you wrote of it is your draft now."));
  if (old == nullptr || !isModelOpen()) {
    Q_EMIT draftRestored(chatId, text, files);
    return;
  }
  MessageRecord question = m_book.newMessage(*chat, old->parent, MessageRole::User);
  question.text = text.toStdString();
  question.attachments = attachmentsOf(files);
  const MessageId id = question.id;
  m_book.add(*chat, std::move(question));
  reply(*chat, id, chat->settings.numAnswers);
  showBranch(*chat);
}

void ChatController::reply(Chat& chat, MessageId question, int numAnswers) {
  std::vector<MessageRecord> answers;
  for (int i = 0; i < numAnswers; ++i) {
    MessageRecord answer = m_book.newMessage(chat, question, MessageRole::Assistant);
    answer.state = MessageState::Streaming;
    answer.model = m_host.modelName().toStdString();
    m_book.add(chat, answer);
    answers.push_back(std::move(answer));
  }
  m_book.show(chat, answers.front().id);
  m_book.touch(chat);
  if (numAnswers > 1 && chat.settings.temperature <= 0.0)
    Q_EMIT noticed(tr("The answers will be alike: the temperature of this chat is 0."), {}, {});
  m_replies.start(answers, promptJobFor(chat.messages.branchTo(question), chat.settings),
                  requestSettingsFor(chat.settings), stopStringsOf(chat.settings));
  tellChat(chat);
}

void ChatController::commandMessage(qint64 chatId, qint64 messageId, ui::MessageCommand command) {
  Chat* chat = m_book.find(chatId);
  if (chat == nullptr) return;
  const MessageId id =
      messageId == 0 ? chat->messages.tip() : MessageId{static_cast<std::uint64_t>(messageId)};
  if (chat->messages.find(id) == nullptr) return;
  switch (command) {
    case ui::MessageCommand::Regenerate:
      return regenerate(*chat, id);
    case ui::MessageCommand::PreviousVersion:
      return stepVersion(*chat, id, -1);
    case ui::MessageCommand::NextVersion:
      return stepVersion(*chat, id, 1);
    case ui::MessageCommand::Continue:
      return continueReply(*chat, id);
    case ui::MessageCommand::AnswerNow:
      return m_replies.endThinking(chat->record.id);
    case ui::MessageCommand::Delete:
      return deleteMessage(*chat, id);
  }
}

void ChatController::regenerate(Chat& chat, MessageId message) {
  if (m_replies.find(message) != nullptr || !isModelOpen()) return;
  const MessageRecord& record = *chat.messages.find(message);
  const bool isQuestion = record.role == MessageRole::User;
  if (!isQuestion && !record.parent) return;
  reply(chat, isQuestion ? message : record.parent, 1);
  showBranch(chat);
}

void ChatController::stepVersion(Chat& chat, MessageId message, int steps) {
  const std::vector<MessageId> versions = chat.messages.versionsOf(message);
  const auto place = std::find(versions.begin(), versions.end(), message) - versions.begin() + steps;
  if (place < 0 || place >= static_cast<std::ptrdiff_t>(versions.size())) return;
  m_book.show(chat, versions[static_cast<std::size_t>(place)]);
  showBranch(chat);
}

void ChatController::continueReply(Chat& chat, MessageId message) {
  MessageRecord record = *chat.messages.find(message);
  if (record.role != MessageRole::Assistant || m_replies.find(message) != nullptr || !isModelOpen()) return;
  PromptJob job = promptJobFor(chat.messages.branchTo(record.parent), chat.settings);
  job.begun = {chat.settings.thinking ? record.reasoning : std::string(), record.text};
  record.state = MessageState::Streaming;
  record.error.clear();
  // What was said after it was said after this text, so it goes on as another version.
  const bool isLast = chat.messages.tip() == message;
  if (isLast) {
    m_book.update(record);
  } else {
    const MessageRecord fresh = m_book.newMessage(chat, record.parent, MessageRole::Assistant);
    record.id = fresh.id;
    record.createdMs = fresh.createdMs;
    m_book.add(chat, record);
  }
  m_book.touch(chat);
  m_replies.start({record}, std::move(job), requestSettingsFor(chat.settings), stopStringsOf(chat.settings));
  showBranch(chat);
}

void ChatController::deleteMessage(Chat& chat, MessageId message) {
  const bool isQuestion = chat.messages.find(message)->role == MessageRole::User;
  for (const Reply* reply : m_replies.repliesIn(chat.record.id)) {
    const std::vector<const MessageRecord*> branch = chat.messages.branchTo(reply->record().id);
    const bool isBelow = std::any_of(branch.begin(), branch.end(),
                                     [&](const MessageRecord* record) { return record->id == message; });
    if (isBelow) m_replies.stop(reply->record().id);
  }
  const QString action = m_book.removeMessages(chat, message);
  showBranch(chat);
  Q_EMIT noticed(isQuestion ? tr("The question and what followed it were deleted.")
                            : tr("The reply and what followed it were deleted."),
                 tr("Undo"), action);
}

void ChatController::stop(qint64 chatId) {
  if (const Chat* chat = m_book.find(chatId); chat != nullptr) m_replies.stopAll(chat->record.id);
}

void ChatController::onChanged(const Reply& reply) {
  const Chat* chat = chatOf(reply.record());
  if (chat == nullptr) return;
  tellMessage(*chat, reply.record().id);
  tellChat(*chat);
}

void ChatController::onGrew(const Reply& reply, const Reply::Growth& growth) {
  const Chat* chat = chatOf(reply.record());
  if (chat == nullptr) return;
  const auto messageId = static_cast<qint64>(reply.record().id.value);
  if (!growth.isEmpty()) Q_EMIT messageGrew(chat->id(), messageId, growth.reasoning, growth.text);
  if (chat->id() == m_shownChat && chat->messages.isShown(reply.record().id))
    tellMessage(*chat, reply.record().id);
}

void ChatController::onEnded(const MessageRecord& record) {
  m_book.update(record);
  Chat* chat = chatOf(record);
  if (chat == nullptr) return;
  // The vote stands under whichever version is shown.
  for (const MessageId version : chat->messages.versionsOf(record.id)) {
    if (version == record.id || chat->messages.isShown(version)) tellMessage(*chat, version);
  }
  m_book.touch(*chat);
  tellChat(*chat);
}

}  // namespace zipage
