// Rows are copies: the history may forget its first ones before views are told of it.
#include "ui/memory/event_model.h"

#include <QPainter>
#include <QPixmap>
#include <algorithm>

#include "ui/memory/event_marks.h"
#include "ui/memory/memory_texts.h"

namespace zipage::ui {

namespace {

constexpr int kMark = 14;

QPixmap markOf(MemoryEventKind kind, const QColor& color) {
  constexpr double kRatio = 2.0;
  QPixmap mark(static_cast<int>(kMark * kRatio), static_cast<int>(kMark * kRatio));
  mark.setDevicePixelRatio(kRatio);
  mark.fill(Qt::transparent);
  QPainter painter(&mark);
  painter.setRenderHint(QPainter::Antialiasing);
  paintEventMark(painter, {kMark / 2.0, kMark / 2.0}, kind, color);
  return mark;
}

}  // namespace

EventModel::EventModel(MemoryModel& model, OwnerColors& colors, QObject* parent)
    : QAbstractTableModel(parent), m_model(model), m_colors(colors) {
  connect(&m_model, &MemoryModel::changed, this, &EventModel::follow);
  follow();
}

int EventModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_events.size());
}

int EventModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : NumColumns; }

void EventModel::follow() {
  const MemoryHistory& history = m_model.history();
  const auto& now = history.events();
  const std::int64_t first = history.numForgottenEvents();
  const std::int64_t end = first + static_cast<std::int64_t>(now.size());
  const std::int64_t known = m_first + static_cast<std::int64_t>(m_events.size());
  const bool isAnother = end < known || first < m_first || first > known ||
                         (known > first && !m_events.empty() &&
                          !(m_events.back() == now[static_cast<std::size_t>(known - 1 - first)]));
  if (isAnother) {
    beginResetModel();
    m_events.assign(now.begin(), now.end());
    m_first = first;
    return endResetModel();
  }
  if (const auto gone = static_cast<int>(first - m_first); gone > 0) {
    beginRemoveRows({}, 0, gone - 1);
    m_events.erase(m_events.begin(), m_events.begin() + gone);
    m_first = first;
    endRemoveRows();
  }
  if (end == known) return;
  beginInsertRows({}, rowCount(), static_cast<int>(end - first) - 1);
  m_events.insert(m_events.end(), now.begin() + (known - first), now.end());
  endInsertRows();
}

int EventModel::rowAt(Duration moment) const {
  const auto after =
      std::upper_bound(m_events.begin(), m_events.end(), moment,
                       [](Duration value, const MemoryEvent& event) { return value < event.at; });
  return static_cast<int>(after - m_events.begin()) - 1;
}

QString EventModel::text(const MemoryEvent& event, int column) const {
  switch (column) {
    case Time: {
      const auto& spans = m_model.history().samples().spans();
      return momentText(spans.empty() ? Duration::zero()
                                      : std::max(Duration::zero(), event.at - spans.front().from));
    }
    case Kind:
      return kindText(event.kind);
    case Chat:
      return event.request ? m_model.nameOf(event.owner) : QString();
    case Detail:
      return detailText(event);
    default:
      return {};
  }
}

QVariant EventModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  const MemoryEvent& event = at(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return text(event, index.column());
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
      return tr("%1, %2, %3: %4")
          .arg(text(event, Time), text(event, Chat), text(event, Kind), text(event, Detail));
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(
          Qt::Alignment((index.column() == Time ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case Qt::DecorationRole: {
      if (index.column() != Kind) return {};
      const QColor color = event.owner ? m_colors.colorOf(event.owner, m_theme.isDark) : m_theme.mutedText;
      return markOf(event.kind, color);
    }
    default:
      return {};
  }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case Time:
      return tr("Time");
    case Kind:
      return tr("What");
    case Chat:
      return tr("Chat");
    case Detail:
      return tr("Numbers");
    default:
      return {};
  }
}

void EventModel::setTheme(const Theme& theme) {
  m_theme = theme;
  if (rowCount() > 0)
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, NumColumns - 1), {Qt::DecorationRole});
}

QString EventModel::table() const {
  QStringList lines{QStringLiteral("time\tevent\tchat\tnumbers")};
  for (const MemoryEvent& event : m_events) {
    QStringList cells;
    for (int column = 0; column < NumColumns; ++column) cells << text(event, column).simplified();
    lines << cells.join(QLatin1Char('\t'));
  }
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace zipage::ui
