#pragma once

#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

class QToolButton;

namespace zipage::ui {

class ModelButton;
struct WindowActions;

/// The row at the top: chats, model, menu, inspector.
class TopBar final : public QWidget {
  Q_OBJECT

 public:
  explicit TopBar(const WindowActions& actions, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  ModelButton& modelButton() { return *m_model; }

 signals:
  void schemeChosen(zipage::ui::ColorScheme scheme);

 private:
  QToolButton* buttonFor(QAction* action);
  void makeMenu(const WindowActions& actions);

  ModelButton* m_model;
  QToolButton* m_menu;
};

}  // namespace zipage::ui
