#include "ui/theme/style_sheet.h"

#include <QFile>
#include <QFontDatabase>
#include <QFontInfo>
#include <QRegularExpression>
#include <cmath>
#include <utility>

static void initThemeResources() { Q_INIT_RESOURCE(zipage_themes); }

namespace zipage::ui {

namespace {

/// Lines of one or two pixels stay as they are.
QString withLengths(const QString& sheet, double zoom) {
  static const QRegularExpression length(QStringLiteral("\\b(\\d+)px"));
  QString scaled;
  qsizetype end = 0;
  for (const QRegularExpressionMatch& match : length.globalMatch(sheet)) {
    const int pixels = match.captured(1).toInt();
    scaled += QStringView(sheet).mid(end, match.capturedStart() - end);
    scaled += QString::number(pixels <= 2 ? pixels : static_cast<int>(std::lround(pixels * zoom)));
    scaled += QLatin1String("px");
    end = match.capturedEnd();
  }
  scaled += QStringView(sheet).mid(end);
  // Menus and lists that pop up are windows of their own, which take no font from the one they belong to.
  const int text = QFontInfo(QFontDatabase::systemFont(QFontDatabase::GeneralFont)).pixelSize();
  return scaled + QStringLiteral("QMenu, QToolTip, QComboBox QAbstractItemView { font-size: %1px; }")
                      .arg(std::lround(text * zoom));
}

}  // namespace

QString styleSheetFor(const Theme& theme, double zoom) {
  initThemeResources();
  QFile file(QStringLiteral(":/zipage/themes/zipage.qss"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  QString sheet = QString::fromUtf8(file.readAll());
  // Longer names first where one begins with another.
  const std::pair<const char*, QColor> colors[] = {
      {"@page", theme.page},
      {"@panel", theme.panel},
      {"@raised", theme.raised},
      {"@hover", theme.hover},
      {"@hairline", theme.hairline},
      {"@control", theme.control},
      {"@scrollHandle", theme.scrollHandle},
      {"@text", theme.text},
      {"@mutedText", theme.mutedText},
      {"@accentHover", theme.accentHover},
      {"@accentOnPage", theme.accentOnPage},
      {"@accentOnPanel", theme.accentOnPanel},
      {"@accent", theme.accent},
      {"@onAccent", theme.onAccent},
      {"@selection", theme.selection},
      {"@dangerWash", theme.dangerWash},
      {"@danger", theme.danger},
      {"@warning", theme.warning},
  };
  sheet.replace(QLatin1String("@tick"),
                theme.onAccent == QColor(Qt::white) ? QLatin1String("white") : QLatin1String("black"));
  sheet.replace(QLatin1String("@shade"), theme.isDark ? QLatin1String("white") : QLatin1String("black"));
  for (const auto& [name, color] : colors) sheet.replace(QLatin1String(name), color.name());
  return zoom == 1.0 ? sheet : withLengths(sheet, zoom);
}

}  // namespace zipage::ui
