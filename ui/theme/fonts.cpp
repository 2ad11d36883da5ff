#include "ui/theme/fonts.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <cmath>

namespace zipage::ui {

QFont smallFont(const QFont& base) {
  QFont font = base;
  font.setPixelSize(std::max(10, static_cast<int>(std::lround(QFontInfo(base).pixelSize() * 0.88))));
  return font;
}

QFont transcriptFont(const QFont& base, double zoom) {
  QFont font = base;
  font.setPixelSize(std::max(8, static_cast<int>(std::lround(kTranscriptPixels * zoom))));
  return font;
}

QFont monospaceFont(double pixels) {
  QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  font.setPixelSize(std::max(8, static_cast<int>(std::lround(pixels))));
  return font;
}

}  // namespace zipage::ui
