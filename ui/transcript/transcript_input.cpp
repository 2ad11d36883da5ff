// Pointer, keys and menu of the transcript.
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>

#include "ui/transcript/transcript_view.h"

namespace zipage::ui {

int TranscriptView::rowUnder(const QPoint& position) const {
  return m_layouts.empty() ? -1 : rowAt(position.y() + verticalScrollBar()->value());
}

QPointF TranscriptView::inMessage(int row, const QPoint& position) const {
  return {position.x() - columnLeft(), position.y() + verticalScrollBar()->value() - topOf(row)};
}

MessageHit TranscriptView::hitAt(const QPoint& position, int& row) {
  row = rowUnder(position);
  return row < 0 ? MessageHit{} : layoutOf(row).hitAt(inMessage(row, position));
}

TranscriptSelection::Point TranscriptView::pointAt(const QPoint& position) {
  const int row = rowUnder(position);
  if (row < 0) return {};
  const MessageHit hit = layoutOf(row).nearestText(inMessage(row, position));
  return {row, hit.part, hit.spot};
}

void TranscriptView::copyText(const QString& text) {
  QApplication::clipboard()->setText(text);
  Q_EMIT copied();
}

QString TranscriptView::joinSelected(QString (TextFlow::*textOf)(const TextRange&)) {
  QStringList parts;
  if (m_selection.isEmpty()) return {};
  for (int row = m_selection.first().row; row <= std::min(m_selection.last().row, numMessages() - 1); ++row) {
    for (const MessagePart part : {MessagePart::Reasoning, MessagePart::Text}) {
      const TextRange range = m_selection.within(row, part);
      const QString text = range.isEmpty() ? QString() : (layoutOf(row).flow(part).*textOf)(range);
      if (!text.isEmpty()) parts << text;
    }
  }
  return parts.join(QStringLiteral("\n\n"));
}

QString TranscriptView::selectedText() { return joinSelected(&TextFlow::sourceOf); }

QString TranscriptView::selectedWords() { return joinSelected(&TextFlow::textOf); }

void TranscriptView::selectAll() {
  if (m_layouts.empty()) return;
  const int last = numMessages() - 1;
  m_selection.anchor = {};
  m_selection.head = {last, MessagePart::Text, layoutOf(last).flow(MessagePart::Text).everything().to};
  viewport()->update();
}

void TranscriptView::copySelection() {
  if (hasSelection()) copyText(selectedText());
}

void TranscriptView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  int row = -1;
  const MessageHit hit = hitAt(event->pos(), row);
  m_pressedAt = event->pos();
  m_pressedLink = hit.link;
  switch (hit.kind) {
    case MessageHit::Kind::Thinking:
      return setThinkingOpen(row, !isThinkingOpen(row));
    case MessageHit::Kind::CopyCode:
      return copyText(layoutOf(row).flow(hit.part).codeFrom(hit.codeBlock));
    case MessageHit::Kind::Button:
      return pressButton(row, hit.button, event->globalPosition().toPoint());
    case MessageHit::Kind::File:
      Q_EMIT fileActivated(layoutOf(row).message().attachments[hit.file]);
      return;
    case MessageHit::Kind::Evicted:
      Q_EMIT evictionsRequested(layoutOf(row).message().id);
      return;
    default:
      break;
  }
  m_isSelecting = true;
  const auto point = pointAt(event->pos());
  if (!event->modifiers().testFlag(Qt::ShiftModifier)) m_selection.anchor = point;
  m_selection.head = point;
  viewport()->update();
}

void TranscriptView::mouseMoveEvent(QMouseEvent* event) {
  if (!m_isSelecting) return pointTo(event->pos());
  if ((event->pos() - m_pressedAt).manhattanLength() >= QApplication::startDragDistance())
    m_pressedLink.clear();
  extendSelection(event->pos());
  const bool isOutside = !viewport()->rect().contains(event->pos());
  if (isOutside && !m_autoScroll.isActive()) m_autoScroll.start();
  if (!isOutside) m_autoScroll.stop();
}

void TranscriptView::extendSelection(const QPoint& position) {
  m_selection.head = pointAt(position);
  viewport()->update();
}

