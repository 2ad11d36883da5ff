#pragma once

#include <QToolButton>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// The model that is open; a click leads to others.
class ModelButton final : public QToolButton {
  Q_OBJECT

 public:
  explicit ModelButton(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setModel(const ModelInfo& model);

 private:
  void showState();
  QString stateText() const;

  Theme m_theme;
  ModelInfo m_model;
};

}  // namespace zipage::ui
