#pragma once

#include <QRectF>

#include "ui/chat_values.h"
#include "ui/transcript/text_flow.h"

namespace zipage::ui {

enum class MessagePart { Reasoning, Text };

/// What lies under the pointer.
struct MessageHit {
  enum class Kind { None, Text, Thinking, CopyCode, CopyMessage };
  Kind kind = Kind::None;
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
  void paintThinking(QPainter& painter) const;
  void paintReasoning(QPainter& painter, const QRectF& exposed, const TextRange& selection);
  void paintState(QPainter& painter) const;
  void paintFigures(QPainter& painter) const;
  QRectF copyRect() const;

  MessageItem m_message;
  TextFlow m_text;
  TextFlow m_reasoning;
  MessageLook m_look;
  bool m_isThinkingOpen = false;
  double m_width = 0.0;
  double m_height = 0.0;
  QRectF m_thinkingRect, m_reasoningRect, m_textRect, m_stateRect, m_figuresRect;
};

}  // namespace zipage::ui
