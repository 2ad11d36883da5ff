#include <QAbstractTextDocumentLayout>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextLayout>

#include "ui/transcript/text_flow.h"

namespace zipage::ui {

TextRange TextFlow::find(const QString& words, const std::optional<TextSpot>& from, bool backward) {
  const int numBlocks = static_cast<int>(m_pieces.size());
  if (numBlocks == 0) return {};
  const int first = from ? std::min(from->block, numBlocks - 1) : backward ? numBlocks - 1 : 0;
  QTextDocument::FindFlags flags;
  flags.setFlag(QTextDocument::FindBackward, backward);
  for (int block = first; block >= 0 && block < numBlocks; block += backward ? -1 : 1) {
    BlockDocument& document = documentOf(block);
    const int end = document.characterCount() - 1;
    const bool startsHere = from && block == from->block;
    const int start = startsHere ? std::min(from->position, end) : backward ? end : 0;
    const QTextCursor found = document.find(words, start, flags);
    if (!found.isNull()) return {{block, found.selectionStart()}, {block, found.selectionEnd()}};
  }
  return {};
}

double TextFlow::lineTop(const TextSpot& spot) {
  const QTextBlock block = documentOf(spot.block).findBlock(spot.position);
  const double top = documentOf(spot.block).documentLayout()->blockBoundingRect(block).top();
  const QTextLine line = block.layout()->lineForTextPosition(spot.position - block.position());
  return contentOrigin(spot.block).y() - topOf(spot.block) + top + (line.isValid() ? line.y() : 0.0);
}

}  // namespace zipage::ui
