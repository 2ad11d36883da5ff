// Compares what a widget paints with a picture that somebody has looked at. Fonts and antialiasing differ a
// little between machines, so patches of 8 × 8 pixels are compared by their mean. With ZIPAGE_WRITE_GOLDEN=1
// the pictures are written anew.
#pragma once

#include <QDir>
#include <QImage>
#include <QString>
#include <algorithm>
#include <cmath>

namespace zipage::test {

/// Empty: they look the same; else how they differ. `farthest`: of the means of a patch, of 255.
inline QString differenceFromGolden(const QImage& shown, const QString& name, double farthest = 40.0) {
  const QString path = QStringLiteral(ZIPAGE_SOURCE_DIR "/tests/golden/images/%1.png").arg(name);
  if (qEnvironmentVariableIsSet("ZIPAGE_WRITE_GOLDEN")) {
    QDir().mkpath(QStringLiteral(ZIPAGE_SOURCE_DIR "/tests/golden/images"));
    return shown.save(path) ? QString() : QStringLiteral("cannot write ") + path;
  }
  const QImage golden(path);
  if (golden.isNull()) return QStringLiteral("there is no ") + path;
  if (golden.size() != shown.size()) return QStringLiteral("the sizes differ");
  constexpr int kPatch = 8;
  double sum = 0.0, worst = 0.0;
  int count = 0;
  for (int top = 0; top < shown.height(); top += kPatch) {
    for (int left = 0; left < shown.width(); left += kPatch) {
      double apart[3] = {};
      int pixels = 0;
      for (int y = top; y < std::min(top + kPatch, shown.height()); ++y) {
        for (int x = left; x < std::min(left + kPatch, shown.width()); ++x, ++pixels) {
          const QColor a = shown.pixelColor(x, y), b = golden.pixelColor(x, y);
          apart[0] += a.red() - b.red();
          apart[1] += a.green() - b.green();
          apart[2] += a.blue() - b.blue();
        }
      }
      for (const double channel : apart) {
        const double mean = std::abs(channel) / pixels;
        worst = std::max(worst, mean);
        sum += mean;
        ++count;
      }
    }
  }
  if (worst <= farthest && sum / count <= 3.0) return {};
  const QString kept = QDir::temp().filePath(name + QStringLiteral("-shown.png"));
  shown.save(kept);
  return QStringLiteral("patches differ by up to %1, by %2 on average; see %3")
      .arg(worst)
      .arg(sum / count)
      .arg(kept);
}

}  // namespace zipage::test
