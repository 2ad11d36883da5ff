#include "app/gui/chat_transfer.h"

#include <QSaveFile>
#include <algorithm>

#include "engine/base/json_file.h"

namespace zipage {

namespace {

Result<std::vector<ChatDocument>> readDocuments(const SessionStore& store,
                                                const std::vector<ChatId>& wanted) {
  auto chats = store.chats();
  if (!chats) return tl::unexpected(chats.error());
  std::vector<ChatDocument> documents;
  for (ChatRecord& chat : *chats) {
    const bool isWanted = wanted.empty() || std::find(wanted.begin(), wanted.end(), chat.id) != wanted.end();
    if (!isWanted) continue;
    auto messages = store.messages(chat.id);
    if (!messages) return tl::unexpected(messages.error());
    documents.push_back({std::move(chat), std::move(*messages)});
  }
  return documents;
}

}  // namespace

Result<void> writeWholeFile(const QString& path, const std::string& text) {
  QSaveFile file(path);
  const bool isWritten =
      file.open(QIODevice::WriteOnly) &&
      file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size()) &&
      file.commit();
  if (isWritten) return {};
  return failure(ErrorCode::Io, path.toStdString() + ": " + file.errorString().toStdString());
}

Result<int> exportJson(const SessionStore& store, const std::vector<ChatId>& chats, const QString& path) {
  const auto documents = readDocuments(store, chats);
  if (!documents) return tl::unexpected(documents.error());
  return writeWholeFile(path, chatsToJson(*documents).dump(1)).map([&] {
    return static_cast<int>(documents->size());
  });
}

Result<std::vector<ChatDocument>> importJson(const QString& path) {
  return readJsonFile(path.toStdString()).and_then([](const nlohmann::json& document) {
    return chatsFromJson(document);
  });
}

}  // namespace zipage
