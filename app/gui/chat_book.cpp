#include "app/gui/chat_book.h"

#include <QCoreApplication>
#include <QDateTime>

#include "app/gui/chat_settings.h"

namespace zipage {

namespace {

constexpr qsizetype kTitleLength = 60;

std::int64_t nowMs() { return QDateTime::currentMSecsSinceEpoch(); }

QString titleFrom(const QString& text) {
  const QString line = text.simplified();
  return line.size() <= kTitleLength ? line : line.left(kTitleLength - 1).trimmed() + QChar(0x2026);
}

}  // namespace

ChatBook::ChatBook(StoreThread& store, Stored stored, const ui::GenerationSettings& defaults)
    : m_store(store),
      m_newChatDraft(std::move(stored.newChatDraft)),
      m_defaults(defaults),
      m_nextId(stored.nextId) {
  for (ChatRecord& record : stored.chats) {
    const std::uint64_t id = record.id.value;
    take({std::move(record), std::move(stored.messages[id])});
  }
}

Chat& ChatBook::take(ChatDocument document) {
  Chat chat;
  chat.settings = settingsFromJson(document.chat.settings, m_defaults);
  chat.messages = MessageTree(std::move(document.messages), document.chat.tip);
  chat.record = std::move(document.chat);
  return m_chats.emplace(chat.record.id.value, std::move(chat)).first->second;
}

Chat* ChatBook::find(qint64 chatId) {
  const auto found = m_chats.find(static_cast<std::uint64_t>(chatId));
  return found == m_chats.end() ? nullptr : &found->second;
}

void ChatBook::save(Chat& chat) {
  chat.record.tip = chat.messages.tip();
  m_store.saveChat(chat.record);
}

Chat& ChatBook::create(const QString& firstWords, const ui::GenerationSettings& settings) {
  Chat chat;
  chat.record.id = ChatId{takeId()};
  chat.record.title = titleFrom(firstWords).toStdString();
  chat.record.createdMs = chat.record.updatedMs = nowMs();
  chat.settings = settings;
  chat.record.settings = settingsToJson(settings);
  save(chat);
  return m_chats.emplace(chat.record.id.value, std::move(chat)).first->second;
}

Chat& ChatBook::duplicate(const Chat& chat) {
  ChatDocument copy;
  copy.chat = chat.record;
  copy.chat.title = QCoreApplication::translate("ChatBook", "%1 (copy)")
                        .arg(QString::fromStdString(copy.chat.title))
                        .toStdString();
  copy.chat.updatedMs = nowMs();
  copy.chat.isPinned = false;
  copy.chat.tip = chat.messages.tip();
  for (const MessageRecord* message : chat.messages.all()) {
    copy.messages.push_back(*message);
    if (message->state == MessageState::Streaming) copy.messages.back().state = MessageState::Stopped;
  }
  return adopt(std::move(copy));
}

Chat& ChatBook::adopt(ChatDocument document) {
  std::unordered_map<MessageId, MessageId> ids = {{MessageId{}, MessageId{}}};
  Chat chat;
  chat.record = std::move(document.chat);
  chat.record.id = ChatId{takeId()};
  chat.settings = settingsFromJson(chat.record.settings, m_defaults);
  for (MessageRecord& message : document.messages) {
    const MessageId id{takeId()};
    ids.emplace(message.id, id);
    message.id = id;
    message.chat = chat.record.id;
    message.parent = ids[message.parent];
  }
  chat.record.tip = ids.contains(chat.record.tip) ? ids[chat.record.tip] : MessageId{};
  m_store.saveChat(chat.record);
  for (const MessageRecord& message : document.messages) m_store.saveMessage(message);
  chat.messages = MessageTree(std::move(document.messages), chat.record.tip);
  return m_chats.emplace(chat.record.id.value, std::move(chat)).first->second;
}

void ChatBook::rename(Chat& chat, const QString& title) {
  chat.record.title = title.trimmed().toStdString();
  save(chat);
}

void ChatBook::setPinned(Chat& chat, bool isPinned) {
  chat.record.isPinned = isPinned;
  save(chat);
}

void ChatBook::setSettings(Chat& chat, const ui::GenerationSettings& settings) {
  chat.settings = settings;
  chat.record.settings = settingsToJson(settings);
  save(chat);
}

void ChatBook::setDraft(qint64 chatId, Draft draft) {
  if (Chat* chat = find(chatId); chat != nullptr) {
    chat->record.draft = std::move(draft);
    save(*chat);
  } else if (chatId == 0) {
    m_newChatDraft = std::move(draft);
    m_store.saveNewChatDraft(m_newChatDraft);
  }
}

void ChatBook::touch(Chat& chat) {
  chat.record.updatedMs = nowMs();
  save(chat);
}

MessageRecord ChatBook::newMessage(const Chat& chat, MessageId parent, MessageRole role) {
  MessageRecord message;
  message.id = MessageId{takeId()};
  message.chat = chat.record.id;
  message.parent = parent;
  message.role = role;
  message.createdMs = nowMs();
  return message;
}

void ChatBook::add(Chat& chat, MessageRecord message) {
  m_store.saveMessage(message);
  chat.messages.add(std::move(message));
  save(chat);
}

void ChatBook::update(const MessageRecord& message) {
  m_store.saveMessage(message);
  Chat* chat = find(static_cast<qint64>(message.chat.value));
  MessageRecord* kept = chat == nullptr ? nullptr : chat->messages.find(message.id);
  if (kept != nullptr) *kept = message;
}

void ChatBook::show(Chat& chat, MessageId message) {
  chat.messages.show(message);
  save(chat);
}

QString ChatBook::restoreActionOf(ChatId chat) { return QStringLiteral("restore-chat-%1").arg(chat.value); }

Chat& ChatBook::bringBack(ChatDocument document) {
  m_store.restoreChat(document.chat.id);
  return take(std::move(document));
}

void ChatBook::emptyTrash() {
  m_store.emptyTrash();
  m_trashedChats.clear();
  m_trashedMessages.clear();
  m_undoable.clear();
}

QString ChatBook::remove(Chat& chat) {
  const ChatId id = chat.record.id;
  const QString action = restoreActionOf(id);
  m_store.deleteChat(id);
  m_undoable.append(action);
  m_trashedChats.insert(action, std::move(chat));
  m_chats.erase(id.value);
  return action;
}

QString ChatBook::removeMessages(Chat& chat, MessageId top) {
  TrashedMessages trashed{chat.id(), chat.messages.remove(top)};
  if (trashed.messages.empty()) return {};
  const QString action = QStringLiteral("restore-message-%1").arg(top.value);
  std::vector<MessageId> ids;
  for (const MessageRecord& message : trashed.messages) ids.push_back(message.id);
  m_store.deleteMessages(std::move(ids));
  save(chat);
  m_undoable.append(action);
  m_trashedMessages.insert(action, std::move(trashed));
  return action;
}

std::optional<ChatBook::Restored> ChatBook::undo(const QString& wantedId) {
  const QString actionId = wantedId.isEmpty() && !m_undoable.isEmpty() ? m_undoable.constLast() : wantedId;
  m_undoable.removeAll(actionId);
  if (m_trashedChats.contains(actionId)) {
    Chat chat = m_trashedChats.take(actionId);
    const qint64 id = chat.id();
    m_store.restoreChat(chat.record.id);
    m_chats.emplace(chat.record.id.value, std::move(chat));
    return Restored{id, true};
  }
  if (!m_trashedMessages.contains(actionId)) return std::nullopt;
  const TrashedMessages trashed = m_trashedMessages.take(actionId);
  std::vector<MessageId> ids;
  for (const MessageRecord& message : trashed.messages) ids.push_back(message.id);
  m_store.restoreMessages(std::move(ids));
  // The chat itself may have gone to the trash since; then its messages come back with it.
  for (Chat& chat : m_trashedChats) {
    if (chat.id() == trashed.chatId) chat.messages.restore(trashed.messages);
  }
  Chat* chat = find(trashed.chatId);
  if (chat == nullptr) return std::nullopt;
  chat->messages.restore(trashed.messages);
  save(*chat);
  return Restored{trashed.chatId, false};
}

}  // namespace zipage