void TranscriptView::autoScroll() {
  const QPoint position = viewport()->mapFromGlobal(QCursor::pos());
  const int outside = position.y() < 0 ? position.y() : std::max(0, position.y() - viewport()->height());
  verticalScrollBar()->setValue(verticalScrollBar()->value() + std::clamp(outside, -60, 60));
  extendSelection(position);
}

void TranscriptView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  m_isSelecting = false;
  m_autoScroll.stop();
  if (!m_pressedLink.isEmpty() && m_selection.isEmpty()) Q_EMIT linkActivated(m_pressedLink);
  if (m_choosesWords && m_selection.isEmpty() && m_pressedLink.isEmpty()) chooseWord(event->pos());
  m_pressedLink.clear();
  if (hasSelection() && QApplication::clipboard()->supportsSelection()) {
    QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
  }
}

void TranscriptView::mouseDoubleClickEvent(QMouseEvent* event) {
  int row = -1;
  const MessageHit hit = hitAt(event->pos(), row);
  // Two quick presses on an arrow are two presses.
  if (hit.kind == MessageHit::Kind::Button) return mousePressEvent(event);
  if (event->button() != Qt::LeftButton || hit.kind != MessageHit::Kind::Text) return;
  const TextRange word = layoutOf(row).flow(hit.part).wordAt(hit.spot);
  m_selection.anchor = {row, hit.part, word.from};
  m_selection.head = {row, hit.part, word.to};
  viewport()->update();
}

void TranscriptView::pressButton(int row, MessageButton button, const QPoint& position) {
  const MessageItem message = layoutOf(row).message();
  switch (button) {
    case MessageButton::PreviousVersion:
      Q_EMIT commanded(message.id, MessageCommand::PreviousVersion);
      return;
    case MessageButton::NextVersion:
      Q_EMIT commanded(message.id, MessageCommand::NextVersion);
      return;
    case MessageButton::Continue:
      Q_EMIT commanded(message.id, MessageCommand::Continue);
      return;
    case MessageButton::Regenerate:
      Q_EMIT commanded(message.id, MessageCommand::Regenerate);
      return;
    case MessageButton::Edit:
      Q_EMIT editRequested(message.id);
      return;
    case MessageButton::Copy:
      return copyText(message.text);
    case MessageButton::More:
      return showMenu(row, {}, position);
  }
}

void TranscriptView::setPointerRow(int row, const QPoint& position) {
  if (m_pointerRow >= 0 && m_pointerRow < numMessages() && m_pointerRow != row)
    layoutOf(m_pointerRow).setPointer(std::nullopt);
  if (m_pointerRow < 0 && row < 0) return;
  m_pointerRow = row;
  if (row >= 0) layoutOf(row).setPointer(inMessage(row, position));
  viewport()->update();
}

void TranscriptView::showTip(const MessageHit& hit, const QPoint& position) {
  const QString tip = hit.kind == MessageHit::Kind::Button    ? buttonText(hit.button)
                      : hit.kind == MessageHit::Kind::Evicted ? tr("What was evicted, and why")
                                                              : hit.link.left(500).toHtmlEscaped();
  if (tip.isEmpty())
    QToolTip::hideText();
  else
    QToolTip::showText(viewport()->mapToGlobal(position), tip, viewport());
}

void TranscriptView::pointTo(const QPoint& position) {
  int row = -1;
  const MessageHit hit = hitAt(position, row);
  const bool isText = hit.kind == MessageHit::Kind::Text && hit.link.isEmpty();
  const bool isNothing = hit.kind == MessageHit::Kind::None;
  viewport()->setCursor(isNothing ? Qt::ArrowCursor : isText ? Qt::IBeamCursor : Qt::PointingHandCursor);
  const bool isOver = row >= 0 && messageRect(row).contains(position);
  setPointerRow(isOver ? row : -1, position);
  showTip(hit, position);
  if (hit.link == m_hoveredLink) return;
  m_hoveredLink = hit.link;
  Q_EMIT linkHovered(m_hoveredLink);
}

void TranscriptView::leaveEvent(QEvent*) {
  setPointerRow(-1, {});
  if (m_hoveredLink.isEmpty()) return;
  m_hoveredLink.clear();
  Q_EMIT linkHovered({});
}

