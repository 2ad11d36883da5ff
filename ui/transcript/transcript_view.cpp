// The reader's place is the anchor: after every change of heights the scroll bar is set so that the anchor
// stays, or the tail when it is followed.
#include "ui/transcript/transcript_view.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "ui/transcript/transcript_accessible.h"

namespace zipage::ui {

namespace {

constexpr double kColumnWidth = 760.0;
constexpr double kSideMargin = 24.0;
constexpr double kTopMargin = 24.0;
constexpr double kBottomMargin = 24.0;
constexpr double kGapBeforeAnswer = 4.0;
constexpr double kGapBeforeQuestion = 32.0;
constexpr int kFrameMs = 16;
constexpr int kAutoScrollMs = 30;
constexpr int kTailSlack = 8;

}  // namespace

TranscriptView::TranscriptView(TranscriptModel& model, QWidget* parent)
    : QAbstractScrollArea(parent), m_model(model) {
  setObjectName(QStringLiteral("transcript"));
  setAccessibleName(tr("Conversation"));
  QAccessible::installFactory(&TranscriptAccessible::create);
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  viewport()->setCursor(Qt::ArrowCursor);
  m_look.font = font();
  m_frame.setSingleShot(true);
  m_frame.setInterval(kFrameMs);
  m_autoScroll.setInterval(kAutoScrollMs);
  connect(&m_frame, &QTimer::timeout, this, &TranscriptView::renderNow);
  connect(&m_texts, &RichTexts::arrived, this, [this] {
    m_hasArrivals = true;
    if (!m_frame.isActive()) m_frame.start();
  });
  connect(&m_autoScroll, &QTimer::timeout, this, &TranscriptView::autoScroll);
  connect(&m_model, &QAbstractItemModel::modelReset, this, &TranscriptView::reset);
  connect(&m_model, &QAbstractItemModel::rowsInserted, this,
          [this](const QModelIndex&, int first, int last) { insertRows(first, last); });
  connect(&m_model, &QAbstractItemModel::rowsRemoved, this,
          [this](const QModelIndex&, int first, int last) { removeRows(first, last); });
  connect(
      &m_model, &QAbstractItemModel::dataChanged, this,
      [this](const QModelIndex& first, const QModelIndex& last) { markChanged(first.row(), last.row()); });
  reset();
}

TranscriptView::~TranscriptView() = default;

void TranscriptView::reset() {
  m_layouts.clear();
  m_changedRows.clear();
  m_renderedRows.clear();
  m_selection = {};
  m_isSelecting = false;
  m_anchor = {};
  for (int row = 0; row < m_model.rowCount(); ++row) {
    m_layouts.push_back(std::make_unique<MessageLayout>(m_model.at(row), &m_texts));
    m_layouts.back()->setShades(m_shades.value(m_model.at(row).id));
  }
  setFollowing(true);
  applyLook();
}

void TranscriptView::insertRows(int first, int last) {
  for (int row = first; row <= last; ++row) {
    auto layout = std::make_unique<MessageLayout>(m_model.at(row), &m_texts);
    layout->setLook(m_look, columnWidth());
    layout->setShades(m_shades.value(m_model.at(row).id));
    m_layouts.insert(m_layouts.begin() + row, std::move(layout));
  }
  if (m_model.at(last).role == Role::User && !m_holdsPlace) setFollowing(true);
  layOut();
}

void TranscriptView::removeRows(int first, int last) {
  m_layouts.erase(m_layouts.begin() + first, m_layouts.begin() + last + 1);
  const auto isGone = [first](int row) { return row >= first; };
  m_changedRows.removeIf(isGone);
  m_renderedRows.removeIf(isGone);
  if (isGone(m_selection.last().row)) m_selection = {};
  if (isGone(m_pointerRow)) m_pointerRow = -1;
  if (isGone(m_anchor.row)) m_anchor = {std::max(0, first - 1), {}};
  layOut();
}

void TranscriptView::showBranch(const QVector<MessageItem>& messages) {
  const int row = std::min(m_model.firstDifferent(messages), numMessages() - 1);
  const bool wasFollowing = m_isFollowing;
  const double inView = row < 0 ? 0.0 : topOf(row) - verticalScrollBar()->value();
  m_holdsPlace = true;
  m_model.setBranch(messages);
  m_holdsPlace = false;
  renderNow();
  if (row < 0 || row >= numMessages()) return;
  // Versions are of different lengths: what was clicked stays under the pointer, if there is room above it.
  m_isFollowing = false;
  m_anchor = {row, {MessagePart::Text, -1, -inView, true}};
  layOut();
  m_isFollowing = wasFollowing;
  setFollowing(isAtTail());
}

qint64 TranscriptView::messageWithVersions() const {
  qint64 last = 0;
  qint64 inView = 0;
  for (int row = 0; row < m_model.rowCount(); ++row) {
    if (m_model.at(row).numVersions < 2) continue;
    last = m_model.at(row).id;
    if (viewport()->rect().intersects(messageRect(row))) inView = last;
  }
  return inView != 0 ? inView : last;
}

void TranscriptView::markChanged(int first, int last) {
  for (int row = first; row <= last; ++row) m_changedRows.insert(row);
  if (!m_frame.isActive()) m_frame.start();
}

void TranscriptView::renderNow() {
  for (const int row : std::as_const(m_changedRows)) {
    if (row >= numMessages()) continue;
    const bool wasRunning = isRunning(layoutOf(row).message().state);
    layoutOf(row).update(m_model.at(row));
    if (wasRunning && !isRunning(m_model.at(row).state)) announce(row);
  }
  m_changedRows.clear();
  m_frame.stop();
  if (m_hasArrivals) takeArrivals();
  layOut();
}

void TranscriptView::takeArrivals() {
  m_hasArrivals = false;
  for (const int row : std::as_const(m_renderedRows)) {
    if (row < numMessages()) layoutOf(row).takeArrivals();
  }
}

void TranscriptView::announce(int row) {
  QAccessibleInterface* self = QAccessible::queryAccessibleInterface(this);
  if (!QAccessible::isActive() || self == nullptr) return;
  QAccessibleEvent event(self->child(row), QAccessible::Alert);
  QAccessible::updateAccessibility(&event);
}

void TranscriptView::setTheme(const Theme& theme) {
  m_look.theme = theme;
  applyLook();
}

void TranscriptView::setZoom(double zoom) {
  m_look.zoom = zoom;
  applyLook();
}

void TranscriptView::changeEvent(QEvent* event) {
  QAbstractScrollArea::changeEvent(event);
  if (event->type() != QEvent::FontChange) return;
  m_look.font = font();
  applyLook();
}

void TranscriptView::applyLook() {
  for (auto& layout : m_layouts) layout->setLook(m_look, columnWidth());
  layOut();
}

double TranscriptView::columnWidth() const {
  return std::floor(
      std::clamp(width() - 2.0 * kSideMargin, 120.0, kColumnWidth * std::max(1.0, m_look.zoom)));
}

double TranscriptView::columnLeft() const { return std::floor((width() - columnWidth()) / 2.0); }

double TranscriptView::contentHeight() const {
  return m_layouts.empty() ? 0.0 : m_tops.back() + m_layouts.back()->height() + kBottomMargin;
}

void TranscriptView::place() {
  m_tops.resize(m_layouts.size());
  double y = kTopMargin;
  for (std::size_t row = 0; row < m_layouts.size(); ++row) {
    const bool isQuestion = m_layouts[row]->message().role == Role::User;
    if (row > 0) y += isQuestion ? kGapBeforeQuestion : kGapBeforeAnswer;
    m_tops[row] = y;
    y += m_layouts[row]->height();
  }
}

int TranscriptView::rowAt(double y) const {
  const auto below = std::upper_bound(m_tops.begin(), m_tops.end(), y);
  return std::max(0, static_cast<int>(below - m_tops.begin()) - 1);
}

void TranscriptView::applyScrollRange() {
  m_isAdjusting = true;
  QScrollBar* bar = verticalScrollBar();
  const int page = viewport()->height();
  bar->setPageStep(page);
  bar->setSingleStep(static_cast<int>(24 * m_look.zoom));
  bar->setRange(0, std::max(0, static_cast<int>(std::ceil(contentHeight())) - page));
  if (m_isFollowing || m_layouts.empty()) {
    bar->setValue(bar->maximum());
  } else {
    const int row = std::min(m_anchor.row, numMessages() - 1);
    bar->setValue(static_cast<int>(std::lround(topOf(row) + layoutOf(row).yOf(m_anchor.place))));
  }
  m_isAdjusting = false;
}

bool TranscriptView::measureVisible() {
  if (m_layouts.empty()) return false;
  const double top = verticalScrollBar()->value();
  const double bottom = top + viewport()->height();
  bool isChanged = false;
  for (int row = rowAt(top); row < numMessages() && topOf(row) <= bottom; ++row) {
    isChanged |= layoutOf(row).measure(top - topOf(row), bottom - topOf(row));
    m_renderedRows.insert(row);
  }
  return isChanged;
}

void TranscriptView::layOut() {
  constexpr int kMaxPasses = 6;
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    place();
    applyScrollRange();
    if (!measureVisible()) break;
  }
  place();
  applyScrollRange();
  if (m_isFollowing) keepAnchor();
  releaseFarAway();
  viewport()->update();
}

