#include "ui/window/top_bar.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "ui/indicators/context_ring.h"
#include "ui/theme/icons.h"
#include "ui/window/model_button.h"
#include "ui/window/window_actions.h"

namespace zipage::ui {

TopBar::TopBar(const WindowActions& actions, QWidget* parent)
    : QWidget(parent), m_model(new ModelButton), m_ring(new ContextRing), m_menu(new QToolButton) {
  setObjectName(QStringLiteral("topBar"));
  setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 7, 8, 8);
  row->setSpacing(4);
  row->addWidget(buttonFor(actions.showChats));
  row->addWidget(m_model);
  row->addStretch(1);
  row->addWidget(m_ring);
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

/// Every action of the window, in a menu for each group.
void TopBar::makeMenu(const WindowActions& actions) {
  auto* menu = new QMenu(m_menu);
  for (const WindowActions::Group& group : actions.groups) {
    QMenu* part = menu->addMenu(group.name);
    part->addActions(group.actions);
    if (group.actions.contains(actions.zoomReset)) addSchemes(*part);
  }
  m_menu->setMenu(menu);
  m_menu->setObjectName(QStringLiteral("menuButton"));
  m_menu->setPopupMode(QToolButton::InstantPopup);
  m_menu->setIconSize({kLargeIcon, kLargeIcon});
  m_menu->setAccessibleName(tr("Menu"));
  m_menu->setToolTip(tr("Menu"));
}

void TopBar::addSchemes(QMenu& menu) {
  menu.addSeparator();
  auto* schemes = new QActionGroup(&menu);
  for (const auto& [text, scheme] : {std::pair(tr("Colours of the system"), ColorScheme::System),
                                     {tr("Light colours"), ColorScheme::Light},
                                     {tr("Dark colours"), ColorScheme::Dark}}) {
    QAction* action = schemes->addAction(menu.addAction(text));
    action->setCheckable(true);
    m_schemes.append(action);
    connect(action, &QAction::triggered, this, [this, chosen = scheme] { Q_EMIT schemeChosen(chosen); });
  }
  setColorScheme(ColorScheme::System);
}

void TopBar::setColorScheme(ColorScheme scheme) { m_schemes[static_cast<int>(scheme)]->setChecked(true); }

void TopBar::setTheme(const Theme& theme) {
  m_menu->setIcon(lineIcon(QStringLiteral("ellipsis"), theme.text));
  m_model->setTheme(theme);
  m_ring->setTheme(theme);
}

}  // namespace zipage::ui
