#include "ui/window/key_list.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>
#include <vector>

#include "ui/window/window_actions.h"

namespace zipage::ui {

namespace {

constexpr int kKeyListSide = 24;
constexpr QSize kKeyListSize(720, 480);

using Rows = std::vector<std::pair<QString, QString>>;  // what happens, and by which keys

QLayout* groupOf(const QString& name, const Rows& rows) {
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(24);
  grid->setVerticalSpacing(8);
  grid->setColumnStretch(0, 1);
  auto* heading = new QLabel(name);
  heading->setProperty("tone", "heading");
  grid->addWidget(heading, 0, 0, 1, 2);
  for (const auto& [meaning, keys] : rows) {
    const int row = grid->rowCount();
    auto* shortcut = new QLabel(keys);
    shortcut->setProperty("tone", "muted");
    grid->addWidget(new QLabel(meaning), row, 0);
    grid->addWidget(shortcut, row, 1, Qt::AlignRight);
  }
  return grid;
}

/// What parts of the window do by themselves; these keys stay as they are.
Rows fixedKeys() {
  return {{KeyList::tr("Send"), KeyList::tr("Enter")},
          {KeyList::tr("New line"), KeyList::tr("Shift+Enter")},
          {KeyList::tr("Edit the last question, with nothing written"), KeyList::tr("Up")},
          {KeyList::tr("Rename the chat, in the list"), KeyList::tr("F2")},
          {KeyList::tr("Delete the chat, in the list"), KeyList::tr("Del")}};
}

}  // namespace

KeyList::KeyList(const WindowActions& actions, QWidget* parent) : QDialog(parent), m_scroll(new QScrollArea) {
  setObjectName(QStringLiteral("keyList"));
  setAttribute(Qt::WA_DeleteOnClose);
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Keys"));
  auto* content = new QWidget;
  auto* columns = new QHBoxLayout(content);
  columns->setContentsMargins(kKeyListSide, kKeyListSide, kKeyListSide, kKeyListSide);
  columns->setSpacing(2 * kKeyListSide);
  std::vector<std::pair<QString, Rows>> groups;
  for (const WindowActions::Group& group : actions.groups) {
    Rows rows;
    for (const QAction* action : group.actions)
      rows.emplace_back(action->text(), keysText(action->shortcuts()));
    groups.emplace_back(group.name, rows);
  }
  groups.emplace_back(tr("Writing and lists"), fixedKeys());
  std::size_t numRows = 0, shown = 0;
  for (const auto& [name, rows] : groups) numRows += rows.size() + 1;
  QVBoxLayout* column = nullptr;
  for (const auto& [name, rows] : groups) {
    if (column == nullptr || (columns->count() == 1 && 2 * shown >= numRows)) {
      if (column != nullptr) column->addStretch(1);
      column = new QVBoxLayout;
      column->setSpacing(kKeyListSide);
      columns->addLayout(column, 1);
    }
    column->addLayout(groupOf(name, rows));
    shown += rows.size() + 1;
  }
  column->addStretch(1);
  m_scroll->setWidgetResizable(true);
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setAccessibleName(tr("Keys"));
  m_scroll->setWidget(content);
  m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_scroll);
}

/// Wide enough for its longest keys, which is known once they have their font; only long lists scroll.
void KeyList::showEvent(QShowEvent* event) {
  QDialog::showEvent(event);
  QWidget* content = m_scroll->widget();
  for (QLabel* label : content->findChildren<QLabel*>()) label->ensurePolished();
  content->layout()->invalidate();
  const QSize wanted = content->layout()->sizeHint();
  content->setMinimumHeight(wanted.height());
  const int width = wanted.width() + m_scroll->verticalScrollBar()->sizeHint().width();
  setMinimumWidth(width);
  resize(std::max(width, kKeyListSize.width()), std::max(height(), kKeyListSize.height()));
}

}  // namespace zipage::ui
