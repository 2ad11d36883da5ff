#pragma once

#include <QColor>
#include <QFont>
#include <array>

#include "ui/rich/rich_values.h"
#include "ui/text_shades.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// Fonts and colours of a text in the transcript.
struct TextLook {
  QFont font;
  QFont mono;
  double lineHeight = 0.0;  // px
  double gap = 0.0;         // px between blocks
  QColor text;
  QColor muted;
  QColor link;
  QColor surface;  // of code
  QColor onSurface;
  std::array<QColor, kNumCodeKinds> code;  // by CodeKind
  QColor hairline;
  QColor selection;
  std::array<QColor, kNumShades> shades;  // of words that the model sees less of, or not at all
  QColor chosen;                          // behind a word that was chosen
  bool operator==(const TextLook&) const = default;
};

TextLook answerLook(const Theme& theme, const QFont& base, double zoom);
TextLook questionLook(const Theme& theme, const QFont& base, double zoom);
TextLook reasoningLook(const Theme& theme, const QFont& base, double zoom);

}  // namespace zipage::ui
