// The colours of the window. Three surfaces: page (reading), panel (around it), raised (blocks on the page).
#pragma once

#include <QColor>
#include <QPalette>

namespace zipage::ui {

struct Theme {
  bool isDark = false;
  QColor page;
  QColor panel;
  QColor raised;
  QColor hover;
  QColor hairline;
  QColor control;  // outlines of what can be used
  QColor scrollHandle;
  QColor text;
  QColor mutedText;
  QColor accent;
  QColor accentHover;
  QColor onAccent;
  QColor accentOnPage;  // accent-coloured text
  QColor accentOnPanel;
  QColor selection;
  QColor danger;
  QColor dangerWash;
  QColor warning;

  QPalette palette() const;
};

enum class ColorScheme { System, Light, Dark };

Theme lightTheme(const QColor& accent);
Theme darkTheme(const QColor& accent);
/// `system` decides for ColorScheme::System; its highlight is the accent in every case.
Theme themeFor(ColorScheme scheme, const QPalette& system);

/// WCAG 2 contrast of two opaque colours, 1 to 21.
double contrastRatio(const QColor& first, const QColor& second);
QColor mixed(const QColor& first, const QColor& second, double shareOfSecond);

}  // namespace zipage::ui
