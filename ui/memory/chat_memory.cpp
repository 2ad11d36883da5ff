#include "ui/memory/chat_memory.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/trace/compression_look.h"
#include "engine/trace/page_contents.h"

namespace zipage::ui {

namespace {

/// Scripts without spaces have words as long as sentences: those are shaded token by token.
constexpr int kLongWord = 32;

int levelOf(float gone) {
  if (gone <= 0.0F) return 0;
  if (gone >= 1.0F) return kGoneShade;
  return 1 + std::min(kNumShades - 3, static_cast<int>(gone * (kNumShades - 2)));
}

/// [tokens] share of the heads that have lost each token.
std::vector<float> goneShares(const CompressionEntry* entry, int numTokens) {
  std::vector<float> gone(static_cast<std::size_t>(numTokens), 0.0F);
  if (entry == nullptr || entry->record == nullptr) return gone;
  const CompressionLook look(*entry->record);
  const std::vector<std::uint16_t> holding = look.headsHolding();
  for (std::size_t token = 0; token < std::min(holding.size(), gone.size()); ++token)
    gone[token] = 1.0F - static_cast<float>(holding[token]) / static_cast<float>(look.numHeads());
  return gone;
}

}  // namespace

ChatMemory::ChatMemory(MemoryModel& model, Messages messages, QObject* parent)
    : QObject(parent), m_model(model), m_currentMessages(std::move(messages)) {
  connect(&m_model, &MemoryModel::changed, this, &ChatMemory::follow);
  connect(&m_model, &MemoryModel::openedChanged, this, &ChatMemory::lookAtNow);
  connect(&m_model, &MemoryModel::writerNoted, this, &ChatMemory::followWriter);
  connect(&m_model.cursor(), &MemoryCursor::moved, this, &ChatMemory::refresh);
  connect(&m_model.cursor(), &MemoryCursor::chosen, this, &ChatMemory::refresh);
}

void ChatMemory::setShown(bool shown) {
  if (shown == m_isShown) return;
  m_isShown = shown;
  refresh();
}

void ChatMemory::setChat(OwnerId chat) {
  m_chat = chat;
  lookAtNow();
}

/// Whoever asks wants to see what comes of it, not what was.
void ChatMemory::followWriter(qint64 messageId) {
  const QVector<MessageItem> messages = m_currentMessages();
  const bool isShown = std::any_of(messages.begin(), messages.end(),
                                   [&](const MessageItem& message) { return message.id == messageId; });
  if (!isShown) return;
  m_model.close();
  lookAtNow();
}

void ChatMemory::lookAtNow() {
  if (!m_model.isOpened()) {
    m_model.cursor().reset();
    const SequenceTrail* trail = trailOf(m_currentMessages());
    m_model.setSubject(trail == nullptr ? RequestId{} : trail->request);
  }
  refresh();
}

/// What wrote the last reply that is shown, or another that was chosen; of an opened trace, what the chat did
/// last.
const SequenceTrail* ChatMemory::trailOf(const QVector<MessageItem>& messages) const {
  if (m_model.isOpened()) return m_chat ? m_model.history().latestOf(m_chat) : nullptr;
  const RequestId chosen = m_model.cursor().request();
  RequestId last;
  for (const MessageItem& message : messages) {
    if (message.role != Role::Assistant) continue;
    last = m_model.writerOf(message.id);
    if (last && last == chosen) break;
  }
  return m_model.history().trail(last);
}

/// Words only fade when something was compressed; what is new is seen by all.
void ChatMemory::follow() {
  if (!m_isShown) return;
  const SequenceTrail* trail = trailOf(m_currentMessages());
  const bool isAnother = (trail == nullptr ? RequestId{} : trail->request) != m_request;
  if (isAnother ||
      (m_request && m_model.history().lastCompression(m_model.shownAt(), m_request) != m_compression))
    refresh();
}

void ChatMemory::findPlaces(const QVector<MessageItem>& messages) {
  const SequenceTrail* trail = trailOf(messages);
  m_request = trail == nullptr ? RequestId{} : trail->request;
  m_numTokensFound = trail == nullptr ? 0 : trail->texts.numTokens();
  m_places = trail == nullptr ? std::vector<MessagePlace>()
                              : findMessages(trail->texts, trail->promptTokens, messages);
  m_questions.clear();
  for (const MessageItem& message : messages) {
    if (message.role == Role::User) m_questions.insert(message.id);
  }
}

void ChatMemory::forget() {
  m_places.clear();
  m_request = {};
  m_numTokensFound = 0;
  m_compression = -1;
  if (m_shades.isEmpty()) return;
  m_shades.clear();
  Q_EMIT shadesChanged();
}

void ChatMemory::refresh() {
  if (!m_isShown) return forget();
  const QVector<MessageItem> messages = m_currentMessages();
  findPlaces(messages);
  m_compression = m_request ? m_model.history().lastCompression(m_model.shownAt(), m_request) : -1;
  const std::vector<float> gone = goneShares(m_model.history().compression(m_compression), m_numTokensFound);
  m_numTokensThen = numTokensThen();
  const std::vector<std::uint8_t> chosen = chosenTokens(m_numTokensFound);
  m_shades.clear();
  for (const MessagePlace& place : m_places) {
    const auto message = std::find_if(messages.begin(), messages.end(),
                                      [&](const MessageItem& item) { return item.id == place.messageId; });
    if (message == messages.end()) continue;
    const QString& text = place.isReasoning ? message->reasoning : message->text;
    auto shades = std::make_shared<const TextShades>(shadesOf(place, text, gone, chosen));
    MessageShades& made = m_shades[place.messageId];
    (place.isReasoning ? made.reasoning : made.text) = std::move(shades);
  }
  Q_EMIT shadesChanged();
}

/// How many tokens there were at the shown moment, as far as compressions tell: those of the one that was
/// then, or no more than of the next.
int ChatMemory::numTokensThen() const {
  constexpr int kAll = std::numeric_limits<int>::max();
  const SequenceTrail* trail = m_model.history().trail(m_request);
  if (m_model.cursor().isLive() || trail == nullptr) return kAll;
  for (const std::int64_t number : trail->compressions) {
    const CompressionEntry* entry = m_model.history().compression(number);
    if (entry == nullptr || entry->at < m_model.shownAt()) continue;
    return entry->record == nullptr ? kAll : CompressionLook(*entry->record).lastToken() + 1;
  }
  return kAll;
}

std::vector<std::uint8_t> ChatMemory::chosenTokens(int numTokens) const {
  std::vector<std::uint8_t> chosen(static_cast<std::size_t>(std::max(0, numTokens)), 0);
  const MemoryCursor& cursor = m_model.cursor();
  if (cursor.request() != m_request || !m_request) return chosen;
  const auto mark = [&](std::int32_t token) {
    if (token >= 0 && token < numTokens) chosen[static_cast<std::size_t>(token)] = 1;
  };
  mark(cursor.token());
  const auto snapshot = m_model.snapshot();
  if (cursor.page() >= 0 && snapshot && cursor.page() < static_cast<int>(snapshot->pages.size())) {
    for (const TokenInPage& held : contentsOf(m_model.history(), *snapshot, cursor.page()).tokens)
      mark(held.token);
  }
  return chosen;
}

TextShades ChatMemory::shadesOf(const MessagePlace& place, const QString& text,
                                const std::vector<float>& gone,
                                const std::vector<std::uint8_t>& chosen) const {
  TextShades shades;
  const auto add = [&](int from, int to) {
    const auto [first, end] = place.tokensOf(from, to);
    float sum = 0.0F;
    bool isChosen = false;
    for (int token = first; token < end; ++token) {
      sum += gone[static_cast<std::size_t>(token)];
      isChosen = isChosen || chosen[static_cast<std::size_t>(token)] != 0;
    }
    TextShade shade{from, to, levelOf(sum / static_cast<float>(std::max(1, end - first))), isChosen,
                    isKept(place, from, to)};
    shade.isLater = first >= m_numTokensThen;
    if (shade.isLater) shade.level = kGoneShade;
    if (shade.looksLike({})) return;
    const bool goesOn =
        !shades.isEmpty() && shade.looksLike(shades.constLast()) && from - shades.constLast().to <= 1;
    if (goesOn)
      shades.last().to = to;
    else
      shades.append(shade);
  };
  const int end = std::min(static_cast<int>(text.size()), place.offsets.back());
  int at = place.offsets.front();
  while (at < end) {
    while (at < end && text[at].isSpace()) ++at;
    int stop = at;
    while (stop < end && !text[stop].isSpace()) ++stop;
    if (stop == at) break;
    if (stop - at <= kLongWord) {
      add(at, stop);
    } else {
      const auto [first, last] = place.tokensOf(at, stop);
      for (int token = first; token < last; ++token) {
        const auto number = static_cast<std::size_t>(token - place.firstToken);
        const int from = std::max(at, place.offsets[number]), to = std::min(stop, place.offsets[number + 1]);
        if (from < to) add(from, to);
      }
    }
    at = stop;
  }
  return shades;
}

std::vector<std::int32_t> ChatMemory::tokensAt(const std::vector<MessagePlace>& places,
                                               const Stretch& stretch) {
  std::vector<std::int32_t> tokens;
  for (const MessagePlace& place : places) {
    if (place.messageId != stretch.messageId || place.isReasoning != stretch.isReasoning ||
        stretch.from >= place.offsets.back())
      continue;
    const auto [first, end] = place.tokensOf(stretch.from, stretch.to);
    for (int token = first; token < end; ++token) tokens.push_back(token);
  }
  return tokens;
}

void ChatMemory::setKept(std::vector<Stretch> kept) {
  m_kept = std::move(kept);
  if (m_isShown) refresh();
}

bool ChatMemory::isKept(const MessagePlace& place, int from, int to) const {
  return std::any_of(m_kept.begin(), m_kept.end(), [&](const Stretch& kept) {
    return kept.messageId == place.messageId && kept.isReasoning == place.isReasoning && kept.from < to &&
           from < kept.to;
  });
}

RequestId ChatMemory::latestRequest() const {
  const SequenceTrail* latest = m_chat ? m_model.liveHistory().latestOf(m_chat) : nullptr;
  return latest == nullptr ? RequestId{} : latest->request;
}

std::vector<std::int32_t> ChatMemory::keptTokens() const {
  const SequenceTrail* latest = m_model.liveHistory().trail(latestRequest());
  if (latest == nullptr) return {};
  const auto places = findMessages(latest->texts, latest->promptTokens, m_currentMessages());
  std::set<std::int32_t> tokens;
  for (const Stretch& stretch : m_kept) {
    const auto found = tokensAt(places, stretch);
    tokens.insert(found.begin(), found.end());
  }
  return {tokens.begin(), tokens.end()};
}

bool ChatMemory::chooseWord(qint64 messageId, bool isReasoning, int from, int to) {
  std::vector<std::int32_t> tokens = tokensAt(m_places, {messageId, isReasoning, from, to});
  if (tokens.empty()) {  // it may have been written since
    refresh();
    tokens = tokensAt(m_places, {messageId, isReasoning, from, to});
  }
  if (tokens.empty()) return false;
  m_model.cursor().chooseToken(m_request, tokens.front());
  return true;
}

bool ChatMemory::chooseReply(qint64 messageId) {
  m_model.close();
  const SequenceTrail* trail = m_model.history().trail(m_model.writerOf(messageId));
  if (trail == nullptr || trail->compressions.empty()) return false;
  m_model.cursor().setMoment(std::nullopt);
  m_model.cursor().chooseRequest(trail->request);
  return true;
}

std::optional<ChatMemory::Stretch> ChatMemory::chosenSpot() const {
  const std::int32_t token = m_model.cursor().token();
  if (token < 0 || m_model.cursor().request() != m_request) return std::nullopt;
  for (const MessagePlace& place : m_places) {
    if (token < place.firstToken || token >= place.endToken) continue;
    const auto at = static_cast<std::size_t>(token - place.firstToken);
    return Stretch{place.messageId, place.isReasoning, place.offsets[at], place.offsets[at + 1]};
  }
  return std::nullopt;
}

QString ChatMemory::summary() const {
  if (!m_request) return tr("Nothing of this chat is in memory. Ask something.");
  const CompressionEntry* entry = m_model.history().compression(m_compression);
  if (entry == nullptr) return tr("Every word is still seen: nothing has been compressed.");
  if (entry->record == nullptr)
    return tr("What went is not known any more: that compression is too long ago.");
  const std::vector<float> gone = goneShares(entry, m_numTokensFound);
  int question = 0, questionGone = 0, all = 0, allGone = 0;
  for (const MessagePlace& place : m_places) {
    const bool isQuestion = m_questions.contains(place.messageId);
    for (int token = place.firstToken; token < place.endToken; ++token) {
      const bool isGone = gone[static_cast<std::size_t>(token)] >= 1.0F;
      ++all;
      allGone += isGone;
      question += isQuestion;
      questionGone += isQuestion && isGone;
    }
  }
  const QLocale locale;
  return tr("The paler a word, the fewer layers and heads still see it. None sees what is struck out: %2 of "
            "%1 tokens of questions, %4 of %3 in all.")
      .arg(locale.toString(question), locale.toString(questionGone), locale.toString(all),
           locale.toString(allGone));
}

}  // namespace zipage::ui