void TranscriptView::keepAnchor() {
  if (m_layouts.empty()) return;
  const double y = verticalScrollBar()->value();
  const double bottom = y + viewport()->height();
  const int row = rowAt(y);
  m_anchor = {row, layoutOf(row).anchorAt(y - topOf(row), bottom - topOf(row))};
  const bool nextIsInView = row + 1 < numMessages() && topOf(row + 1) < bottom;
  if (!m_anchor.place.isCertain && nextIsInView)
    m_anchor = {row + 1, {MessagePart::Text, -1, y - topOf(row + 1), true}};
}

void TranscriptView::releaseFarAway() {
  const double reach = 3.0 * viewport()->height();
  const double top = verticalScrollBar()->value() - reach;
  const double bottom = verticalScrollBar()->value() + viewport()->height() + reach;
  for (auto row = m_renderedRows.begin(); row != m_renderedRows.end();) {
    const bool isNear =
        *row < numMessages() && topOf(*row) < bottom && topOf(*row) + layoutOf(*row).height() > top;
    if (!isNear && *row < numMessages()) layoutOf(*row).release();
    row = isNear ? std::next(row) : m_renderedRows.erase(row);
  }
}

bool TranscriptView::isAtTail() const {
  return verticalScrollBar()->value() >= verticalScrollBar()->maximum() - kTailSlack;
}

