#include "ui/models/model_list_model.h"

#include <algorithm>

namespace zipage::ui {

namespace {

QString sectionName(ModelEntry::Origin origin) {
  switch (origin) {
    case ModelEntry::Origin::Embedded:
      return ModelListModel::tr("Comes with Zipage");
    case ModelEntry::Origin::Recent:
      return ModelListModel::tr("Recent");
    case ModelEntry::Origin::Found:
      return ModelListModel::tr("Found on this computer");
  }
  return {};
}

}  // namespace

int ModelListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant ModelListModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  const ModelEntry& entry = m_shown[index.row()];
  switch (role) {
    case Qt::DisplayRole:
      return entry.name;
    case Qt::ToolTipRole:
      return entry.path.toHtmlEscaped();
    case Qt::AccessibleTextRole:
      return QStringList{entry.name, entry.problem.isEmpty() ? entry.detail : entry.problem,
                         sectionName(entry.origin)}
          .join(QStringLiteral(", "));
    case DetailRole:
      return entry.detail;
    case PathRole:
      return entry.path;
    case ProblemRole:
      return entry.problem;
    case SectionRole: {
      const bool isFirst = index.row() == 0 || m_shown[index.row() - 1].origin != entry.origin;
      return isFirst ? sectionName(entry.origin) : QString();
    }
    default:
      return {};
  }
}

bool ModelListModel::isWanted(const ModelEntry& entry) const {
  return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
    return entry.name.contains(word, Qt::CaseInsensitive) || entry.path.contains(word, Qt::CaseInsensitive);
  });
}

void ModelListModel::show() {
  beginResetModel();
  m_shown.clear();
  std::copy_if(m_entries.begin(), m_entries.end(), std::back_inserter(m_shown),
               [this](const ModelEntry& entry) { return isWanted(entry); });
  endResetModel();
}

void ModelListModel::setEntries(const QVector<ModelEntry>& entries) {
  m_entries = entries;
  std::stable_sort(m_entries.begin(), m_entries.end(),
                   [](const ModelEntry& a, const ModelEntry& b) { return a.origin < b.origin; });
  show();
}

void ModelListModel::setFilter(const QString& words) {
  m_words = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
  show();
}

int ModelListModel::rowOf(const QString& path) const {
  const auto found = std::find_if(m_shown.begin(), m_shown.end(),
                                  [&](const ModelEntry& entry) { return entry.path == path; });
  return found == m_shown.end() ? -1 : static_cast<int>(found - m_shown.begin());
}

}  // namespace zipage::ui
