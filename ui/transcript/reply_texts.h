// The words around a reply: what it is doing, how long it thought, what it cost.
#pragma once

#include <QString>

#include "ui/chat_values.h"

namespace zipage::ui {

/// "12 s", "2 min 5 s".
QString durationText(qint64 durationMs);
/// "Thinking… 8 s · 210 tokens" while it thinks, "Thought for 12 s · 840 tokens" afterwards. Empty without
/// reasoning.
QString thinkingText(const MessageItem& message);
/// What a reply without text is doing, or why it ended. Empty when there is nothing to say.
QString stateText(const MessageItem& message);
/// "42.1 tokens/s · first token 0.4 s · …". Empty before the first token.
QString figuresText(const MessageItem& message);
/// The part of it that says what compressions took: "3 compressions · 192 evicted". Empty without any.
QString evictedText(const MessageItem& message);
/// "notes.txt · 2.1 KB".
QString fileText(const AttachmentItem& file);
/// The whole message for a screen reader.
QString spokenText(const MessageItem& message);

}  // namespace zipage::ui
