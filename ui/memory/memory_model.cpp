#include "ui/memory/memory_model.h"

#include <algorithm>

namespace zipage::ui {

namespace {

bool beginsWord(std::string_view bytes) {
  return bytes.empty() || bytes.front() == ' ' || bytes.front() == '\n' || bytes.front() == '<';
}

}  // namespace

void MemoryModel::beginSequence(RequestId request, OwnerId owner, TokenTexts prompt) {
  m_live.begin(request, owner, std::move(prompt));
}

void MemoryModel::addToken(RequestId request, std::string_view bytes) { m_live.addToken(request, bytes); }

void MemoryModel::noteWriter(RequestId request, qint64 messageId) {
  m_writers.insert(messageId, request);
  Q_EMIT writerNoted(messageId);
}

void MemoryModel::setSubject(RequestId request) {
  if (request == m_subject) return;
  m_subject = request;
  Q_EMIT changed();
}

void MemoryModel::take(const MemoryReport& report) {
  for (const MemorySample& sample : report.samples) m_live.add(sample);
  for (const TimedEvent& timed : report.events) m_live.add(timed.event, timed.at);
  for (const TimedSnapshot& taken : report.snapshots) m_live.add(taken.snapshot, taken.at);
  if (report.numDropped > 0) m_live.noteDropped(report.numDropped);
  if (!m_opened) Q_EMIT changed();
}

void MemoryModel::clear() {
  m_live = MemoryHistory();
  m_writers.clear();
  m_subject = {};
  if (m_opened) return;
  m_cursor.reset();
  Q_EMIT changed();
}

void MemoryModel::open(MemoryHistory history, OwnerNames names) {
  m_opened = std::move(history);
  m_subject = {};
  m_openedNames = std::move(names);
  m_cursor.reset();
  Q_EMIT openedChanged(true);
  Q_EMIT changed();
}

void MemoryModel::close() {
  if (!m_opened) return;
  m_opened.reset();
  m_cursor.reset();
  Q_EMIT openedChanged(false);
  Q_EMIT changed();
}

namespace {

QString nameBy(const OwnerNames& names, OwnerId owner) {
  const QString name = names && owner ? names(owner).simplified() : QString();
  if (!name.isEmpty()) return name;
  return owner ? MemoryModel::tr("Chat %1").arg(owner.value) : MemoryModel::tr("No chat");
}

}  // namespace

QString MemoryModel::nameOf(OwnerId owner) const { return nameBy(m_opened ? m_openedNames : m_names, owner); }

QString MemoryModel::liveNameOf(OwnerId owner) const { return nameBy(m_names, owner); }

QString MemoryModel::nameOf(RequestId request) const {
  const SequenceTrail* trail = history().trail(request);
  return trail == nullptr ? tr("Request %1").arg(request.value) : nameOf(trail->owner);
}

Duration MemoryModel::now() const {
  const auto& spans = history().samples().spans();
  return spans.empty() ? Duration::zero() : spans.back().last.at;
}

std::int64_t MemoryModel::compressionNumber() const {
  return history().lastCompression(shownAt(), subject());
}

std::int64_t MemoryModel::compressionAfter(int steps) const {
  const int direction = steps < 0 ? -1 : 1;
  const RequestId request = subject();
  // Before the first there is none, so that one step on is the first.
  std::int64_t number = std::max(compressionNumber(), history().firstCompression() - 1);
  std::int64_t found = -1;
  for (int left = std::abs(steps); left > 0;) {
    number += direction;
    const CompressionEntry* entry = history().compression(number);
    if (entry == nullptr) break;
    if (request && entry->request != request) continue;
    found = number;
    --left;
  }
  return found;
}

bool MemoryModel::stepCompression(int steps) {
  const std::int64_t found = compressionAfter(steps);
  if (found < 0) return false;
  m_cursor.setMoment(history().compression(found)->at);
  return true;
}

QString MemoryModel::textOf(RequestId request, std::int32_t token) const {
  const SequenceTrail* trail = history().trail(request);
  if (trail == nullptr || token < 0 || token >= trail->texts.numTokens()) return {};
  const std::string_view bytes = trail->texts.textOf(token);
  return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

QString MemoryModel::wordAround(RequestId request, std::int32_t token) const {
  constexpr int kMostTokens = 12;
  const SequenceTrail* trail = history().trail(request);
  if (trail == nullptr || token < 0 || token >= trail->texts.numTokens()) return {};
  const TokenTexts& texts = trail->texts;
  int first = token;
  while (first > 0 && token - first < kMostTokens && !beginsWord(texts.textOf(first))) --first;
  int end = token + 1;
  while (end < texts.numTokens() && end - token < kMostTokens && !beginsWord(texts.textOf(end))) ++end;
  const std::string_view bytes =
      std::string_view(texts.text())
          .substr(texts.beginOf(first), texts.endOf(end - 1) - texts.beginOf(first));
  return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size())).simplified();
}

}  // namespace zipage::ui
