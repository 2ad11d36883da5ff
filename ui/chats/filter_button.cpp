#include "ui/chats/filter_button.h"

#include <QMenu>

#include "ui/theme/icons.h"

namespace zipage::ui {

FilterButton::FilterButton(QWidget* parent) : QToolButton(parent) {
  setObjectName(QStringLiteral("filterButton"));
  setIconSize({kSmallIcon, kSmallIcon});
  setPopupMode(QToolButton::InstantPopup);
  setAccessibleName(tr("Filter chats"));
  setToolTip(tr("Filter chats"));
  setMenu(new QMenu(this));
  connect(menu(), &QMenu::aboutToShow, this, &FilterButton::fillMenu);
}

void FilterButton::setTheme(const Theme& theme) {
  m_theme = theme;
  setIcon(lineIcon(QStringLiteral("list-filter"), m_filter.isOn() ? theme.accentOnPanel : theme.mutedText));
}

void FilterButton::setModels(const QStringList& models) { m_models = models; }

void FilterButton::fillMenu() {
  Q_EMIT aboutToChoose();
  menu()->clear();
  addSwitch(tr("Pinned"), &ChatFilter::isPinned);
  addSwitch(tr("With reasoning"), &ChatFilter::hasReasoning);
  addSwitch(tr("Being answered"), &ChatFilter::isRunning);
  menu()->addSeparator();
  addChoice(menu(), tr("Any time"), &ChatFilter::lastDays, 0);
  addChoice(menu(), tr("Today"), &ChatFilter::lastDays, 1);
  addChoice(menu(), tr("Last 7 days"), &ChatFilter::lastDays, 7);
  addChoice(menu(), tr("Last 30 days"), &ChatFilter::lastDays, 30);
  menu()->addSeparator();
  QMenu* models = menu()->addMenu(tr("Model"));
  addChoice(models, tr("Any model"), &ChatFilter::model, QString());
  for (const QString& model : std::as_const(m_models)) addChoice(models, model, &ChatFilter::model, model);
  menu()->addSeparator();
  QAction* all = menu()->addAction(tr("Show all chats"));
  all->setEnabled(m_filter.isOn());
  connect(all, &QAction::triggered, this, [this] {
    m_filter = {};
    choose();
  });
}

void FilterButton::addSwitch(const QString& text, bool ChatFilter::*part) {
  QAction* action = menu()->addAction(text);
  action->setCheckable(true);
  action->setChecked(m_filter.*part);
  connect(action, &QAction::triggered, this, [this, part](bool checked) {
    m_filter.*part = checked;
    choose();
  });
}

template <typename Value>
void FilterButton::addChoice(QMenu* menu, const QString& text, Value ChatFilter::*part, const Value& value) {
  QAction* action = menu->addAction(text);
  action->setCheckable(true);
  action->setChecked(m_filter.*part == value);
  connect(action, &QAction::triggered, this, [this, part, value] {
    m_filter.*part = value;
    choose();
  });
}

void FilterButton::choose() {
  setTheme(m_theme);
  setAccessibleName(m_filter.isOn() ? tr("Filter chats, some are hidden") : tr("Filter chats"));
  Q_EMIT filterChosen(m_filter);
}

}  // namespace zipage::ui
