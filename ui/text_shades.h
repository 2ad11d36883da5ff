// How well the model still sees the words of a message: what the memory views say and the transcript shows.
#pragma once

#include <QHash>
#include <QVector>
#include <memory>

namespace zipage::ui {

/// How many of the (layer, head) pairs have lost a word: none, few, half, most, all.
constexpr int kNumShades = 5;
constexpr int kGoneShade = kNumShades - 1;

/// A stretch of a text as it was written, in UTF-16 units.
struct TextShade {
  int from = 0;
  int to = 0;
  int level = 0;          // 0 … kNumShades − 1
  bool isChosen = false;  // lies in the chosen page, or is the chosen word
  bool isKept = false;    // from eviction, as somebody wished
  bool isLater = false;   // was not written at the shown moment
  bool operator==(const TextShade&) const = default;
  bool looksLike(const TextShade& other) const {
    TextShade there = other;
    there.from = from;
    there.to = to;
    return there == *this;
  }
};

/// Ascending and apart; what lies in none is seen by all.
using TextShades = QVector<TextShade>;

struct MessageShades {
  std::shared_ptr<const TextShades> text;  // null: all is seen
  std::shared_ptr<const TextShades> reasoning;
};

using ChatShades = QHash<qint64, MessageShades>;  // by message id

}  // namespace zipage::ui
