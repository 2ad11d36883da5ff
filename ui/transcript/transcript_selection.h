#pragma once

#include <compare>
#include <limits>

#include "ui/transcript/message_layout.h"

namespace zipage::ui {

/// Text selected across messages, from where the drag began to where it is.
struct TranscriptSelection {
  struct Point {
    int row = 0;
    MessagePart part = MessagePart::Reasoning;
    TextSpot spot;
    auto operator<=>(const Point&) const = default;
  };

  Point anchor;
  Point head;

  bool isEmpty() const { return anchor == head; }
  const Point& first() const { return anchor < head ? anchor : head; }
  const Point& last() const { return anchor < head ? head : anchor; }

  TextRange within(int row, MessagePart part) const {
    constexpr int kEnd = std::numeric_limits<int>::max();
    const Point start{row, part, {0, 0}}, end{row, part, {kEnd, kEnd}};
    const Point& from = std::max(first(), start);
    const Point& to = std::min(last(), end);
    return from < to && !isEmpty() ? TextRange{from.spot, to.spot} : TextRange{};
  }
};

}  // namespace zipage::ui
