// zipage_screenshots OUT: pictures of every view of the program, light and dark. QT_SCALE_FACTOR=1.5 gives
// those of a dense screen.
#include <QApplication>
#include <cmath>

#include "tests/app/screenshots/tour.h"

int main(int argc, char** argv) {
  QApplication::setApplicationName(QStringLiteral("zipage"));
  QApplication application(argc, argv);
  if (application.arguments().size() != 2) {
    qWarning("usage: zipage_screenshots OUT");
    return 2;
  }
  const QDir out(application.arguments().at(1));
  if (!out.mkpath(QStringLiteral("."))) return 1;
  const int percent = static_cast<int>(std::lround(application.devicePixelRatio() * 100));
  return zipage::tour::Tour(out, percent).run() ? 0 : 1;
}
