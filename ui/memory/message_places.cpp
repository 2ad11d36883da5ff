#include "ui/memory/message_places.h"

#include <algorithm>
#include <string>

namespace zipage::ui {

namespace {

using Bytes = std::string;

bool beginsAtToken(const TokenTexts& texts, std::size_t byte) {
  const int token = texts.tokenAt(byte);
  return token >= texts.numTokens() || texts.beginOf(token) == byte;
}

/// A vocabulary may put a space before a text, and may take it into its first token.
bool beginsText(const TokenTexts& texts, std::size_t byte) {
  return beginsAtToken(texts, byte) ||
         (byte > 0 && texts.text()[byte - 1] == ' ' && beginsAtToken(texts, byte - 1));
}

/// The first place at `from` or later where the whole of `wanted` is made of whole tokens. `mayGoOn`: the
/// text is still being written, its last token may hold more than the message shows.
std::size_t find(const TokenTexts& texts, const Bytes& wanted, std::size_t from, std::size_t end,
                 bool mayGoOn) {
  for (std::size_t at = texts.text().find(wanted, from); at != Bytes::npos && at + wanted.size() <= end;
       at = texts.text().find(wanted, at + 1)) {
    if (beginsText(texts, at) && (mayGoOn || beginsAtToken(texts, at + wanted.size()))) return at;
  }
  return Bytes::npos;
}

int unitsOf(std::string_view bytes) {
  int units = 0;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if ((value & 0xC0U) != 0x80U) units += value >= 0xF0U ? 2 : 1;
  }
  return units;
}

MessagePlace placeOf(const TokenTexts& texts, std::size_t at, const Bytes& written, int skippedUnits) {
  MessagePlace place;
  place.firstToken = texts.tokenAt(at);
  const std::size_t end = at + written.size();
  const std::string_view all(texts.text());
  std::size_t before = at;
  int units = skippedUnits;
  int token = place.firstToken;
  for (; token < texts.numTokens() && texts.beginOf(token) < end; ++token) {
    place.offsets.push_back(units);
    const std::size_t until = std::min(texts.endOf(token), end);
    units += unitsOf(all.substr(before, until - before));
    before = until;
  }
  place.offsets.push_back(units);
  place.endToken = token;
  return place;
}

struct Found {
  std::size_t at = Bytes::npos;
  Bytes written;
  int skippedUnits = 0;  // white space that a template may have taken away
};

Found findText(const TokenTexts& texts, const QString& text, std::size_t from, std::size_t end,
               bool mayGoOn) {
  Found found;
  if (text.trimmed().isEmpty()) return found;
  found.written = text.toStdString();
  found.at = find(texts, found.written, from, end, mayGoOn);
  if (found.at != Bytes::npos) return found;
  const QString trimmed = text.trimmed();
  found.written = trimmed.toStdString();
  found.skippedUnits = static_cast<int>(text.indexOf(trimmed));
  found.at = find(texts, found.written, from, end, true);
  return found;
}

}  // namespace

std::pair<int, int> MessagePlace::tokensOf(int from, int to) const {
  const auto begins = std::upper_bound(offsets.begin(), offsets.end() - 1, from);
  const int first = std::max(0, static_cast<int>(begins - offsets.begin()) - 1);
  int end = first + 1;
  while (firstToken + end < endToken && offsets[static_cast<std::size_t>(end)] < to) ++end;
  return {firstToken + first, firstToken + end};
}

std::vector<MessagePlace> findMessages(const TokenTexts& texts, int promptTokens,
                                       const QVector<MessageItem>& messages) {
  std::vector<MessagePlace> places;
  const int known = std::min(promptTokens, texts.numTokens());
  const std::size_t promptEnd = known == 0 ? 0 : texts.endOf(known - 1);
  std::size_t from = 0;
  const auto add = [&](const MessageItem& message, bool isReasoning, const Found& found) {
    if (found.at == Bytes::npos) return;
    MessagePlace place = placeOf(texts, found.at, found.written, found.skippedUnits);
    place.messageId = message.id;
    place.isReasoning = isReasoning;
    places.push_back(std::move(place));
    from = found.at + found.written.size();
  };
  for (const MessageItem& message : messages) {
    const bool isLast = message.id == messages.constLast().id && message.role == Role::Assistant;
    const std::size_t end = isLast ? texts.text().size() : promptEnd;
    Found reasoning = findText(texts, message.reasoning, from, end, isLast);
    const std::size_t behind = reasoning.at == Bytes::npos ? from : reasoning.at + reasoning.written.size();
    Found text = findText(texts, message.text, behind, end, isLast);
    // Without its answer behind it, it was another text that says the same.
    if (text.at == Bytes::npos && behind != from && !message.text.trimmed().isEmpty()) {
      text = findText(texts, message.text, from, end, isLast);
      if (text.at != Bytes::npos) reasoning.at = Bytes::npos;
    }
    add(message, true, reasoning);
    add(message, false, text);
  }
  return places;
}

}  // namespace zipage::ui