void TranscriptView::scrollContentsBy(int, int) {
  if (m_isAdjusting) return;
  setFollowing(isAtTail());
  keepAnchor();
  layOut();
}

void TranscriptView::setFollowing(bool isFollowing) {
  if (m_isFollowing == isFollowing) return;
  m_isFollowing = isFollowing;
  Q_EMIT followingChanged(isFollowing);
}

void TranscriptView::followTail() {
  setFollowing(true);
  layOut();
}

void TranscriptView::resizeEvent(QResizeEvent*) { applyLook(); }

QRect TranscriptView::messageRect(int row) const {
  const double y = topOf(row) - verticalScrollBar()->value();
  return QRectF(columnLeft(), y, columnWidth(), m_layouts[static_cast<std::size_t>(row)]->height()).toRect();
}

void TranscriptView::setThinkingOpen(int row, bool open) {
  keepAnchor();
  if (layoutOf(row).message().state != ReplyState::Thinking) setFollowing(false);
  layoutOf(row).setThinkingOpen(open);
  layOut();
  if (isAtTail()) setFollowing(true);
}

bool TranscriptView::isThinkingOpen(int row) const {
  return m_layouts[static_cast<std::size_t>(row)]->isThinkingOpen();
}

void TranscriptView::toggleLastThinking() {
  for (int row = numMessages() - 1; row >= 0; --row) {
    if (layoutOf(row).hasThinking()) return setThinkingOpen(row, !isThinkingOpen(row));
  }
}

void TranscriptView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  painter.fillRect(event->rect(), m_look.theme.page);
  if (m_layouts.empty()) return;
  const double scroll = verticalScrollBar()->value();
  const double bottom = scroll + event->rect().bottom() + 1.0;
  for (int row = rowAt(scroll + event->rect().top()); row < numMessages() && topOf(row) <= bottom; ++row) {
    const QPointF origin(columnLeft(), topOf(row) - scroll);
    const QRectF exposed = QRectF(event->rect()).translated(-origin);
    painter.save();
    painter.translate(origin);
    layoutOf(row).paint(painter, exposed, m_selection.within(row, MessagePart::Reasoning),
                        m_selection.within(row, MessagePart::Text));
    painter.restore();
  }
}

}  // namespace zipage::ui
