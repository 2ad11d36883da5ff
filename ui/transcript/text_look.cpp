#include "ui/transcript/text_look.h"

#include <cmath>

#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr double kReasoningSize = 14.0 / 15.0;
constexpr double kCodeSize = 13.0 / 15.0;

using CodeColors = std::array<QColor, kNumCodeKinds>;

/// At least 4.5 : 1 on every surface that code stands on.
CodeColors codeColors(bool isDark) {
  if (isDark)
    return {QColor(0x9a, 0xa0, 0xa6), QColor(0xc9, 0xa6, 0xf5), QColor(0x9c, 0xd0, 0x8f),
            QColor(0xf0, 0xb1, 0x7a), QColor(0x86, 0xb8, 0xf7), QColor(0x6f, 0xcf, 0xc7),
            QColor(0xff, 0x9a, 0x93)};
  return {QColor(0x5f, 0x65, 0x6b), QColor(0x7a, 0x2f, 0xb5), QColor(0x1f, 0x6b, 0x2b),
          QColor(0x98, 0x4a, 0x00), QColor(0x1d, 0x55, 0xb3), QColor(0x00, 0x66, 0x6b),
          QColor(0xa8, 0x22, 0x22)};
}

/// How much of a word's colour is that of its surface, by shade.
constexpr double kFading[kNumShades] = {0.0, 0.28, 0.43, 0.55, 0.65};

void setShades(TextLook& look, const QColor& surface) {
  for (std::size_t level = 0; level < kNumShades; ++level)
    look.shades[level] = mixed(look.text, surface, kFading[level]);
}

TextLook lookOf(const Theme& theme, const QFont& base, double zoom) {
  TextLook look;
  look.font = transcriptFont(base, zoom);
  look.mono = monospaceFont(look.font.pixelSize() * kCodeSize);
  look.lineHeight = std::round(look.font.pixelSize() * kLineHeight);
  look.gap = std::round(12.0 * zoom);
  look.text = theme.text;
  look.muted = theme.mutedText;
  look.link = theme.accentOnPage;
  look.surface = theme.raised;
  look.onSurface = theme.text;
  look.code = codeColors(theme.isDark);
  look.hairline = theme.hairline;
  look.selection = theme.selection;
  look.chosen = mixed(theme.page, theme.accent, 0.3);
  setShades(look, theme.page);
  return look;
}

}  // namespace

TextLook answerLook(const Theme& theme, const QFont& base, double zoom) { return lookOf(theme, base, zoom); }

TextLook questionLook(const Theme& theme, const QFont& base, double zoom) {
  TextLook look = lookOf(theme, base, zoom);
  look.surface = theme.page;
  setShades(look, theme.raised);
  return look;
}

TextLook reasoningLook(const Theme& theme, const QFont& base, double zoom) {
  TextLook look = lookOf(theme, base, zoom * kReasoningSize);
  look.text = theme.mutedText;
  setShades(look, theme.page);
  return look;
}

}  // namespace zipage::ui
