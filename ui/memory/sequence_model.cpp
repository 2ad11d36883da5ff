#include "ui/memory/sequence_model.h"

#include <QLocale>
#include <QPixmap>

namespace zipage::ui {

namespace {

constexpr int kRowSwatch = 12;

}  // namespace

SequenceModel::SequenceModel(OwnerColors& colors, QObject* parent)
    : QAbstractTableModel(parent), m_colors(colors) {}

int SequenceModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_sequences.size());
}

int SequenceModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : NumColumns; }

QString SequenceModel::cellText(const SequenceSnapshot& sequence, int column) const {
  const QLocale locale;
  switch (column) {
    case Chat: {
      const QString name = m_names ? m_names(sequence.owner).simplified() : QString();
      return name.isEmpty() ? tr("Request %1").arg(sequence.request.value) : name;
    }
    case Pages:
      return locale.toString(sequence.pagesHeld);
    case Live:
      return locale.toString(sequence.physicalTokens);
    case Budget:
      return sequence.budgetTokens > 0 ? locale.toString(sequence.budgetTokens) : tr("full");
    case Compressions:
      return locale.toString(sequence.compressions);
    default:
      return {};
  }
}

QString SequenceModel::memoryOf(const SequenceSnapshot& sequence) {
  switch (sequence.policy) {
    case MemoryPolicy::Full:
      return tr("everything is kept");
    case MemoryPolicy::Budget:
      return tr("bounded to %1 tokens");
    case MemoryPolicy::Auto:
      return tr("everything is kept while there is room, else %1 tokens");
    case MemoryPolicy::Grow:
      return tr("bounded to %1 tokens, growing with the need");
  }
  return {};
}

QString SequenceModel::describe(const SequenceSnapshot& sequence) const {
  const QLocale locale;
  const QString bound = memoryOf(sequence).arg(locale.toString(sequence.budgetTokens));
  return tr("%1 tokens so far, %2 of them held, %3\n%4 compressions, %5 tokens evicted from each layer and "
            "head")
      .arg(locale.toString(static_cast<qlonglong>(sequence.logicalTokens)),
           locale.toString(sequence.physicalTokens), bound, locale.toString(sequence.compressions),
           locale.toString(static_cast<qlonglong>(sequence.tokensEvicted)));
}

QVariant SequenceModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  const SequenceSnapshot& sequence = m_sequences[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return cellText(sequence, index.column());
    case Qt::ToolTipRole:
      return describe(sequence);
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(
          Qt::Alignment((index.column() == Chat ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    case Qt::DecorationRole: {
      if (index.column() != Chat) return {};
      QPixmap swatch(kRowSwatch, kRowSwatch);
      swatch.fill(m_colors.colorOf(sequence.owner, m_isDark));
      return swatch;
    }
    default:
      return {};
  }
}

QVariant SequenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(
        Qt::Alignment((section == Chat ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
  }
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Chat:
      return tr("Chat");
    case Pages:
      return tr("Pages");
    case Live:
      return tr("Live");
    case Budget:
      return tr("Budget");
    case Compressions:
      return tr("Compr.");
    default:
      return {};
  }
}

void SequenceModel::setDark(bool isDark) {
  m_isDark = isDark;
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, Chat), index(rowCount() - 1, Chat));
}

void SequenceModel::setSequences(const std::vector<SequenceSnapshot>& sequences) {
  const int before = rowCount();
  const int after = static_cast<int>(sequences.size());
  if (after > before)
    beginInsertRows({}, before, after - 1);
  else if (after < before)
    beginRemoveRows({}, after, before - 1);
  m_sequences = sequences;
  if (after > before)
    endInsertRows();
  else if (after < before)
    endRemoveRows();
  if (after > 0) Q_EMIT dataChanged(index(0, 0), index(after - 1, NumColumns - 1));
}

}  // namespace zipage::ui
