#include "ui/transcript/text_look.h"

#include <cmath>

#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr double kReasoningSize = 14.0 / 15.0;
constexpr double kCodeSize = 13.0 / 15.0;

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
  look.hairline = theme.hairline;
  look.selection = theme.selection;
  return look;
}

}  // namespace

TextLook answerLook(const Theme& theme, const QFont& base, double zoom) { return lookOf(theme, base, zoom); }

TextLook questionLook(const Theme& theme, const QFont& base, double zoom) {
  TextLook look = lookOf(theme, base, zoom);
  look.surface = theme.page;
  return look;
}

TextLook reasoningLook(const Theme& theme, const QFont& base, double zoom) {
  TextLook look = lookOf(theme, base, zoom * kReasoningSize);
  look.text = theme.mutedText;
  return look;
}

}  // namespace zipage::ui
