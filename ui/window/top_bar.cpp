#include "ui/window/top_bar.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "ui/theme/icons.h"
#include "ui/window/model_button.h"
#include "ui/window/window_actions.h"

namespace zipage::ui {

TopBar::TopBar(const WindowActions& actions, QWidget* parent)
    : QWidget(parent), m_model(new ModelButton), m_menu(new QToolButton) {
  setObjectName(QStringLiteral("topBar"));
  setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 7, 8, 8);
  row->setSpacing(4);
  row->addWidget(buttonFor(actions.showChats));
  row->addWidget(m_model);
  row->addStretch(1);
  row->addWidget(m_menu);
  row->addWidget(buttonFor(actions.showInspector));
  makeMenu(actions);
}

QToolButton* TopBar::buttonFor(QAction* action) {
  auto* button = new QToolButton;
  button->setDefaultAction(action);
  button->setToolButtonStyle(Qt::ToolButtonIconOnly);
  button->setIconSize({kLargeIcon, kLargeIcon});
  button->setAccessibleName(action->text());
  return button;
}

void TopBar::makeMenu(const WindowActions& actions) {
  auto* menu = new QMenu(m_menu);
  menu->addActions({actions.newChat});
  menu->addSeparator();
  menu->addActions({actions.undoDelete, actions.importChats, actions.exportChats});
  menu->addSeparator();
  menu->addActions({actions.zoomIn, actions.zoomOut, actions.zoomReset});
  menu->addSeparator();
  auto* schemes = new QActionGroup(menu);
  const std::pair<QString, ColorScheme> choices[] = {{tr("Colours of the system"), ColorScheme::System},
                                                     {tr("Light colours"), ColorScheme::Light},
                                                     {tr("Dark colours"), ColorScheme::Dark}};
  for (const auto& [text, scheme] : choices) {
    QAction* action = schemes->addAction(menu->addAction(text));
    action->setCheckable(true);
    action->setChecked(scheme == ColorScheme::System);
    connect(action, &QAction::triggered, this, [this, chosen = scheme] { emit schemeChosen(chosen); });
  }
  menu->addSeparator();
  menu->addActions({actions.showKeys, actions.quit});
  m_menu->setMenu(menu);
  m_menu->setPopupMode(QToolButton::InstantPopup);
  m_menu->setIconSize({kLargeIcon, kLargeIcon});
  m_menu->setAccessibleName(tr("Menu"));
  m_menu->setToolTip(tr("Menu"));
}

void TopBar::setTheme(const Theme& theme) {
  m_menu->setIcon(lineIcon(QStringLiteral("ellipsis"), theme.text));
  m_model->setTheme(theme);
}

}  // namespace zipage::ui
