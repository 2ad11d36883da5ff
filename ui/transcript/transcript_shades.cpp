// The words of the transcript as the model still sees them.
#include "ui/transcript/transcript_view.h"

namespace zipage::ui {

void TranscriptView::setShades(const ChatShades& shades, bool choosesWords) {
  m_choosesWords = choosesWords;
  m_shades = shades;
  for (auto& layout : m_layouts) layout->setShades(m_shades.value(layout->message().id));
  viewport()->update();
}

void TranscriptView::chooseWord(const QPoint& position) {
  int row = -1;
  const MessageHit hit = hitAt(position, row);
  if (hit.kind != MessageHit::Kind::Text || !hit.link.isEmpty()) return;
  TextFlow& flow = layoutOf(row).flow(hit.part);
  const auto [from, to] = flow.writtenRange(flow.wordAt(hit.spot));
  if (from < to) Q_EMIT wordChosen(layoutOf(row).message().id, hit.part == MessagePart::Reasoning, from, to);
}

void TranscriptView::showPlace(qint64 messageId, MessagePart part, int place) {
  for (int row = 0; row < numMessages(); ++row) {
    if (layoutOf(row).message().id != messageId) continue;
    if (part == MessagePart::Reasoning && !isThinkingOpen(row)) return;
    if (const auto spot = layoutOf(row).flow(part).shownSpot(place)) reveal(row, part, *spot);
    return;
  }
}

std::optional<TranscriptView::WrittenRange> TranscriptView::selectedRange() {
  if (m_selection.isEmpty() || m_selection.first().row != m_selection.last().row) return std::nullopt;
  const int row = m_selection.first().row;
  for (const MessagePart part : {MessagePart::Reasoning, MessagePart::Text}) {
    const TextRange range = m_selection.within(row, part);
    if (range.isEmpty()) continue;
    TextFlow& flow = layoutOf(row).flow(part);
    const TextRange first =
        range.from.block == range.to.block ? range : TextRange{range.from, {range.from.block, 1 << 30}};
    const TextRange last =
        range.from.block == range.to.block ? range : TextRange{{range.to.block, 0}, range.to};
    const int from = flow.writtenRange(first).first, to = flow.writtenRange(last).second;
    if (from >= to) return std::nullopt;
    return WrittenRange{layoutOf(row).message().id, part == MessagePart::Reasoning, from, to};
  }
  return std::nullopt;
}

}  // namespace zipage::ui
