#include "ui/theme/style_sheet.h"

#include <QFile>
#include <utility>

static void initThemeResources() { Q_INIT_RESOURCE(zipage_themes); }

namespace zipage::ui {

QString styleSheetFor(const Theme& theme) {
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
  for (const auto& [name, color] : colors) sheet.replace(QLatin1String(name), color.name());
  return sheet;
}

}  // namespace zipage::ui
