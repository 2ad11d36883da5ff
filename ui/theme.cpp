#include "ui/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <algorithm>
#include <cmath>

namespace zipage::ui {

namespace {

constexpr double kReadable = 4.5;
constexpr double kTextPixels = 15.0;

// Twelve hues told apart with any of the common colour blindnesses by lightness as well as by hue (after Paul
// Tol's and Okabe and Ito's sets), one for each theme.
constexpr std::array<QRgb, kOwnerColors> kOwnersOnLight = {0x0072b2, 0xd55e00, 0x009e73, 0xaa3377,
                                                           0xb58900, 0x332288, 0x3aa6dd, 0x882255,
                                                           0x6a7f10, 0xe0708a, 0x555f6b, 0x117733};
constexpr std::array<QRgb, kOwnerColors> kOwnersOnDark = {0x4ea8e0, 0xf08a3c, 0x2bc29a, 0xd873b0,
                                                          0xf0c443, 0x8f86e0, 0x8fd3f4, 0xc2598a,
                                                          0xb3c746, 0xf4a3b5, 0x9aa5b1, 0x55b56f};

QColor mixed(const QColor& from, const QColor& to, double share) {
  const auto channel = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
  return {channel(from.red(), to.red()), channel(from.green(), to.green()), channel(from.blue(), to.blue())};
}

double luminance(const QColor& color) {
  const auto linear = [](double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

// Moves a colour towards another until it can be read on a surface.
QColor readable(QColor color, const QColor& surface, const QColor& towards) {
  for (int step = 0; step < 20 && contrast(color, surface) < kReadable; ++step)
    color = mixed(color, towards, 0.1);
  return color;
}

QColor better(const QColor& surface, const QColor& first, const QColor& second) {
  return contrast(first, surface) >= contrast(second, surface) ? first : second;
}

}  // namespace

double contrast(const QColor& first, const QColor& second) {
  const double a = luminance(first);
  const double b = luminance(second);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

QColor Theme::ownerColor(quint64 owner) const {
  return owner == 0 ? mutedText : owners[owner % owners.size()];
}

Theme makeTheme(const QPalette& system) {
  Theme theme;
  theme.isDark = system.color(QPalette::Window).lightnessF() < 0.5;
  theme.page = theme.isDark ? QColor(0x16, 0x18, 0x1b) : QColor(0xff, 0xff, 0xff);
  theme.panel = theme.isDark ? QColor(0x1d, 0x20, 0x24) : QColor(0xf6, 0xf7, 0xf8);
  theme.raised = theme.isDark ? QColor(0x29, 0x2d, 0x33) : QColor(0xec, 0xee, 0xf1);
  theme.hairline = theme.isDark ? QColor(0x37, 0x3c, 0x43) : QColor(0xd9, 0xdc, 0xe1);
  theme.text = theme.isDark ? QColor(0xe8, 0xea, 0xed) : QColor(0x1b, 0x1e, 0x22);
  theme.mutedText = readable(mixed(theme.text, theme.page, 0.38), theme.raised, theme.text);
  theme.accent = system.color(QPalette::Highlight);
  if (contrast(theme.accent, theme.page) < 3.0) theme.accent = mixed(theme.accent, theme.text, 0.4);
  theme.accentText = better(theme.accent, Qt::white, Qt::black);
  theme.problemPanel = theme.isDark ? QColor(0x42, 0x21, 0x22) : QColor(0xfd, 0xe8, 0xe6);
  theme.noticePanel = theme.isDark ? QColor(0x24, 0x30, 0x3c) : QColor(0xe6, 0xf0, 0xf8);
  theme.problem = readable(QColor(theme.isDark ? 0xff8a80 : 0xb3261e), theme.problemPanel, theme.text);
  theme.scrollHandle = mixed(theme.panel, theme.text, 0.25);
  theme.freeCell = mixed(theme.panel, theme.text, 0.08);
  const auto& owners = theme.isDark ? kOwnersOnDark : kOwnersOnLight;
  std::transform(owners.begin(), owners.end(), theme.owners.begin(), [](QRgb rgb) { return QColor(rgb); });
  return theme;
}

const Theme& currentTheme() {
  static Theme theme;
  static qint64 madeFrom = -1;
  const QPalette palette = QApplication::palette();
  if (palette.cacheKey() != madeFrom) {
    theme = makeTheme(palette);
    madeFrom = palette.cacheKey();
  }
  return theme;
}

QFont interfaceFont(double relative) {
  QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
  font.setPixelSize(std::max(8, static_cast<int>(std::lround(kTextPixels * relative * textZoom()))));
  return font;
}

QFont monospaceFont(double relative) {
  QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  font.setPixelSize(std::max(8, static_cast<int>(std::lround(kTextPixels * 0.93 * relative * textZoom()))));
  return font;
}

double textZoom() {
  const int pixels = QApplication::font().pixelSize();
  return pixels > 0 ? pixels / kTextPixels : 1.0;
}

void setTextZoom(double zoom) {
  QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
  font.setPixelSize(static_cast<int>(std::lround(kTextPixels * std::clamp(zoom, 0.7, 2.0))));
  QApplication::setFont(font);
}

}  // namespace zipage::ui
