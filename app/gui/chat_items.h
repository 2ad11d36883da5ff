// Chats and messages as the window shows them.
#pragma once

#include "app/gui/chat.h"
#include "app/gui/reply_desk.h"
#include "ui/chat_values.h"

namespace zipage {

ui::ChatItem chatItem(const Chat& chat, const ReplyDesk& replies);

/// With its place among its versions and what they agree on; as it is now when it is being made.
ui::MessageItem messageItem(const Chat& chat, const MessageRecord& message, const ReplyDesk& replies);

/// The branch that is shown.
QVector<ui::MessageItem> branchItems(const Chat& chat, const ReplyDesk& replies);

QVector<ui::AttachmentItem> attachmentItems(const std::vector<Attachment>& files);
std::vector<Attachment> attachmentsOf(const QVector<ui::AttachmentItem>& items);

}  // namespace zipage
