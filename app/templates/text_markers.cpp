#include "app/templates/text_markers.h"

#include <QString>
#include <charconv>
#include <cstdio>
#include <random>

namespace zipage {

namespace {

constexpr char kEndOfMarker = 'q';  // not a digit, so that 1 is not taken for the start of 12

/// A text without its outer white space, and how many bytes of that there were before and after it.
struct Trimmed {
  std::string_view core;
  std::size_t before = 0;
  std::size_t after = 0;
};

Trimmed trim(std::string_view text) {
  const QString whole = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
  qsizetype first = 0;
  while (first < whole.size() && whole[first].isSpace()) ++first;
  qsizetype last = whole.size();
  while (last > first && whole[last - 1].isSpace()) --last;
  const auto bytes = [](QStringView part) { return static_cast<std::size_t>(part.toUtf8().size()); };
  const QStringView view(whole);
  const std::size_t before = bytes(view.first(first));
  const std::size_t after = bytes(view.sliced(last));
  if (before + after > text.size()) return {text, 0, 0};
  return {text.substr(before, text.size() - before - after), before, after};
}

/// How many bytes of `direct` the text takes when `next` has to follow it, with as much of its white space as
/// possible.
std::optional<std::size_t> matchText(std::string_view text, std::string_view direct, std::string_view next) {
  const Trimmed trimmed = trim(text);
  const std::size_t before = direct.substr(0, trimmed.before + trimmed.core.size()).find(trimmed.core);
  if (before == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(trimmed.before - before);
  for (std::size_t after = trimmed.after + 1; after-- > 0;) {
    const std::size_t bytes = before + trimmed.core.size() + after;
    if (direct.starts_with(rest.substr(0, bytes)) && direct.substr(bytes).starts_with(next)) return bytes;
  }
  return std::nullopt;
}

void append(std::vector<PromptSegment>& segments, std::string_view text, bool isTemplate) {
  if (text.empty()) return;
  segments.push_back({std::string(text), isTemplate});
}

}  // namespace

TextMarkers::TextMarkers() {
  std::random_device random;
  char digits[9];
  m_secret = "z";
  for (int word = 0; word < 4; ++word) {
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(random()));
    m_secret += digits;
  }
  m_secret += 'x';
}

std::string TextMarkers::markerOf(int index) const { return m_secret + std::to_string(index) + kEndOfMarker; }

std::vector<RenderedPiece> TextMarkers::split(std::string_view rendering) const {
  std::vector<RenderedPiece> pieces;
  while (true) {
    const std::size_t place = rendering.find(m_secret);
    pieces.push_back({std::string(rendering.substr(0, place)), -1});
    if (place == std::string_view::npos) return pieces;
    rendering.remove_prefix(place + m_secret.size());
    int index = -1;
    std::from_chars(rendering.data(), rendering.data() + rendering.size(), index);
    pieces.push_back({{}, index});
    const std::size_t end = rendering.find(kEndOfMarker);
    rendering.remove_prefix(end == std::string_view::npos ? rendering.size() : end + 1);
  }
}

std::optional<std::vector<PromptSegment>> alignTexts(const std::vector<RenderedPiece>& pieces,
                                                     const std::vector<std::string>& texts,
                                                     std::string_view direct) {
  std::vector<PromptSegment> segments;
  for (std::size_t number = 0; number < pieces.size(); ++number) {
    const RenderedPiece& piece = pieces[number];
    std::size_t bytes = piece.text.size();
    if (piece.index < 0) {
      if (!direct.starts_with(piece.text)) return std::nullopt;
    } else {
      if (piece.index >= static_cast<int>(texts.size())) return std::nullopt;
      const auto matched = matchText(texts[piece.index], direct, pieces[number + 1].text);
      if (!matched) return std::nullopt;
      bytes = *matched;
    }
    append(segments, direct.substr(0, bytes), piece.index < 0);
    direct.remove_prefix(bytes);
  }
  if (!direct.empty()) return std::nullopt;
  return segments;
}

}  // namespace zipage
