#include "app/gui/chat_items.h"

#include <QCoreApplication>
#include <algorithm>

#include "app/common/boxed_answer.h"

namespace zipage {

namespace {

struct ChatWords {
  Q_DECLARE_TR_FUNCTIONS(ChatWords)
};

ui::ChatState stateOf(ui::ReplyState reply) {
  switch (reply) {
    case ui::ReplyState::Waiting:
    case ui::ReplyState::Reading:
      return ui::ChatState::Waiting;
    case ui::ReplyState::Thinking:
      return ui::ChatState::Thinking;
    case ui::ReplyState::Answering:
      return ui::ChatState::Answering;
    case ui::ReplyState::Failed:
      return ui::ChatState::Failed;
    case ui::ReplyState::Interrupted:
      return ui::ChatState::Interrupted;
    default:
      return ui::ChatState::Idle;
  }
}

/// The furthest of several replies speaks for the chat.
ui::ChatState chatState(const Chat& chat, const ReplyDesk& replies) {
  ui::ChatState state = ui::ChatState::Idle;
  for (const Reply* reply : replies.repliesIn(chat.record.id))
    state = std::max(state, stateOf(reply->phase()));
  if (state != ui::ChatState::Idle) return state;
  const MessageRecord* last = chat.messages.find(chat.messages.tip());
  return last == nullptr ? state : stateOf(toItem(*last).state);
}

/// "3 of 5 say 42", "3 answers, all different"; empty where fewer than two versions have a boxed answer.
QString voteText(const Chat& chat, const std::vector<MessageId>& versions) {
  std::vector<std::string> answers;
  int numEnded = 0;
  for (const MessageId id : versions) {
    const MessageRecord& version = *chat.messages.find(id);
    if (version.state != MessageState::Complete) continue;
    ++numEnded;
    if (auto boxed = lastBoxed(version.text.empty() ? version.reasoning : version.text))
      answers.push_back(std::move(*boxed));
  }
  const auto vote = countVotes(answers);
  if (!vote || answers.size() < 2) return {};
  if (vote->numVotes < 2) return ChatWords::tr("%1 answers, all different").arg(answers.size());
  return ChatWords::tr("%1 of %2 say %3")
      .arg(vote->numVotes)
      .arg(numEnded)
      .arg(QString::fromStdString(vote->answer).simplified());
}

}  // namespace

ui::ChatItem chatItem(const Chat& chat, const ReplyDesk& replies) {
  ui::ChatItem item;
  item.id = chat.id();
  item.title = QString::fromStdString(chat.record.title);
  item.updated = QDateTime::fromMSecsSinceEpoch(chat.record.updatedMs);
  item.isPinned = chat.record.isPinned;
  item.state = chatState(chat, replies);
  for (const MessageRecord* message : chat.messages.all()) {
    item.hasReasoning = item.hasReasoning || !message->reasoning.empty();
    const QString model = QString::fromStdString(message->model);
    if (!model.isEmpty() && !item.models.contains(model)) item.models.append(model);
  }
  return item;
}

ui::MessageItem messageItem(const Chat& chat, const MessageRecord& message, const ReplyDesk& replies) {
  const Reply* reply = replies.find(message.id);
  ui::MessageItem item = reply == nullptr ? toItem(message) : reply->item();
  const std::vector<MessageId> versions = chat.messages.versionsOf(message.id);
  const auto place = std::find(versions.begin(), versions.end(), message.id);
  item.version = static_cast<int>(place - versions.begin()) + 1;
  item.numVersions = static_cast<int>(versions.size());
  if (message.role == MessageRole::Assistant && versions.size() > 1) item.vote = voteText(chat, versions);
  return item;
}

QVector<ui::MessageItem> branchItems(const Chat& chat, const ReplyDesk& replies) {
  QVector<ui::MessageItem> items;
  for (const MessageRecord* message : chat.messages.branch())
    items.append(messageItem(chat, *message, replies));
  return items;
}

QVector<ui::AttachmentItem> attachmentItems(const std::vector<Attachment>& files) {
  QVector<ui::AttachmentItem> items;
  for (const Attachment& file : files)
    items.append({QString::fromStdString(file.name), QString::fromStdString(file.text)});
  return items;
}

std::vector<Attachment> attachmentsOf(const QVector<ui::AttachmentItem>& items) {
  std::vector<Attachment> files;
  for (const ui::AttachmentItem& item : items)
    files.push_back({item.name.toStdString(), item.text.toStdString()});
  return files;
}

}  // namespace zipage
