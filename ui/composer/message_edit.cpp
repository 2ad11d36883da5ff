#include "ui/composer/message_edit.h"

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace zipage::ui {

namespace {

constexpr int kMostLines = 8;
constexpr int kMargin = 4;

}  // namespace

MessageEdit::MessageEdit(QWidget* parent) : QPlainTextEdit(parent) {
  setObjectName(QStringLiteral("messageEdit"));
  setAccessibleName(tr("Message"));
  setPlaceholderText(tr("Ask something"));
  setFrameShape(QFrame::NoFrame);
  setTabChangesFocus(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  document()->setDocumentMargin(kMargin);
  connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
          &MessageEdit::fitHeight);
  fitHeight();
}

int MessageEdit::numLines() const {
  // The layout of a plain text field counts its height in lines.
  return std::max(1, static_cast<int>(std::lround(document()->size().height())));
}

void MessageEdit::fitHeight() {
  const int lines = std::min(numLines(), kMostLines);
  const QMargins margins = contentsMargins();
  setFixedHeight(lines * fontMetrics().lineSpacing() + 2 * kMargin + margins.top() + margins.bottom());
  if (numLines() <= kMostLines) verticalScrollBar()->setValue(0);
  setVerticalScrollBarPolicy(numLines() > kMostLines ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
}

void MessageEdit::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  if (numLines() <= kMostLines) verticalScrollBar()->setValue(0);
}

/// Two keys that text fields take for themselves, as Emacs does, mean something in this window.
bool MessageEdit::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool isOurs = key->key() == Qt::Key_K || key->key() == Qt::Key_E;
    if (isOurs && key->modifiers() == Qt::ControlModifier) {
      event->ignore();
      return true;
    }
  }
  return QPlainTextEdit::event(event);
}

void MessageEdit::keyPressEvent(QKeyEvent* event) {
  const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
  if (isEnter && !(event->modifiers() & ~Qt::KeypadModifier)) {
    if (!event->isAutoRepeat()) Q_EMIT sendPressed();
    return;
  }
  if (event->key() == Qt::Key_Up && !(event->modifiers() & ~Qt::KeypadModifier) && document()->isEmpty()) {
    Q_EMIT upInEmptyPressed();
    return;
  }
  QPlainTextEdit::keyPressEvent(event);
}

void MessageEdit::focusInEvent(QFocusEvent* event) {
  QPlainTextEdit::focusInEvent(event);
  Q_EMIT focusChanged(true);
}

void MessageEdit::focusOutEvent(QFocusEvent* event) {
  QPlainTextEdit::focusOutEvent(event);
  Q_EMIT focusChanged(false);
}

void MessageEdit::changeEvent(QEvent* event) {
  QPlainTextEdit::changeEvent(event);
  if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) fitHeight();
}

// Files that are dropped belong to the window.
bool MessageEdit::canInsertFromMimeData(const QMimeData* source) const {
  return !source->hasUrls() && QPlainTextEdit::canInsertFromMimeData(source);
}

void MessageEdit::insertFromMimeData(const QMimeData* source) {
  if (canInsertFromMimeData(source) || source->hasText()) insertPlainText(source->text());
}

}  // namespace zipage::ui
