// Finding words in the messages that are shown, thinking included.
#include <QScrollBar>

#include "ui/transcript/transcript_view.h"

namespace zipage::ui {

namespace {

struct Place {
  int row = 0;
  MessagePart part = MessagePart::Reasoning;
};

Place stepped(Place place, bool backward, int numRows) {
  const bool leavesRow = (place.part == MessagePart::Text) != backward;
  place.part = place.part == MessagePart::Text ? MessagePart::Reasoning : MessagePart::Text;
  if (leavesRow) place.row = (place.row + (backward ? numRows - 1 : 1)) % numRows;
  return place;
}

}  // namespace

bool TranscriptView::findWords(const QString& words, bool backward, bool fromHere) {
  if (words.isEmpty() || m_layouts.empty()) return false;
  const auto& start = backward || fromHere ? m_selection.first() : m_selection.last();
  Place place{std::min(start.row, numMessages() - 1), start.part};
  std::optional<TextSpot> from = start.spot;
  // Every part once, and the first again from its other end.
  for (int visited = 0; visited <= 2 * numMessages(); ++visited) {
    if (showFoundIn(place.row, place.part, words, backward, from)) return true;
    place = stepped(place, backward, numMessages());
    from.reset();
  }
  return false;
}

void TranscriptView::showWords(qint64 messageId, const QString& words) {
  const int row = m_model.rowOf(messageId);
  if (row < 0) return;
  for (const MessagePart part : {MessagePart::Text, MessagePart::Reasoning}) {
    if (!words.isEmpty() && showFoundIn(row, part, words, false, std::nullopt)) return;
  }
  reveal(row, MessagePart::Text, {});
}

bool TranscriptView::showFoundIn(int row, MessagePart part, const QString& words, bool backward,
                                 const std::optional<TextSpot>& from) {
  MessageLayout& layout = layoutOf(row);
  if (part == MessagePart::Reasoning && !layout.isThinkingOpen()) {
    if (!layout.message().reasoning.contains(words, Qt::CaseInsensitive)) return false;
    setThinkingOpen(row, true);
  }
  const TextRange found = layout.flow(part).find(words, from, backward);
  if (found.isEmpty()) return false;
  m_selection.anchor = {row, part, found.from};
  m_selection.head = {row, part, found.to};
  reveal(row, part, found.from);
  return true;
}

void TranscriptView::reveal(int row, MessagePart part, const TextSpot& spot) {
  setFollowing(false);
  m_anchor = {row, {part, spot.block, -viewport()->height() / 3.0, true}};
  layOut();
  const double line = layoutOf(row).flow(part).lineTop(spot);
  m_anchor.place.offset += line;
  layOut();
  setFollowing(isAtTail());
  viewport()->update();
}

}  // namespace zipage::ui
