// What of the controller goes through the store's thread: search, export, import, the trash.
#include <algorithm>

#include "app/common/chat_markdown.h"
#include "app/gui/chat_controller.h"
#include "app/gui/chat_items.h"
#include "app/gui/chat_transfer.h"

namespace zipage {

namespace {

ui::ChatHit::Part partOf(const SearchHit& hit, const MessageRecord* message) {
  if (hit.part == SearchHit::Part::Title || message == nullptr) return ui::ChatHit::Part::Title;
  if (hit.part == SearchHit::Part::Reasoning) return ui::ChatHit::Part::Reasoning;
  if (hit.part == SearchHit::Part::File) return ui::ChatHit::Part::File;
  return message->role == MessageRole::User ? ui::ChatHit::Part::Question : ui::ChatHit::Part::Answer;
}

/// Takes the marks out of a snippet and remembers where they stood.
void readSnippet(const QString& marked, ui::ChatHit& hit) {
  qsizetype begin = 0;
  for (const QChar character : marked) {
    if (character == QLatin1Char(SearchHit::kMatchBegin)) {
      begin = hit.snippet.size();
    } else if (character == QLatin1Char(SearchHit::kMatchEnd)) {
      hit.matches.append({static_cast<int>(begin), static_cast<int>(hit.snippet.size() - begin)});
    } else {
      hit.snippet += character.isSpace() ? QChar(' ') : character;
    }
  }
}

Result<ChatDocument> trashedDocument(const SessionStore& store, ChatId id) {
  auto chats = store.trashedChats();
  if (!chats) return tl::unexpected(chats.error());
  const auto found = std::find_if(chats->begin(), chats->end(),
                                  [&](const TrashedChat& trashed) { return trashed.chat.id == id; });
  if (found == chats->end()) return failure(ErrorCode::NotFound, "it is not in the trash any more");
  return store.messages(id).map([&](std::vector<MessageRecord> messages) {
    return ChatDocument{std::move(found->chat), std::move(messages)};
  });
}

}  // namespace

// The store's thread ends before the controller does, so `this` is there when a job speaks to it.

void ChatController::search(const QString& query) {
  const quint64 ticket = ++*m_latestSearch;
  m_store.read([this, latest = m_latestSearch, ticket, query](const SessionStore& store) {
    if (latest->load() != ticket) return;  // something else is looked for by now
    const auto hits = store.search(query.toStdString());
    QMetaObject::invokeMethod(this, [this, latest, ticket, query, hits] {
      if (latest->load() != ticket) return;
      if (hits)
        onFound(query, *hits);
      else
        Q_EMIT problemFound(tr("Searching failed: %1").arg(QString::fromStdString(hits.error().message)));
    });
  });
}

void ChatController::onFound(const QString& query, const std::vector<SearchHit>& hits) {
  QVector<ui::ChatHit> found;
  for (const SearchHit& hit : hits) {
    const Chat* chat = m_book.find(static_cast<qint64>(hit.chat.value));
    if (chat == nullptr) continue;
    ui::ChatHit item;
    item.chatId = chat->id();
    item.messageId = static_cast<qint64>(hit.message.value);
    item.part = partOf(hit, chat->messages.find(hit.message));
    readSnippet(QString::fromStdString(hit.snippet), item);
    found.append(std::move(item));
  }
  Q_EMIT searchFinished(query, found);
}

void ChatController::exportChats(const QVector<qint64>& chatIds, const QString& path,
                                 ui::ExportFormat format) {
  const auto tell = [this, path](const Result<void>& written, int numChats) {
    const QString text =
        written ? (numChats == 1 ? tr("1 chat was exported to %1.").arg(path)
                                 : tr("%1 chats were exported to %2.").arg(QString::number(numChats), path))
                : tr("Exporting failed: %1").arg(QString::fromStdString(written.error().message));
    QMetaObject::invokeMethod(this, [this, text, isDone = written.has_value()] {
      if (isDone)
        Q_EMIT noticed(text, {}, {});
      else
        Q_EMIT problemFound(text);
    });
  };
  if (format == ui::ExportFormat::Markdown) {
    const Chat* chat = chatIds.isEmpty() ? nullptr : m_book.find(chatIds.constFirst());
    if (chat == nullptr) return;
    return tell(writeWholeFile(path, chatToMarkdown(chat->record, chat->messages.branch())), 1);
  }
  std::vector<ChatId> wanted;
  for (const qint64 id : chatIds) wanted.push_back(ChatId{static_cast<std::uint64_t>(id)});
  m_store.read([tell, wanted, path](const SessionStore& store) {
    const Result<int> numChats = exportJson(store, wanted, path);
    tell(numChats.map([](int) {}), numChats.value_or(0));
  });
}

void ChatController::importChats(const QString& path) {
  m_store.read([this, path](const SessionStore&) {
    auto chats = std::make_shared<Result<std::vector<ChatDocument>>>(importJson(path));
    QMetaObject::invokeMethod(this, [this, chats] {
      if (*chats)
        onImported(std::move(**chats));
      else
        Q_EMIT problemFound(
            tr("Nothing was imported. %1").arg(QString::fromStdString(chats->error().message)));
    });
  });
}

void ChatController::listTrash() {
  m_store.read([this](const SessionStore& store) {
    const auto chats = store.trashedChats();
    QMetaObject::invokeMethod(this, [this, chats] {
      if (!chats)
        return Q_EMIT problemFound(
            tr("The trash cannot be read: %1").arg(QString::fromStdString(chats.error().message)));
      QVector<ui::TrashItem> items;
      for (const TrashedChat& trashed : *chats) {
        const QDateTime deleted = QDateTime::fromMSecsSinceEpoch(trashed.deletedMs);
        items.append({static_cast<qint64>(trashed.chat.id.value), QString::fromStdString(trashed.chat.title),
                      deleted, deleted.addDays(kDaysInTrash)});
      }
      Q_EMIT trashListed(items);
    });
  });
}

void ChatController::restoreChat(qint64 chatId) {
  const ChatId id{static_cast<std::uint64_t>(chatId)};
  if (m_book.find(chatId) != nullptr) return;
  if (const QString action = ChatBook::restoreActionOf(id); m_book.isUndoable(action)) {
    undo(action);
    return listTrash();
  }
  m_store.read([this, id](const SessionStore& store) {
    auto document = std::make_shared<Result<ChatDocument>>(trashedDocument(store, id));
    QMetaObject::invokeMethod(this, [this, document] {
      if (*document)
        onBroughtBack(std::move(**document));
      else
        Q_EMIT problemFound(
            tr("The chat cannot be brought back: %1").arg(QString::fromStdString(document->error().message)));
    });
  });
}

void ChatController::onBroughtBack(ChatDocument document) {
  const auto chatId = static_cast<qint64>(document.chat.id.value);
  if (m_book.find(chatId) != nullptr) return;  // asked for twice
  tellChat(m_book.bringBack(std::move(document)));
  selectChat(chatId);
  listTrash();
}

void ChatController::emptyTrash() {
  m_book.emptyTrash();
  listTrash();
}

void ChatController::onImported(std::vector<ChatDocument> chats) {
  qint64 last = 0;
  const auto numChats = static_cast<int>(chats.size());
  for (ChatDocument& document : chats) {
    const Chat& chat = m_book.adopt(std::move(document));
    last = chat.id();
    tellChat(chat);
  }
  if (last != 0) selectChat(last);
  Q_EMIT noticed(numChats == 1 ? tr("1 chat was imported.") : tr("%1 chats were imported.").arg(numChats), {},
                 {});
}

}  // namespace zipage
