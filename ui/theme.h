// Colours, sizes and fonts of the window. Made from the system palette, so that it follows light, dark and
// the accent.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <array>

namespace zipage::ui {

inline constexpr int kGrid = 8;               // px; distances are multiples or halves of it
inline constexpr int kTranscriptWidth = 760;  // px at most
inline constexpr int kIconSmall = 16;
inline constexpr int kIconLarge = 20;
inline constexpr int kOwnerColors = 12;

struct Theme {
  bool isDark = false;
  QColor page;    // behind the transcript
  QColor panel;   // chats, inspector, top bar
  QColor raised;  // the question, the composer, a hovered row
  QColor hairline;
  QColor text;
  QColor mutedText;  // still 4.5 : 1 on all three surfaces
  QColor accent;
  QColor accentText;  // on accent
  QColor problem;     // text and marks on a surface
  QColor problemPanel;
  QColor noticePanel;
  QColor scrollHandle;
  QColor freeCell;  // an unused page in the map
  std::array<QColor, kOwnerColors> owners;

  /// The same owner has the same colour in every view and every run.
  QColor ownerColor(quint64 owner) const;
};

Theme makeTheme(const QPalette& system);
/// The theme of the application's palette of this moment.
const Theme& currentTheme();

/// WCAG 2.1 contrast, 1 to 21.
double contrast(const QColor& first, const QColor& second);

/// The interface font at `relative` of its zoomed size.
QFont interfaceFont(double relative = 1.0);
QFont monospaceFont(double relative = 1.0);
/// Text zoom, 0.7 to 2. It is kept as the application's font: 15 px at 1.
double textZoom();
void setTextZoom(double zoom);

}  // namespace zipage::ui
