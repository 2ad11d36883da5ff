#include "ui/preferences/key_page.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/preferences/key_model.h"
#include "ui/theme/tone.h"
#include "ui/window/window_actions.h"

namespace zipage::ui {

namespace {

/// What the message field and the lists do with keys of their own.
bool isTaken(const QKeySequence& keys) {
  for (const int key :
       {Qt::Key_Return, Qt::Key_Enter, Qt::Key_Tab, Qt::Key_Backtab, Qt::Key_Backspace, Qt::Key_Delete,
        Qt::Key_Space, Qt::Key_Up, Qt::Key_Down, Qt::Key_Left, Qt::Key_Right}) {
    if (keys == QKeySequence(key) || keys == QKeySequence(static_cast<int>(Qt::SHIFT) | key)) return true;
  }
  for (const auto standard : {QKeySequence::Copy, QKeySequence::Paste, QKeySequence::Cut, QKeySequence::Undo,
                              QKeySequence::Redo, QKeySequence::SelectAll}) {
    if (QKeySequence::keyBindings(standard).contains(keys)) return true;
  }
  return false;
}

/// A letter alone, or with Shift, is needed for writing.
bool isTyping(const QKeySequence& keys) {
  const QKeyCombination first = keys[0];
  const bool isPlain = !(first.keyboardModifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier));
  return isPlain && first.key() < Qt::Key_Escape;
}

}  // namespace

KeyPage::KeyPage(const WindowActions& actions, QWidget* parent)
    : QWidget(parent),
      m_actions(actions),
      m_model(new KeyModel(actions, this)),
      m_table(new QTreeView),
      m_edit(new QKeySequenceEdit),
      m_none(new QPushButton(tr("No keys"))),
      m_reset(new QPushButton(tr("Reset"))),
      m_resetAll(new QPushButton(tr("Reset all"))),
      m_answer(new QLabel) {
  m_table->setObjectName(QStringLiteral("keyTable"));
  m_table->setAccessibleName(tr("Actions and their keys"));
  m_table->setModel(m_model);
  m_table->setRootIsDecorated(false);
  m_table->setUniformRowHeights(true);
  m_table->header()->setStretchLastSection(false);
  m_table->header()->setSectionResizeMode(KeyModel::Action, QHeaderView::Stretch);
  m_table->header()->setSectionResizeMode(KeyModel::Keys, QHeaderView::ResizeToContents);
  m_answer->setWordWrap(true);
  m_answer->setProperty("tone", "muted");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addWidget(m_table, 1);
  layout->addLayout(makeEditor());
  layout->addWidget(m_answer);
  connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
    showChosen();
    m_answer->clear();
  });
  m_table->setCurrentIndex(m_model->index(0, 0));
}

QLayout* KeyPage::makeEditor() {
  m_edit->setAccessibleName(tr("New keys"));
  m_edit->findChild<QLineEdit*>()->setAccessibleName(m_edit->accessibleName());
  m_edit->setToolTip(tr("Click here and press the new keys."));
  connect(m_edit, &QKeySequenceEdit::editingFinished, this, [this] {
    if (!m_edit->keySequence().isEmpty()) take(m_edit->keySequence());
  });
  connect(m_none, &QPushButton::clicked, this, [this] {
    auto keys = m_keys;
    keys.insert(chosen()->objectName(), {});
    choose(keys);
  });
  connect(m_reset, &QPushButton::clicked, this, &KeyPage::giveDefaults);
  connect(m_resetAll, &QPushButton::clicked, this, [this] { choose({}); });
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(m_edit, 1);
  for (QPushButton* button : {m_none, m_reset, m_resetAll}) {
    button->setAutoDefault(false);
    row->addWidget(button);
  }
  return row;
}

const QAction* KeyPage::chosen() const { return m_model->action(m_table->currentIndex().row()); }

void KeyPage::setKeys(const QHash<QString, QStringList>& keys) {
  m_keys = keys;
  m_model->noteKeysChanged();
  showChosen();
}

void KeyPage::showChosen() {
  const QAction* action = chosen();
  m_edit->clear();
  m_reset->setEnabled(action != nullptr && m_keys.contains(action->objectName()));
  m_none->setEnabled(action != nullptr && !action->shortcuts().isEmpty());
  m_resetAll->setEnabled(!m_keys.isEmpty());
}

void KeyPage::take(const QKeySequence& keys) {
  const QAction* action = chosen();
  if (action == nullptr) return;
  const QString text = keys.toString(QKeySequence::NativeText);
  const auto refuse = [&](const QString& reason) {
    setTone(*m_answer, QStringLiteral("danger"));
    m_answer->setText(reason);
    m_edit->clear();
  };
  if (const QAction* other = m_actions.conflictOf(keys, action))
    return refuse(tr("%1 already means “%2”. Give that other keys first.").arg(text, other->text()));
  if (isTaken(keys) || isTyping(keys)) return refuse(tr("%1 is needed for writing and for lists.").arg(text));
  auto all = m_keys;
  all.insert(action->objectName(), {keys.toString(QKeySequence::PortableText)});
  choose(all);
  setTone(*m_answer, QStringLiteral("muted"));
  m_answer->setText(tr("%1 now means “%2”.").arg(text, action->text()));
}

/// What an action came with may have been given to another one since.
void KeyPage::giveDefaults() {
  const QAction* action = chosen();
  for (const QKeySequence& keys : m_actions.defaultKeys(*action)) {
    const QAction* other = m_actions.conflictOf(keys, action);
    if (other == nullptr) continue;
    setTone(*m_answer, QStringLiteral("danger"));
    m_answer->setText(tr("%1 means “%2” now. Give that other keys first.")
                          .arg(keys.toString(QKeySequence::NativeText), other->text()));
    return;
  }
  auto all = m_keys;
  all.remove(action->objectName());
  choose(all);
}

void KeyPage::choose(const QHash<QString, QStringList>& keys) {
  m_answer->clear();
  Q_EMIT keysChosen(keys);
}

}  // namespace zipage::ui
