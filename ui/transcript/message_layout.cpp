#include "ui/transcript/message_layout.h"

#include <QFontMetricsF>
#include <QPainter>
#include <cmath>

#include "ui/theme/fonts.h"
#include "ui/theme/icons.h"
#include "ui/transcript/reply_texts.h"

namespace zipage::ui {

namespace {

constexpr double kQuestionSide = 16.0;
constexpr double kQuestionTop = 10.0;
constexpr double kQuestionBottom = 14.0;
constexpr double kRowGap = 4.0;
constexpr double kReasoningIndent = 16.0;
constexpr double kRadius = 10.0;
constexpr int kStateFlags = Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap;

bool isProblem(ReplyState state) { return state == ReplyState::Failed || state == ReplyState::Interrupted; }

}  // namespace

MessageLayout::MessageLayout(const MessageItem& message, RichTexts* texts)
    : m_text(message.role == Role::User ? TextSource::Question : TextSource::Markdown, texts),
      m_reasoning(TextSource::Reasoning, texts) {
  update(message);
}

void MessageLayout::setShades(const MessageShades& shades) {
  m_text.setShades(shades.text);
  m_reasoning.setShades(shades.reasoning);
}

void MessageLayout::update(const MessageItem& message) {
  m_message = message;
  m_text.setText(message.text.trimmed().isEmpty() ? QString() : message.text);
  if (m_isThinkingOpen) m_reasoning.setText(message.reasoning);
  arrange();
}

void MessageLayout::setLook(const MessageLook& look, double width) {
  m_look = look;
  m_width = width;
  const TextLook text = isQuestion() ? questionLook(look.theme, look.font, look.zoom)
                                     : answerLook(look.theme, look.font, look.zoom);
  m_text.setLook(text, isQuestion() ? width - 2.0 * kQuestionSide : width);
  m_reasoning.setLook(reasoningLook(look.theme, look.font, look.zoom), width - kReasoningIndent);
  arrange();
}

bool MessageLayout::hasThinking() const { return !thinkingText(m_message).isEmpty(); }

void MessageLayout::setThinkingOpen(bool open) {
  m_isThinkingOpen = open;
  m_reasoning.setText(open ? m_message.reasoning : QString());
  arrange();
}

void MessageLayout::arrange() {
  double y = 0.0;
  m_thinkingRect = m_reasoningRect = m_stateRect = m_voteRect = m_figuresRect = QRectF();
  if (isQuestion()) return arrangeQuestion();
  const QFontMetricsF small(smallFont(transcriptFont(m_look.font, m_look.zoom)));
  if (hasThinking()) {
    m_thinkingRect = {0.0, y, m_width, std::round(small.height()) + 8.0};
    y = m_thinkingRect.bottom() + 8.0;
    if (m_isThinkingOpen && !m_reasoning.isEmpty()) {
      m_reasoningRect = {kReasoningIndent, y, m_width - kReasoningIndent, m_reasoning.height()};
      y = m_reasoningRect.bottom() + 12.0;
    }
  }
  m_textRect = {0.0, y, m_width, m_text.height()};
  if (!m_text.isEmpty()) y = m_textRect.bottom() + 12.0;
  const auto heightOf = [&](const QString& text, double width) {
    return std::ceil(small.boundingRect(QRectF(0.0, 0.0, width, 1e6), kStateFlags, text).height()) + 8.0;
  };
  if (const QString state = stateText(m_message); !state.isEmpty()) {
    m_stateRect = {0.0, y, m_width,
                   heightOf(state, m_width - (isProblem(m_message.state) ? besideIcon() : 0.0))};
    y = m_stateRect.bottom() + 2.0;
  }
  if (!m_message.vote.isEmpty()) {
    m_voteRect = {0.0, y, m_width, heightOf(m_message.vote, m_width - besideIcon())};
    y = m_voteRect.bottom() + 2.0;
  }
  arrangeFooter(y, small);
}

void MessageLayout::arrangeQuestion() {
  const double filesHeight = fileHeight() * static_cast<double>(m_message.attachments.size());
  m_textRect = {kQuestionSide, kQuestionTop + filesHeight, m_width - 2.0 * kQuestionSide, m_text.height()};
  m_blockHeight = m_textRect.bottom() + kQuestionBottom;
  const QFontMetricsF small(smallFont(transcriptFont(m_look.font, m_look.zoom)));
  m_buttons.arrange(m_message, m_blockHeight + kRowGap, m_width,
                    small.horizontalAdvance(MessageButtons::versionText(m_message)), m_look.zoom);
  m_height = m_blockHeight + kRowGap + MessageButtons::sizeAt(m_look.zoom);
}

void MessageLayout::arrangeFooter(double y, const QFontMetricsF& small) {
  const bool isOver = !isRunning(m_message.state);
  m_buttons.arrange(m_message, y, m_width, small.horizontalAdvance(MessageButtons::versionText(m_message)),
                    m_look.zoom);
  m_height = std::max(y, 24.0);
  if (!isOver && m_message.numVersions < 2) return;
  m_height = y + MessageButtons::sizeAt(m_look.zoom);
  if (!isOver) return;
  const double width = m_buttons.right() - m_buttons.left() - 8.0;
  m_figures.arrange(m_message, smallFont(transcriptFont(m_look.font, m_look.zoom)), width);
  if (m_figures.isEmpty()) return;
  m_figuresRect = {m_buttons.left(), y, width,
                   std::max(std::ceil(m_figures.height()) + 8.0, MessageButtons::sizeAt(m_look.zoom))};
  m_height = m_figuresRect.bottom();
}

bool MessageLayout::measure(double top, double bottom) {
  bool isChanged = m_text.measure(top - m_textRect.top(), bottom - m_textRect.top());
  if (m_isThinkingOpen) {
    isChanged |= m_reasoning.measure(top - m_reasoningRect.top(), bottom - m_reasoningRect.top());
  }
  if (isChanged) arrange();
  return isChanged;
}

void MessageLayout::takeArrivals() {
  m_text.takeArrivals();
  m_reasoning.takeArrivals();
}

void MessageLayout::release() {
  m_text.release();
  m_reasoning.release();
}

void MessageLayout::paint(QPainter& painter, const QRectF& exposed, const TextRange& reasoning,
                          const TextRange& text) {
  if (isQuestion()) paintQuestion(painter);
  painter.translate(m_textRect.topLeft());
  m_text.paint(painter, exposed.translated(-m_textRect.topLeft()), text);
  painter.translate(-m_textRect.topLeft());
  if (!m_thinkingRect.isNull()) paintThinking(painter);
  if (!m_reasoningRect.isNull()) paintReasoning(painter, exposed, reasoning);
  if (!m_stateRect.isNull()) paintState(painter);
  paintFooter(painter);
}

void MessageLayout::paintQuestion(QPainter& painter) const {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(m_look.theme.raised);
  painter.drawRoundedRect(QRectF(0.0, 0.0, m_width, m_blockHeight), kRadius, kRadius);
  painter.setFont(smallFont(transcriptFont(m_look.font, m_look.zoom)));
  painter.setPen(m_look.theme.mutedText);
  const int icon = iconSize();
  for (int file = 0; file < m_message.attachments.size(); ++file) {
    const QRectF rect = fileRect(file);
    lineIcon(QStringLiteral("file-text"), m_look.theme.mutedText)
        .paint(&painter, QRectF(rect.left(), rect.top() + 4.0, icon, icon).toRect());
    painter.drawText(rect.adjusted(icon + 6.0, 0.0, 0.0, 0.0), Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(fileText(m_message.attachments[file]), Qt::ElideMiddle,
                                                      static_cast<int>(rect.width()) - icon - 6));
  }
}

QRectF MessageLayout::fileRect(int file) const {
  return {kQuestionSide, kQuestionTop + fileHeight() * file, m_width - 2.0 * kQuestionSide, fileHeight()};
}

void MessageLayout::paintThinking(QPainter& painter) const {
  const QString icon = m_isThinkingOpen ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right");
  const int size = iconSize();
  const QRect iconRect(0, static_cast<int>(m_thinkingRect.center().y()) - size / 2, size, size);
  lineIcon(icon, m_look.theme.mutedText).paint(&painter, iconRect);
  painter.setFont(smallFont(transcriptFont(m_look.font, m_look.zoom)));
  painter.setPen(m_look.theme.mutedText);
  painter.drawText(m_thinkingRect.adjusted(size + 6.0, 0, 0, 0), Qt::AlignVCenter, thinkingText(m_message));
}

void MessageLayout::paintReasoning(QPainter& painter, const QRectF& exposed, const TextRange& selection) {
  painter.fillRect(QRectF(7.0, m_reasoningRect.top(), 2.0, m_reasoningRect.height()), m_look.theme.hairline);
  painter.translate(m_reasoningRect.topLeft());
  m_reasoning.paint(painter, exposed.translated(-m_reasoningRect.topLeft()), selection);
  painter.translate(-m_reasoningRect.topLeft());
}

void MessageLayout::paintState(QPainter& painter) const {
  const bool problem = isProblem(m_message.state);
  const QColor color = problem ? m_look.theme.danger : m_look.theme.mutedText;
  QRectF rect = m_stateRect;
  if (problem) {
    const int top = static_cast<int>(rect.top()) + 4;
    lineIcon(QStringLiteral("circle-alert"), color).paint(&painter, QRect(0, top, iconSize(), iconSize()));
    rect.setLeft(besideIcon());
  }
  painter.setFont(smallFont(transcriptFont(m_look.font, m_look.zoom)));
  painter.setPen(color);
  painter.drawText(rect, kStateFlags, stateText(m_message));
}

void MessageLayout::paintFooter(QPainter& painter) const {
  painter.setFont(smallFont(transcriptFont(m_look.font, m_look.zoom)));
  painter.setPen(m_look.theme.mutedText);
  if (!m_voteRect.isNull()) {
    const QRect icon(0, static_cast<int>(m_voteRect.top()) + 4, iconSize(), iconSize());
    lineIcon(QStringLiteral("layers"), m_look.theme.mutedText).paint(&painter, icon);
    painter.drawText(m_voteRect.adjusted(besideIcon(), 0.0, 0.0, 0.0), kStateFlags, m_message.vote);
  }
  if (!m_figuresRect.isNull())
    m_figures.paint(painter, figuresTopLeft(), m_look.theme.mutedText, m_look.theme.accentOnPage,
                    m_pointer && isEvictedAt(*m_pointer));
  m_buttons.paint(painter, m_look.theme, m_pointer, !isQuestion() || m_pointer.has_value());
}

int MessageLayout::fileAt(const QPointF& point) const {
  for (int file = 0; isQuestion() && file < m_message.attachments.size(); ++file) {
    if (fileRect(file).contains(point)) return file;
  }
  return -1;
}

QPointF MessageLayout::figuresTopLeft() const {
  return {m_figuresRect.left(), m_figuresRect.center().y() - m_figures.height() / 2.0};
}

bool MessageLayout::isEvictedAt(const QPointF& point) const {
  return m_figuresRect.contains(point) && m_figures.isLinkAt(point - figuresTopLeft());
}

MessageHit MessageLayout::hitAt(const QPointF& point) {
  MessageHit hit;
  if (m_thinkingRect.contains(point)) {
    hit.kind = MessageHit::Kind::Thinking;
  } else if (const auto button = m_buttons.at(point)) {
    hit.kind = MessageHit::Kind::Button;
    hit.button = *button;
  } else if (const int file = fileAt(point); file >= 0) {
    hit.kind = MessageHit::Kind::File;
    hit.file = file;
  } else if (isEvictedAt(point)) {
    hit.kind = MessageHit::Kind::Evicted;
  } else if (m_textRect.contains(point) || m_reasoningRect.contains(point)) {
    hit = nearestText(point);
    const QPointF inText = point - m_textRect.topLeft();
    if (hit.part == MessagePart::Text) {
      hit.link = m_text.linkAt(inText);
      hit.codeBlock = m_text.copyButtonAt(inText);
      if (hit.codeBlock >= 0)
        hit.kind = MessageHit::Kind::CopyCode;
      else
        hit.codeBlock = m_text.codeBlockAt(inText);
    }
  }
  return hit;
}

MessageLayout::Anchor MessageLayout::anchorAt(double y, double bottom) const {
  for (const MessagePart part : {MessagePart::Reasoning, MessagePart::Text}) {
    const QRectF& rect = rectOf(part);
    if (flow(part).isEmpty() || rect.isNull() || y < rect.top() || y > rect.bottom()) continue;
    const double inFlow = y - rect.top();
    const int certain = flow(part).measuredBlockFrom(inFlow, bottom - rect.top());
    const int block = certain >= 0 ? certain : flow(part).blockAt(inFlow);
    return {part, block, inFlow - flow(part).topOf(block), certain >= 0};
  }
  return {MessagePart::Text, -1, y, true};
}

double MessageLayout::yOf(const Anchor& anchor) const {
  if (anchor.block < 0) return anchor.offset;
  return rectOf(anchor.part).top() + flow(anchor.part).topOf(anchor.block) + anchor.offset;
}

MessageHit MessageLayout::nearestText(const QPointF& point) {
  MessageHit hit;
  const bool inReasoning = !m_reasoningRect.isNull() && point.y() < m_textRect.top();
  hit.kind = MessageHit::Kind::Text;
  hit.part = inReasoning ? MessagePart::Reasoning : MessagePart::Text;
  const QRectF& rect = inReasoning ? m_reasoningRect : m_textRect;
  hit.spot = flow(hit.part).spotAt(point - rect.topLeft());
  return hit;
}

}  // namespace zipage::ui