void TranscriptView::keyPressEvent(QKeyEvent* event) {
  QScrollBar* bar = verticalScrollBar();
  if (event->matches(QKeySequence::Copy)) return copySelection();
  if (event->matches(QKeySequence::SelectAll)) return selectAll();
  switch (event->key()) {
    case Qt::Key_Home:
      return bar->setValue(0);
    case Qt::Key_End:
      return followTail();
    case Qt::Key_Space:
      return bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
    default:
      QAbstractScrollArea::keyPressEvent(event);
  }
}

void TranscriptView::wheelEvent(QWheelEvent* event) {
  if (!event->modifiers().testFlag(Qt::ControlModifier)) return QAbstractScrollArea::wheelEvent(event);
  if (event->angleDelta().y() != 0) Q_EMIT zoomStepped(event->angleDelta().y() > 0 ? 1 : -1);
  event->accept();
}

void TranscriptView::contextMenuEvent(QContextMenuEvent* event) {
  int row = -1;
  const MessageHit hit = hitAt(event->pos(), row);
  if (row >= 0) showMenu(row, hit, event->globalPos());
}

void TranscriptView::showMenu(int row, const MessageHit& hit, const QPoint& globalPosition) {
  const MessageItem message = layoutOf(row).message();
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto add = [&](const QString& title, bool isEnabled, auto action) {
    QAction* added = menu->addAction(title);
    added->setEnabled(isEnabled);
    connect(added, &QAction::triggered, this, action);
  };
  const auto addCopy = [&](const QString& title, const QString& text) {
    add(title, !text.isEmpty(), [this, text] { copyText(text); });
  };
  const auto addCommand = [&](const QString& title, bool isEnabled, MessageCommand command) {
    add(title, isEnabled, [this, id = message.id, command] { Q_EMIT commanded(id, command); });
  };
  add(tr("Copy"), hasSelection(), [this] { copySelection(); });
  add(tr("Copy without marks"), hasSelection(), [this] { copyText(selectedWords()); });
  if (!hit.link.isEmpty()) addCopy(tr("Copy link address"), hit.link);
  if (hit.codeBlock >= 0) addCopy(tr("Copy code"), layoutOf(row).flow(hit.part).codeFrom(hit.codeBlock));
  const bool isQuestion = message.role == Role::User;
  addCopy(isQuestion ? tr("Copy question") : tr("Copy reply as Markdown"), message.text);
  if (!message.reasoning.isEmpty()) addCopy(tr("Copy thinking"), message.reasoning);
  add(tr("Select all"), true, [this] { selectAll(); });
  menu->addSeparator();
  if (message.compressions > 0)
    add(tr("What was evicted, and why"), true, [this, id = message.id] { Q_EMIT evictionsRequested(id); });
  const TextRange word =
      hit.kind == MessageHit::Kind::Text ? layoutOf(row).flow(hit.part).wordAt(hit.spot) : TextRange{};
  if (hasSelection() || word.isEmpty())
    add(tr("Keep the selection in memory"), hasSelection(), [this] { Q_EMIT keepRequested(); });
  else
    add(tr("Keep this word in memory"), true, [this, row, part = hit.part, word] {
      m_selection.anchor = {row, part, word.from};
      m_selection.head = {row, part, word.to};
      viewport()->update();
      Q_EMIT keepRequested();
    });
  add(tr("Let go of what was kept in memory"), m_keepsSomething, [this] { Q_EMIT letGoRequested(); });
  menu->addSeparator();
  const bool isOver = !isRunning(message.state);
  if (isQuestion) {
    add(tr("Edit and send again"), true, [this, id = message.id] { Q_EMIT editRequested(id); });
  } else {
    addCommand(tr("Go on with this reply"), isOver, MessageCommand::Continue);
  }
  addCommand(isQuestion ? tr("Another reply to this") : tr("Another version"), isOver,
             MessageCommand::Regenerate);
  if (message.numVersions > 1) {
    addCommand(tr("Previous version"), message.version > 1, MessageCommand::PreviousVersion);
    addCommand(tr("Next version"), message.version < message.numVersions, MessageCommand::NextVersion);
  }
  menu->addSeparator();
  addCommand(tr("Delete with what follows"), true, MessageCommand::Delete);
  menu->popup(globalPosition);
}

}  // namespace zipage::ui
