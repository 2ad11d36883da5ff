#include "ui/memory/sequence_list.h"

#include <QPainter>
#include <algorithm>
#include <utility>

#include "ui/memory/memory_texts.h"
#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr int kMostRows = 12;
constexpr int kSwatch = 10;

}  // namespace

SequenceList::SequenceList(OwnerColors& colors, QWidget* parent) : QWidget(parent), m_colors(colors) {
  setAccessibleName(tr("Chats in memory"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setToolTip(tr("Pages held, tokens live, and how many tokens the chat has in all."));
}

void SequenceList::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void SequenceList::setOwnerNames(std::function<QString(OwnerId)> names) { m_names = std::move(names); }

void SequenceList::setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  m_snapshot = std::move(snapshot);
  if (std::exchange(m_numRowsShown, numRows()) != numRows()) updateGeometry();
  update();
}

int SequenceList::numRows() const {
  return m_snapshot != nullptr ? std::min(kMostRows, static_cast<int>(m_snapshot->sequences.size())) : 0;
}

int SequenceList::rowHeight() const { return QFontMetrics(smallFont(font())).height() + 8; }

QSize SequenceList::sizeHint() const { return {368, std::max(1, numRows()) * rowHeight()}; }

QString SequenceList::rowText(int row) const {
  const SequenceSnapshot& sequence = m_snapshot->sequences[static_cast<std::size_t>(row)];
  return tr("%1 pages · %2 of %3 tokens")
      .arg(countText(sequence.pagesHeld), countText(sequence.physicalTokens),
           countText(sequence.logicalTokens));
}

void SequenceList::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(smallFont(font()));
  painter.setPen(m_theme.mutedText);
  if (numRows() == 0) {
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, tr("No chat is generating."));
    return;
  }
  const QFontMetrics metrics(painter.font());
  for (int row = 0; row < numRows(); ++row) {
    const SequenceSnapshot& sequence = m_snapshot->sequences[static_cast<std::size_t>(row)];
    const QRect line(0, row * rowHeight(), width(), rowHeight());
    painter.fillRect(QRect(0, line.center().y() - kSwatch / 2, kSwatch, kSwatch),
                     m_colors.colorOf(sequence.owner, m_theme.isDark));
    painter.setPen(m_theme.mutedText);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, rowText(row));
    QString name = m_names ? m_names(sequence.owner) : QString();
    if (name.isEmpty()) name = tr("chat %1").arg(sequence.owner.value);
    const int room = width() - kSwatch - 24 - metrics.horizontalAdvance(rowText(row));
    painter.setPen(m_theme.text);
    painter.drawText(line.adjusted(kSwatch + 8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(name, Qt::ElideRight, std::max(0, room)));
  }
}

}  // namespace zipage::ui
