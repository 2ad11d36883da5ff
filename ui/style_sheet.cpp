#include "ui/style_sheet.h"

#include <QRegularExpression>
#include <QVariant>
#include <QWidget>
#include <utility>

namespace zipage::ui {

namespace {

// @name stands for a colour of the theme, ~1.0 for a share of the text size in pixels.
const char kSurfaces[] = R"(
QMainWindow, QWidget[part="page"] { background: @page; }
QWidget[part="panel"] { background: @panel; }
QWidget[part="top"] { background: @panel; border: none; border-bottom: 1px solid @hairline; }
QWidget[part="sidebar"] { background: @panel; border: none; border-right: 1px solid @hairline; }
QWidget[part="inspector"] { background: @panel; border: none; border-left: 1px solid @hairline; }
QFrame[part="raised"] { background: @raised; border: none; border-radius: 8px; }
QFrame[part="composer"] { background: @page; border: 1px solid @hairline; border-radius: 12px; }
QFrame[part="composer"][focused="true"] { border: 1px solid @accent; }
QFrame[part="rule"] { background: @hairline; border: none; }
QFrame[part="problem"] { background: @problemPanel; border: none; border-radius: 8px; }
QFrame[part="notice"] { background: @noticePanel; border: none; border-radius: 8px; }
QScrollArea, QListView { background: transparent; border: none; }
QMainWindow::separator { background: @hairline; width: 1px; }
QToolTip { background: @raised; color: @text; border: 1px solid @hairline; padding: 4px; }
)";

const char kTexts[] = R"(
QLabel { color: @text; background: transparent; }
QLabel[part="muted"] { color: @muted; font-size: ~0.87; }
QLabel[part="small"] { color: @text; font-size: ~0.87; }
QLabel[part="problemText"] { color: @problem; font-size: ~0.87; }
QLabel[part="title"] { font-size: ~1.6; font-weight: 600; }
QLabel[part="section"] { color: @text; font-size: ~0.87; font-weight: 600; }
QLabel[part="figure"] { font-size: ~1.33; font-weight: 600; }
QTextBrowser, QPlainTextEdit[part="plain"] { background: transparent; border: none; color: @text; padding: 0; }
)";

const char kControls[] = R"(
QToolButton, QPushButton { color: @text; background: transparent; border: 1px solid transparent; border-radius: 6px;
  padding: 5px 8px; font-size: ~0.93; }
QToolButton:hover, QPushButton:hover { background: @raised; }
QToolButton:focus, QPushButton:focus { border: 1px solid @accent; }
QToolButton:checked { background: @raised; }
QToolButton:disabled, QPushButton:disabled { color: @muted; }
QToolButton::menu-indicator { image: none; }
QToolButton[part="primary"] { background: @accent; border-radius: 8px; padding: 5px; }
QToolButton[part="primary"]:disabled { background: @raised; }
QToolButton[part="fold"] { color: @muted; font-size: ~0.87; padding: 3px 6px 3px 0; text-align: left; }
QToolButton[part="fold"]:hover { color: @text; background: transparent; }
QPushButton[part="sample"] { background: @page; border: 1px solid @hairline; border-radius: 8px; padding: 10px 14px;
  text-align: left; font-size: ~0.93; }
QPushButton[part="sample"]:hover { background: @raised; }
QPushButton[part="sample"]:focus { border: 1px solid @accent; }
QPushButton[part="outlined"] { border: 1px solid @hairline; }
QPushButton[part="choice"] { background: @page; border: 1px solid @hairline; padding: 6px 12px; }
QPushButton[part="choice"]:checked { background: @accent; color: @accentText; border-color: @accent; }
QPushButton[part="choice"]:focus { border: 1px solid @text; }
QCheckBox, QSpinBox, QDoubleSpinBox, QLineEdit { color: @text; font-size: ~0.87; }
QSpinBox, QDoubleSpinBox, QLineEdit, QPlainTextEdit[part="field"] { background: @page; border: 1px solid @hairline;
  border-radius: 4px; padding: 4px 6px; selection-background-color: @accent; selection-color: @accentText; }
QPlainTextEdit[part="field"] { font-size: ~0.87; color: @text; }
QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus, QPlainTextEdit[part="field"]:focus { border: 1px solid @accent; }
QMenu { background: @page; color: @text; border: 1px solid @hairline; padding: 4px; font-size: ~0.93; }
QMenu::item { padding: 6px 16px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @raised; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @hairline; margin: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px; min-height: 32px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

QString withSizes(QString sheet) {
  static const QRegularExpression share(QStringLiteral("~(\\d\\.\\d+)"));
  for (auto found = share.match(sheet); found.hasMatch(); found = share.match(sheet)) {
    const int pixels = interfaceFont(found.captured(1).toDouble()).pixelSize();
    sheet.replace(found.capturedStart(), found.capturedLength(), QStringLiteral("%1px").arg(pixels));
  }
  return sheet;
}

}  // namespace

QString styleSheet(const Theme& theme) {
  QString sheet = QLatin1String(kSurfaces) + QLatin1String(kTexts) + QLatin1String(kControls);
  // Longer names first: one name may begin another.
  const std::pair<const char*, QColor> names[] = {{"@problemPanel", theme.problemPanel},
                                                  {"@noticePanel", theme.noticePanel},
                                                  {"@accentText", theme.accentText},
                                                  {"@hairline", theme.hairline},
                                                  {"@problem", theme.problem},
                                                  {"@raised", theme.raised},
                                                  {"@accent", theme.accent},
                                                  {"@muted", theme.mutedText},
                                                  {"@scroll", theme.scrollHandle},
                                                  {"@panel", theme.panel},
                                                  {"@page", theme.page},
                                                  {"@text", theme.text}};
  for (const auto& [name, color] : names) sheet.replace(QLatin1String(name), color.name());
  return withSizes(sheet);
}

QPalette widgetPalette(const Theme& theme) {
  QPalette palette;
  palette.setColor(QPalette::Window, theme.panel);
  palette.setColor(QPalette::Base, theme.page);
  palette.setColor(QPalette::AlternateBase, theme.panel);
  palette.setColor(QPalette::Button, theme.panel);
  palette.setColor(QPalette::WindowText, theme.text);
  palette.setColor(QPalette::Text, theme.text);
  palette.setColor(QPalette::ButtonText, theme.text);
  palette.setColor(QPalette::PlaceholderText, theme.mutedText);
  palette.setColor(QPalette::ToolTipBase, theme.raised);
  palette.setColor(QPalette::ToolTipText, theme.text);
  palette.setColor(QPalette::Highlight, theme.accent);
  palette.setColor(QPalette::HighlightedText, theme.accentText);
  palette.setColor(QPalette::Link, theme.text);
  return palette;
}

void setPart(QWidget* widget, const char* part) { widget->setProperty("part", QString::fromLatin1(part)); }

}  // namespace zipage::ui
