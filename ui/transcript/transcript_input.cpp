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
  emit copied();
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
    case MessageHit::Kind::CopyMessage:
      return copyText(layoutOf(row).message().text);
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
  if (!m_pressedLink.isEmpty() && m_selection.isEmpty()) emit linkActivated(m_pressedLink);
  m_pressedLink.clear();
  if (hasSelection() && QApplication::clipboard()->supportsSelection()) {
    QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
  }
}

void TranscriptView::mouseDoubleClickEvent(QMouseEvent* event) {
  int row = -1;
  const MessageHit hit = hitAt(event->pos(), row);
  if (event->button() != Qt::LeftButton || hit.kind != MessageHit::Kind::Text) return;
  const TextRange word = layoutOf(row).flow(hit.part).wordAt(hit.spot);
  m_selection.anchor = {row, hit.part, word.from};
  m_selection.head = {row, hit.part, word.to};
  viewport()->update();
}

void TranscriptView::pointTo(const QPoint& position) {
  int row = -1;
  const MessageHit hit = hitAt(position, row);
  const bool isText = hit.kind == MessageHit::Kind::Text && hit.link.isEmpty();
  const bool isNothing = hit.kind == MessageHit::Kind::None;
  viewport()->setCursor(isNothing ? Qt::ArrowCursor : isText ? Qt::IBeamCursor : Qt::PointingHandCursor);
  if (hit.link == m_hoveredLink) return;
  m_hoveredLink = hit.link;
  if (m_hoveredLink.isEmpty())
    QToolTip::hideText();
  else
    QToolTip::showText(viewport()->mapToGlobal(position), m_hoveredLink.left(500).toHtmlEscaped(),
                       viewport());
  emit linkHovered(m_hoveredLink);
}

void TranscriptView::leaveEvent(QEvent*) {
  if (m_hoveredLink.isEmpty()) return;
  m_hoveredLink.clear();
  emit linkHovered({});
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
  if (event->angleDelta().y() != 0) emit zoomStepped(event->angleDelta().y() > 0 ? 1 : -1);
  event->accept();
}

void TranscriptView::contextMenuEvent(QContextMenuEvent* event) {
  int row = -1;
  const MessageHit hit = hitAt(event->pos(), row);
  if (row < 0) return;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto addCopy = [&](const QString& title, const QString& text) {
    QAction* action = menu->addAction(title);
    action->setEnabled(!text.isEmpty());
    connect(action, &QAction::triggered, this, [this, text] { copyText(text); });
  };
  const MessageItem& message = layoutOf(row).message();
  connect(menu->addAction(tr("Copy")), &QAction::triggered, this, &TranscriptView::copySelection);
  menu->actions().constLast()->setEnabled(hasSelection());
  connect(menu->addAction(tr("Copy without marks")), &QAction::triggered, this,
          [this] { copyText(selectedWords()); });
  menu->actions().constLast()->setEnabled(hasSelection());
  if (!hit.link.isEmpty()) addCopy(tr("Copy link address"), hit.link);
  if (hit.codeBlock >= 0) addCopy(tr("Copy code"), layoutOf(row).flow(hit.part).codeFrom(hit.codeBlock));
  addCopy(message.role == Role::User ? tr("Copy question") : tr("Copy reply as Markdown"), message.text);
  if (!message.reasoning.isEmpty()) addCopy(tr("Copy thinking"), message.reasoning);
  menu->addSeparator();
  connect(menu->addAction(tr("Select all")), &QAction::triggered, this, &TranscriptView::selectAll);
  menu->popup(event->globalPos());
}

}  // namespace zipage::ui
