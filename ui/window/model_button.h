#pragma once

#include <QToolButton>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// The model that is open, and the way to another one.
class ModelButton final : public QToolButton {
  Q_OBJECT

 public:
  explicit ModelButton(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setModel(const ModelInfo& model);
  void openFileDialog();

 signals:
  void modelFileChosen(const QString& path);

 protected:
  void initStyleOption(QStyleOptionToolButton* option) const override;

 private:
  void showState();
  QString stateText() const;

  Theme m_theme;
  ModelInfo m_model;
  QAction* m_state;
  QAction* m_openFile;
  QAction* m_embedded;
};

}  // namespace zipage::ui
