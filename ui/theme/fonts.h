#pragma once

#include <QFont>

namespace zipage::ui {

constexpr int kTranscriptPixels = 15;
constexpr double kLineHeight = 1.5;

/// The font one step below `base`.
QFont smallFont(const QFont& base);
QFont transcriptFont(const QFont& base, double zoom);
QFont monospaceFont(double pixels);

}  // namespace zipage::ui
