#pragma once

#include <QFontMetricsF>
#include <QRectF>
#include <cmath>
#include <optional>

#include "ui/chat_values.h"
#include "ui/theme/icons.h"
#include "ui/transcript/figure_line.h"
#include "ui/transcript/message_buttons.h"
#include "ui/transcript/text_flow.h"

namespace zipage::ui {

enum class MessagePart { Reasoning, Text };

/// What lies under the pointer.
struct MessageHit {
  enum class Kind { None, Text, Thinking, CopyCode, Button, File, Evicted };
  Kind kind = Kind::None;
  MessageButton button = MessageButton::Copy;
  int file = -1;
  MessagePart part = MessagePart::Text;
  TextSpot spot;
  QString link;
  int codeBlock = -1;
};

struct MessageLook {
  Theme theme;
  QFont font;
  double zoom = 1.0;
};

/// One message as it lies in the transcript's column. Coordinates are its own.
class MessageLayout {
 public:
  MessageLayout(const MessageItem& message, RichTexts* texts);

  void update(const MessageItem& message);
  void setLook(const MessageLook& look, double width);
  const MessageItem& message() const { return m_message; }

  double height() const { return m_height; }
  bool measure(double top, double bottom);
  void takeArrivals();
  void release();
  void paint(QPainter& painter, const QRectF& exposed, const TextRange& reasoning, const TextRange& text);
  MessageHit hitAt(const QPointF& point);
  /// Where the pointer is; questions show their buttons under it only.
  void setPointer(const std::optional<QPointF>& pointer) { m_pointer = pointer; }
  /// The nearest place in a text that can be selected.
  MessageHit nearestText(const QPointF& point);

  /// A place that stays where it is to the reader's eye while heights above it change.
  struct Anchor {
    MessagePart part = MessagePart::Text;
    int block = -1;  // -1: none, `offset` counts from the top of the message
    double offset = 0.0;
    bool isCertain = true;  // what lies above it may change its height, but it itself will not
  };
  /// Prefers something between y and `bottom` whose height is known.
  Anchor anchorAt(double y, double bottom) const;
  double yOf(const Anchor& anchor) const;

  void setShades(const MessageShades& shades);

  bool isThinkingOpen() const { return m_isThinkingOpen; }
  void setThinkingOpen(bool open);
  bool hasThinking() const;
  TextFlow& flow(MessagePart part) { return part == MessagePart::Text ? m_text : m_reasoning; }
  const TextFlow& flow(MessagePart part) const { return part == MessagePart::Text ? m_text : m_reasoning; }

 private:
  const QRectF& rectOf(MessagePart part) const {
    return part == MessagePart::Text ? m_textRect : m_reasoningRect;
  }
  bool isQuestion() const { return m_message.role == Role::User; }
  void arrange();
  void arrangeQuestion();
  void arrangeFooter(double y, const QFontMetricsF& small);
  void paintQuestion(QPainter& painter) const;
  void paintThinking(QPainter& painter) const;
  void paintReasoning(QPainter& painter, const QRectF& exposed, const TextRange& selection);
  void paintState(QPainter& painter) const;
  void paintFooter(QPainter& painter) const;
  QRectF fileRect(int file) const;
  double fileHeight() const { return std::round(24.0 * m_look.zoom); }
  int iconSize() const { return static_cast<int>(std::round(kSmallIcon * m_look.zoom)); }
  double besideIcon() const { return iconSize() + 8.0; }
  int fileAt(const QPointF& point) const;
  QPointF figuresTopLeft() const;
  bool isEvictedAt(const QPointF& point) const;

  MessageItem m_message;
  TextFlow m_text;
  TextFlow m_reasoning;
  MessageLook m_look;
  bool m_isThinkingOpen = false;
  double m_width = 0.0;
  double m_height = 0.0;
  QRectF m_thinkingRect, m_reasoningRect, m_textRect, m_stateRect, m_voteRect, m_figuresRect;
  FigureLine m_figures;
  double m_blockHeight = 0.0;  // of a question's tinted block
  MessageButtons m_buttons;
  std::optional<QPointF> m_pointer;
};

}  // namespace zipage::ui
