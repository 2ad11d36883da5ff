#include "ui/theme/theme.h"

#include <cmath>

namespace zipage::ui {

namespace {

constexpr double kTextContrast = 4.5;
constexpr double kGraphicContrast = 3.0;

double linearChannel(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
  return 0.2126 * linearChannel(color.redF()) + 0.7152 * linearChannel(color.greenF()) +
         0.0722 * linearChannel(color.blueF());
}

/// The colour, moved towards `end` until it reads on every surface given.
QColor readable(QColor color, const QColor& end, std::initializer_list<QColor> surfaces) {
  const auto reads = [&](const QColor& candidate) {
    for (const QColor& surface : surfaces) {
      if (contrastRatio(candidate, surface) < kTextContrast) return false;
    }
    return true;
  };
  for (double share = 0.0; share < 1.0; share += 0.05) {
    const QColor candidate = mixed(color, end, share);
    if (reads(candidate)) return candidate;
  }
  return end;
}

void deriveAccent(Theme& theme, const QColor& accent) {
  const QColor ink = theme.isDark ? QColor(Qt::white) : QColor(Qt::black);
  const QColor white(Qt::white), black(Qt::black);
  const bool carriesWhite = contrastRatio(white, accent) >= kGraphicContrast;
  theme.onAccent = carriesWhite ? white : black;
  theme.accent = readable(accent, carriesWhite ? black : white, {theme.onAccent});
  theme.accentHover = mixed(theme.accent, carriesWhite ? black : white, 0.12);
  theme.accentOnPage = readable(accent, ink, {theme.page, theme.raised});
  theme.accentOnPanel = readable(accent, ink, {theme.panel, theme.hover});
  theme.selection = mixed(theme.page, accent, theme.isDark ? 0.38 : 0.24);
}

QColor accentOf(const QPalette& system) {
  const QColor accent = system.color(QPalette::Active, QPalette::Highlight);
  return accent.isValid() && accent.saturation() > 20 ? accent : QColor(0x2f, 0x6f, 0xd0);
}

}  // namespace

QColor mixed(const QColor& first, const QColor& second, double shareOfSecond) {
  const auto channel = [&](double a, double b) { return static_cast<float>(a + (b - a) * shareOfSecond); };
  return QColor::fromRgbF(channel(first.redF(), second.redF()), channel(first.greenF(), second.greenF()),
                          channel(first.blueF(), second.blueF()));
}

double contrastRatio(const QColor& first, const QColor& second) {
  const double a = luminance(first), b = luminance(second);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

Theme lightTheme(const QColor& accent) {
  Theme theme;
  theme.isDark = false;
  theme.page = QColor(0xff, 0xff, 0xff);
  theme.panel = QColor(0xf6, 0xf6, 0xf5);
  theme.raised = QColor(0xef, 0xf0, 0xef);
  theme.hover = QColor(0xe8, 0xe9, 0xe8);
  theme.hairline = QColor(0xde, 0xde, 0xdc);
  theme.control = QColor(0xc4, 0xc5, 0xc3);
  theme.scrollHandle = QColor(0xc0, 0xc1, 0xbf);
  theme.text = QColor(0x1b, 0x1d, 0x1f);
  theme.mutedText = QColor(0x5c, 0x60, 0x64);
  theme.danger = QColor(0xb0, 0x24, 0x24);
  theme.dangerWash = QColor(0xfc, 0xf0, 0xef);
  theme.warning = QColor(0x8a, 0x55, 0x00);
  deriveAccent(theme, accent);
  return theme;
}

Theme darkTheme(const QColor& accent) {
  Theme theme;
  theme.isDark = true;
  theme.page = QColor(0x1a, 0x1b, 0x1d);
  theme.panel = QColor(0x21, 0x23, 0x25);
  theme.raised = QColor(0x29, 0x2b, 0x2e);
  theme.hover = QColor(0x30, 0x33, 0x36);
  theme.hairline = QColor(0x35, 0x38, 0x3b);
  theme.control = QColor(0x4c, 0x50, 0x54);
  theme.scrollHandle = QColor(0x50, 0x54, 0x58);
  theme.text = QColor(0xe8, 0xe8, 0xe6);
  theme.mutedText = QColor(0xa3, 0xa8, 0xad);
  theme.danger = QColor(0xff, 0x8f, 0x87);
  theme.dangerWash = QColor(0x3a, 0x22, 0x22);
  theme.warning = QColor(0xe9, 0xb9, 0x5b);
  deriveAccent(theme, accent);
  return theme;
}

Theme themeFor(ColorScheme scheme, const QPalette& system) {
  const bool systemIsDark = system.color(QPalette::Window).lightness() < 128;
  const bool isDark = scheme == ColorScheme::Dark || (scheme == ColorScheme::System && systemIsDark);
  return isDark ? darkTheme(accentOf(system)) : lightTheme(accentOf(system));
}

QPalette Theme::palette() const {
  QPalette result;
  result.setColor(QPalette::Window, panel);
  result.setColor(QPalette::WindowText, text);
  result.setColor(QPalette::Base, page);
  result.setColor(QPalette::AlternateBase, raised);
  result.setColor(QPalette::Text, text);
  result.setColor(QPalette::PlaceholderText, mutedText);
  result.setColor(QPalette::Button, panel);
  result.setColor(QPalette::ButtonText, text);
  result.setColor(QPalette::Highlight, accent);
  result.setColor(QPalette::HighlightedText, onAccent);
  result.setColor(QPalette::ToolTipBase, page);
  result.setColor(QPalette::ToolTipText, text);
  result.setColor(QPalette::Link, accentOnPage);
  result.setColor(QPalette::Mid, hairline);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    result.setColor(QPalette::Disabled, role, mutedText);
  }
  return result;
}

}  // namespace zipage::ui
