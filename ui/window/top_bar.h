#pragma once

#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

class QAction;
class QMenu;
class QToolButton;

namespace zipage::ui {

class ContextRing;
class ModelButton;
struct WindowActions;

/// The row at the top: chats, model, context, menu, inspector.
class TopBar final : public QWidget {
  Q_OBJECT

 public:
  explicit TopBar(const WindowActions& actions, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setColorScheme(ColorScheme scheme);  // checks it in the menu
  ModelButton& modelButton() { return *m_model; }
  ContextRing& contextRing() { return *m_ring; }

 Q_SIGNALS:
  void schemeChosen(zipage::ui::ColorScheme scheme);

 private:
  QToolButton* buttonFor(QAction* action);
  void makeMenu(const WindowActions& actions);
  void addSchemes(QMenu& menu);

  ModelButton* m_model;
  ContextRing* m_ring;
  QToolButton* m_menu;
  QVector<QAction*> m_schemes;  // by ColorScheme
};

}  // namespace zipage::ui
