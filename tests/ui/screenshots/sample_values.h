// Plausible values for pictures of the window; no engine behind them.
#pragma once

#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/chat_values.h"
#include "ui/memory_figures.h"

namespace zipage::samples {

QVector<ui::ChatItem> chats();
ui::ModelInfo model();
ui::MessageItem question(qint64 id, const QString& text);
/// A finished reply with a list, a table, code and figures.
ui::MessageItem finishedReply(qint64 id);
/// A finished reply with formulas, a table, lists, a quote and code.
ui::MessageItem richReply(qint64 id);
ui::MessageItem thinkingReply(qint64 id);
ui::MessageItem streamingReply(qint64 id);
ui::MessageItem failedReply(qint64 id);
/// A question with files and a reply, both with other versions.
QVector<ui::MessageItem> versions();
QVector<ui::AttachmentItem> files();
QVector<ui::ChatHit> hits();
/// A thinking budget and several answers.
ui::GenerationSettings generation();
/// Several chats in one pool, one of them compressing.
std::shared_ptr<const CacheSnapshot> pool(int numPages);
ui::MemoryFigures figures(const CacheSnapshot& snapshot);

}  // namespace zipage::samples
