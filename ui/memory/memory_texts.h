// What happened to memory, in words.
#pragma once

#include <QString>

#include "engine/trace/compression_look.h"
#include "engine/trace/memory_history.h"

namespace zipage::ui {

/// "4.2 s", "03:05.1", "1:03:05": a time since the beginning of the history.
QString momentText(Duration sinceStart);
/// "12 ms", "0.8 ms".
QString shortTime(Duration duration);
/// "Compression", "Swapped out".
QString kindText(MemoryEventKind kind);
/// "128 tokens evicted from each layer and head, 4 pages reclaimed".
QString detailText(const MemoryEvent& event);
/// "640 entries before, 512 after; 128 evicted…": one compression in a sentence.
QString compressionText(const CompressionEntry& entry);
/// "kept: its score is above the cut", "evicted: its score lay below the cut".
QString fateText(Fate fate);
/// The same without the state: "its score lay below the cut".
QString fateReason(Fate fate);
/// A word for a table: "kept", "evicted".
QString fateName(Fate fate);
/// "Layer 3, head 1": people count from 1.
QString headText(int head, int kvHeads);
/// A whole number with its digits in groups.
QString countText(std::int64_t count);
/// A number with three digits that count.
QString scoreText(float score);

}  // namespace zipage::ui
