// Shades of a text, and the way between what is shown and what was written.
#include <QTextCursor>
#include <algorithm>

#include "ui/transcript/source_places.h"
#include "ui/transcript/text_flow.h"

namespace zipage::ui {

void TextFlow::setShades(std::shared_ptr<const TextShades> shades) { m_shades = std::move(shades); }

const std::vector<int>& TextFlow::placesOf(int block) {
  const BlockDocument& document = documentOf(block);
  Piece& piece = m_pieces[static_cast<std::size_t>(block)];
  if (piece.places.empty()) {
    const int from = static_cast<int>(m_blocks.startOf(block));
    piece.places = sourcePlaces(document.toRawText(), source().mid(from, m_blocks.startOf(block + 1) - from));
    for (int& place : piece.places) place = place < 0 ? -1 : place + from;
  }
  return piece.places;
}

/// Runs of characters in the order of the text that look alike.
const std::vector<TextShade>& TextFlow::shadesOf(int block) {
  Piece& piece = m_pieces[static_cast<std::size_t>(block)];
  if (piece.shadedBy == m_shades) return piece.shades;
  piece.shades.clear();
  piece.shadedBy = m_shades;
  if (m_shades == nullptr) return piece.shades;
  const std::vector<int>& places = placesOf(block);
  auto shade = m_shades->begin();
  for (int at = 0; at < static_cast<int>(places.size()); ++at) {
    const int place = places[static_cast<std::size_t>(at)];
    if (place < 0) continue;
    while (shade != m_shades->end() && shade->to <= place) ++shade;
    if (shade == m_shades->end()) break;
    if (shade->from > place) continue;
    if (!piece.shades.empty() && piece.shades.back().to == at && shade->looksLike(piece.shades.back())) {
      ++piece.shades.back().to;
      continue;
    }
    piece.shades.push_back(*shade);
    piece.shades.back().from = at;
    piece.shades.back().to = at + 1;
  }
  return piece.shades;
}

std::pair<int, int> TextFlow::writtenRange(const TextRange& shown) {
  if (shown.isEmpty() || shown.from.block != shown.to.block ||
      shown.from.block >= static_cast<int>(m_pieces.size()))
    return {0, 0};
  const std::vector<int>& places = placesOf(shown.from.block);
  int from = -1, to = -1;
  for (int at = shown.from.position; at < std::min(shown.to.position, static_cast<int>(places.size()));
       ++at) {
    const int place = places[static_cast<std::size_t>(at)];
    if (place < 0) continue;
    if (from < 0) from = place;
    to = place + 1;
  }
  return from < 0 ? std::pair(0, 0) : std::pair(from, to);
}

std::optional<TextSpot> TextFlow::shownSpot(int written) {
  for (int block = 0; block < static_cast<int>(m_pieces.size()); ++block) {
    if (written < m_blocks.startOf(block) || written >= m_blocks.startOf(block + 1)) continue;
    const std::vector<int>& places = placesOf(block);
    for (int at = 0; at < static_cast<int>(places.size()); ++at) {
      if (places[static_cast<std::size_t>(at)] >= written) return TextSpot{block, at};
    }
  }
  return std::nullopt;
}

}  // namespace zipage::ui
