#include "ui/window/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "ui/theme/icons.h"

namespace zipage::ui {

FindBar::FindBar(QWidget* parent)
    : QFrame(parent), m_words(new QLineEdit), m_answer(new QLabel), m_close(new QToolButton) {
  setObjectName(QStringLiteral("findBar"));
  m_previous = button(tr("Find the one before (Shift+Enter)"), true);
  m_next = button(tr("Find the next (Enter)"), false);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 6, 6, 6);
  row->setSpacing(8);
  row->addWidget(m_words, 1);
  row->addWidget(m_answer);
  row->addWidget(m_previous);
  row->addWidget(m_next);
  row->addWidget(m_close);
  m_words->setPlaceholderText(tr("Find in this chat"));
  m_words->setAccessibleName(tr("Find in this chat"));
  m_words->installEventFilter(this);
  m_answer->setProperty("tone", "muted");
  m_close->setIconSize({kSmallIcon, kSmallIcon});
  m_close->setToolTip(tr("Close (Esc)"));
  m_close->setAccessibleName(tr("Close"));
  connect(m_words, &QLineEdit::textEdited, this, &FindBar::wordsEdited);
  connect(m_close, &QToolButton::clicked, this, &FindBar::close);
  hide();
}

QToolButton* FindBar::button(const QString& name, bool backward) {
  auto* made = new QToolButton;
  made->setIconSize({kSmallIcon, kSmallIcon});
  made->setToolTip(name);
  made->setAccessibleName(name);
  connect(made, &QToolButton::clicked, this,
          [this, backward] { Q_EMIT findRequested(m_words->text(), backward); });
  return made;
}

void FindBar::setTheme(const Theme& theme) {
  m_previous->setIcon(lineIcon(QStringLiteral("arrow-up"), theme.text));
  m_next->setIcon(lineIcon(QStringLiteral("arrow-down"), theme.text));
  m_close->setIcon(lineIcon(QStringLiteral("x"), theme.mutedText));
}

void FindBar::open() {
  show();
  m_words->setFocus(Qt::ShortcutFocusReason);
  m_words->selectAll();
}

void FindBar::showFound(bool isFound) {
  m_answer->setText(isFound || m_words->text().isEmpty() ? QString() : tr("Not in this chat"));
}

void FindBar::close() {
  hide();
  Q_EMIT closed();
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
  const bool isKey = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
  if (watched != m_words || !isKey) return QFrame::eventFilter(watched, event);
  auto* key = static_cast<QKeyEvent*>(event);
  const bool isEnter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
  if (!isEnter && key->key() != Qt::Key_Escape) return QFrame::eventFilter(watched, event);
  key->accept();
  if (event->type() == QEvent::ShortcutOverride) return true;  // the key comes here, not to the window
  if (isEnter)
    Q_EMIT findRequested(m_words->text(), key->modifiers().testFlag(Qt::ShiftModifier));
  else
    close();
  return true;
}

}  // namespace zipage::ui
