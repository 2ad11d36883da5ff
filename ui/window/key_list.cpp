#include "ui/window/key_list.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QStringList>

namespace zipage::ui {

namespace {

void addRow(QGridLayout& grid, const QString& meaning, const QString& keys) {
  const int row = grid.rowCount();
  auto* name = new QLabel(meaning);
  auto* shortcut = new QLabel(keys);
  shortcut->setProperty("tone", "muted");
  grid.addWidget(name, row, 0);
  grid.addWidget(shortcut, row, 1, Qt::AlignRight);
}

QString keysOf(const QAction& action) {
  QStringList keys;
  for (const QKeySequence& key : action.shortcuts()) keys << key.toString(QKeySequence::NativeText);
  return keys.join(KeyList::tr(" or "));
}

}  // namespace

KeyList::KeyList(const QVector<QAction*>& actions, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Keys"));
  setAttribute(Qt::WA_DeleteOnClose);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(24, 24, 24, 24);
  grid->setHorizontalSpacing(48);
  grid->setVerticalSpacing(8);
  addRow(*grid, tr("Send"), tr("Enter"));
  addRow(*grid, tr("New line"), tr("Shift+Enter"));
  addRow(*grid, tr("Edit the last question, with nothing written"), tr("Up"));
  for (const QAction* action : actions) addRow(*grid, action->text(), keysOf(*action));
  addRow(*grid, tr("Rename the chat, in the list"), tr("F2"));
  addRow(*grid, tr("Delete the chat, in the list"), tr("Del"));
}

}  // namespace zipage::ui
